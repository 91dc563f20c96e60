/**
 * A clock's readings, made to never run backwards. A clock that is set back (NTP, a virtual machine resumed) would
 * otherwise stop a limiter for as long as it was set back by. Time counts on from the latest reading, so a jump can
 * make a gate stricter by what passed unseen, never laxer.
 */
export class MonotonicTime {
  /** What is added to the clock's readings. */
  private offsetMs = 0;
  /** The latest time given out. */
  private latest = -Infinity;

  /** True for a reading below the latest: it is an old one, or the clock was set back. */
  isPast(reading: number): boolean {
    return reading + this.offsetMs < this.latest;
  }

  /** The time for a clock's reading: never below any time given out before. */
  at(reading: number): number {
    const time = reading + this.offsetMs;
    if (time >= this.latest) return (this.latest = time);
    this.offsetMs = this.latest - reading;
    return this.latest;
  }

  /** Takes it that at this reading it is `time`, unless it is later already. */
  advance(reading: number, time: number): number {
    if (time > this.at(reading)) {
      this.offsetMs = time - reading;
      this.latest = time;
    }
    return this.latest;
  }
}
