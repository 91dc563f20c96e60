import { positive } from './argument.js';
import type { RateLimits, RatePolicy } from './RatePolicy.js';

/**
 * A bucket of at most `burst` tokens that fills by `limit` tokens every `perMs`, evenly; a start takes its cost out of
 * it. Lets a burst through at once and holds the average; over a window of `perMs` up to `burst + limit` may start.
 * Where that is too many, use a {@link SlidingWindow}. Waits are rounded up to whole milliseconds.
 *
 * The level is counted in tokens × perMs: a millisecond then adds exactly `limit`, and whole numbers stay exact.
 */
export class TokenBucket implements RatePolicy {
  private burst: number;
  private limit: number;
  private perMs: number;
  private level: number;
  private filledAt = -Infinity;

  /**
   * @param options - `burst` defaults to `limit`. The bucket begins full.
   * @throws TypeError, RangeError when a number is not finite and above 0.
   */
  constructor(options: { readonly limit: number; readonly perMs: number; readonly burst?: number | undefined }) {
    this.limit = positive('limit', options.limit);
    this.perMs = positive('perMs', options.perMs);
    this.burst = positive('burst', options.burst ?? options.limit);
    this.level = this.full;
  }

  get capacity(): number {
    return this.burst;
  }

  waitMs(now: number, cost: number, ahead: number, from = now): number {
    this.fill(now);
    const missing = (ahead + cost) * this.perMs - Math.min(this.full, this.level + (from - now) * this.limit);
    return from - now + (missing <= 0 ? 0 : Math.ceil(missing / this.limit));
  }

  take(now: number, cost: number): boolean {
    this.fill(now);
    const rest = this.level - cost * this.perMs;
    if (rest < 0) return false;
    this.level = rest;
    return true;
  }

  /** The tokens in the bucket stay, as far as there is room for them. */
  update(now: number, { limit, perMs, burst = limit }: RateLimits): void {
    positive('limit', limit);
    positive('perMs', perMs);
    positive('burst', burst);
    this.fill(now);
    const tokens = this.level / this.perMs;
    this.limit = limit;
    this.perMs = perMs;
    this.burst = burst;
    this.level = Math.min(this.full, tokens * perMs);
  }

  checkCost(cost: number): void {
    positive('cost', cost);
  }

  isIdle(now: number): boolean {
    this.fill(now);
    return this.level >= this.full;
  }

  private get full(): number {
    return this.burst * this.perMs;
  }

  private fill(now: number): void {
    if (this.level < this.full) this.level = Math.min(this.full, this.level + (now - this.filledAt) * this.limit);
    this.filledAt = now;
  }
}
