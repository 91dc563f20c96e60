import type { Clock } from '../../operators/gates/Clock.js';

interface Timer {
  readonly at: number;
  readonly deferred: boolean;
  readonly callback: () => void;
}

/**
 * A clock in the hand of the test, with the faults that hosts have: its reading can be set back, and its timers can go
 * off early. `elapsedMs` is the time that has really passed.
 */
export class VirtualClock implements Clock {
  elapsedMs = 0;
  /** How many timers were ever set. */
  timersSet = 0;
  private shiftMs: number;
  private readonly timers = new Set<Timer>();

  /** @param faults - `startMs`: the first reading; `earlyMs`: how much too early timers longer than that go off. */
  constructor(private readonly faults: { readonly startMs?: number; readonly earlyMs?: number } = {}) {
    this.shiftMs = faults.startMs ?? 0;
  }

  /** How many timers are set now. */
  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    return this.elapsedMs + this.shiftMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    // As in Node: a delay of more than 31 bits goes off at once.
    const delay = delayMs > 2 ** 31 - 1 ? 1 : Math.max(0, delayMs);
    const { earlyMs = 0 } = this.faults;
    this.timersSet++;
    return this.add(callback, delay > earlyMs ? delay - earlyMs : delay, false);
  }

  defer(callback: () => void): () => void {
    return this.add(callback, 0, true);
  }

  /** Changes the reading without any time passing. */
  jump(byMs: number): void {
    this.shiftMs += byMs;
  }

  /** Lets time pass, and calls what falls due on the way, in order. */
  advance(ms: number): void {
    const until = this.elapsedMs + ms;
    for (let next = this.nextUntil(until); next; next = this.nextUntil(until)) {
      this.elapsedMs = Math.max(this.elapsedMs, next.at);
      this.timers.delete(next);
      next.callback();
    }
    this.elapsedMs = Math.max(this.elapsedMs, until);
  }

  /** Lets time pass without calling anything: a busy event loop. */
  block(ms: number): void {
    this.elapsedMs += ms;
  }

  private add(callback: () => void, delayMs: number, deferred: boolean): () => void {
    const timer: Timer = { at: this.elapsedMs + delayMs, deferred, callback };
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
    };
  }

  /** The next that is due: of the same instant, what was deferred goes last, else the one that was set first. */
  private nextUntil(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.at > until) continue;
      if (!next || timer.at < next.at || (timer.at === next.at && next.deferred && !timer.deferred)) next = timer;
    }
    return next;
  }
}
