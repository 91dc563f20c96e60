import { positive, wholeNumber } from './argument.js';
import type { RateLimits, RatePolicy } from './RatePolicy.js';

/**
 * Exact limit: in no window `[t, t + perMs)`, wherever it begins, are there more than `limit` starts, and none has to
 * wait longer than that needs. A ring of the starts within the last `perMs` (the "sliding window log"): constant time
 * a start, eight bytes for each start in the window, rounded up to a power of two.
 */
export class SlidingWindow implements RatePolicy {
  private limit: number;
  private perMs: number;
  /** The starts within the window, and some that have left it, oldest at `first`. */
  private starts = new Float64Array(8);
  private first = 0;
  private count = 0;
  /** The latest start, which counts from when it was made at the latest. */
  private latest = -Infinity;

  /** @throws TypeError, RangeError when `limit` is no whole number above 0, or `perMs` no finite time above 0. */
  constructor({ limit, perMs }: { readonly limit: number; readonly perMs: number }) {
    this.limit = wholeNumber('limit', limit, 1);
    this.perMs = positive('perMs', perMs);
  }

  get capacity(): number {
    return this.limit;
  }

  waitMs(now: number, cost: number, ahead: number, from = now, unseenMs = 0): number {
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
    const start = index <= count ? this.startAt(gone + index - 1) - unseenMs : from;
    return Math.max(from, start + windows * (this.perMs + unseenMs)) - now;
  }

  take(now: number, cost: number, unseenMs = 0): boolean {
    // As long as there is room beside them, it does not matter which of the starts have left the window.
    if (this.count + cost > this.limit) {
      this.expire(now);
      if (this.count + cost > this.limit) return false;
    }
    this.latest = Math.max(this.latest, now + unseenMs);
    for (let taken = 0; taken < cost; taken++) {
      if (this.count === this.starts.length) this.makeRoom(now);
      this.starts[this.placeOf(this.count)] = this.latest;
      this.count++;
    }
    return true;
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
    const gone = this.goneBy(now);
    this.first = this.placeOf(gone);
    this.count -= gone;
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
    return this.starts[this.placeOf(index)] as number;
  }

  /** The ring's length is a power of two. */
  private placeOf(index: number): number {
    return (this.first + index) & (this.starts.length - 1);
  }

  /** Of a full ring: by what has left the window, or where that is less than half, by doubling it. */
  private makeRoom(now: number): void {
    this.expire(now);
    if (this.count <= this.starts.length / 2) return;
    const larger = new Float64Array(this.starts.length * 2);
    for (let index = 0; index < this.count; index++) larger[index] = this.startAt(index);
    this.starts = larger;
    this.first = 0;
  }
}
