import { positive, wholeNumber } from './argument.js';
import type { RateLimits, RatePolicy } from './RatePolicy.js';

/**
 * Exact limit: in no window `[t, t + perMs)`, wherever it begins, are there more than `limit` starts, and none has to
 * wait longer than that needs. A ring of the starts within the last `perMs` (the "sliding window log"): constant time
 * a start, eight bytes for each start in the window.
 */
export class SlidingWindow implements RatePolicy {
  private limit: number;
  private perMs: number;
  /** The starts within the window, oldest at `first`. Grows by doubling. */
  private starts = new Float64Array(8);
  private first = 0;
  private count = 0;

  /** @throws TypeError, RangeError when `limit` is no whole number above 0, or `perMs` no finite time above 0. */
  constructor({ limit, perMs }: { readonly limit: number; readonly perMs: number }) {
    this.limit = wholeNumber('limit', limit, 1);
    this.perMs = positive('perMs', perMs);
  }

  get capacity(): number {
    return this.limit;
  }

  waitMs(now: number, cost: number, ahead: number, from = now): number {
    this.expire(now);
    const gone = this.goneBy(from);
    const count = this.count - gone;
    // Number the starts from the oldest in the window on, those ahead included: start i has to be `perMs` after
    // start i - limit. Going back by whole limits leads to one that is known, or that is made now.
    const number = count + ahead + cost;
    if (number <= this.limit) return from - now;
    const known = Math.max(count, this.limit);
    const windows = Math.ceil((number - known) / this.limit);
    const index = number - windows * this.limit;
    const start = index <= count ? this.startAt(gone + index - 1) : from;
    return Math.max(from, start + windows * this.perMs) - now;
  }

  take(now: number, cost: number): void {
    for (let taken = 0; taken < cost; taken++) {
      if (this.count === this.starts.length) this.grow();
      this.starts[(this.first + this.count) % this.starts.length] = now;
      this.count++;
    }
  }

  /** A longer window does not bring back starts that have left the shorter one. */
  update(now: number, { limit, perMs }: RateLimits): void {
    wholeNumber('limit', limit, 1);
    positive('perMs', perMs);
    this.expire(now);
    this.limit = limit;
    this.perMs = perMs;
  }

  checkCost(cost: number): void {
    wholeNumber('cost', cost, 1);
  }

  isIdle(now: number): boolean {
    this.expire(now);
    return this.count === 0;
  }

  private expire(now: number): void {
    while (this.count > 0 && this.startAt(0) + this.perMs <= now) {
      this.first = (this.first + 1) % this.starts.length;
      this.count--;
    }
  }

  /** How many of the starts will have left the window at `time`: found by halving, as they are in order. */
  private goneBy(time: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.startAt(middle) + this.perMs <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private startAt(index: number): number {
    return this.starts[(this.first + index) % this.starts.length] as number;
  }

  private grow(): void {
    const larger = new Float64Array(this.starts.length * 2);
    for (let index = 0; index < this.count; index++) larger[index] = this.startAt(index);
    this.starts = larger;
    this.first = 0;
  }
}
