import type { Clock } from './Clock.js';
import type { MonotonicTime } from './MonotonicTime.js';

/** The longest delay that a {@link Clock} takes. A longer one is waited out in parts. */
const longestDelayMs = 2 ** 31 - 1;

/** How early a host's timer may go off. */
const roundingMs = 1;

/**
 * The one timer of a queue: it stands for the head, whatever the number of those behind it. It never reports early
 * (hosts round delays down), and a clock set back while it waits delays nobody.
 */
export class HeadTimer {
  /** Cancels the host's timer; undefined while none is set. */
  private cancel: (() => void) | undefined;
  /** When the timer that is set will go off. */
  private due = Infinity;

  constructor(
    private readonly time: MonotonicTime,
    private readonly onDue: (now: number) => void,
  ) {}

  get armed(): boolean {
    return this.cancel !== undefined;
  }

  /** Makes sure that `onDue` is called at `due`; `Infinity`: never. A timer for an earlier time is kept, and asks then. */
  arm(clock: Clock, due: number): void {
    if (due >= this.due) return;
    this.clear();
    const armedAt = this.time.at(clock.now());
    const delayMs = Math.min(due - armedAt, longestDelayMs);
    this.due = due;
    this.cancel = clock.setTimer(() => {
      this.clear();
      // The delay has passed, whatever the clock says: what it is short of was taken away by setting it back.
      const now = this.time.advance(clock.now(), armedAt + delayMs - roundingMs);
      if (now < due) this.arm(clock, due);
      else this.onDue(now);
    }, delayMs);
  }

  clear(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.due = Infinity;
  }
}
