/** What a rate policy goes by. */
export interface RateLimits {
  readonly limit: number;
  readonly perMs: number;
  /** Only of a token bucket. Default: `limit`. */
  readonly burst?: number | undefined;
}

/**
 * How many may start when: the arithmetic of a rate limit, apart from the queue of those who wait
 * (see {@link RateLimiter}). Times are milliseconds that never run backwards.
 */
export interface RatePolicy {
  /** The largest cost that can ever be taken at once. */
  readonly capacity: number;

  /**
   * How long, from `now`, until `cost` can be taken after the `ahead` that is to be taken before it, where nothing is
   * taken before `from` (default: `now`). 0: at once.
   *
   * @param unseenMs - How much later than that it may really be when something is taken: see `take`. Default: 0.
   */
  waitMs(now: number, cost: number, ahead: number, from?: number, unseenMs?: number): number;

  /**
   * Takes `cost` at `now` if that is possible at once, that is where `waitMs` says 0; else takes nothing, and is false.
   *
   * @param unseenMs - Up to how much later than `now` it may really be: see `Clock`. Default: 0.
   */
  take(now: number, cost: number, unseenMs?: number): boolean;

  /** Goes by other limits from `now` on; what was taken before still counts. */
  update(now: number, limits: RateLimits): void;

  /** Throws a TypeError or RangeError for a cost that this policy cannot count. */
  checkCost(cost: number): void;

  /** True when nothing that was taken counts any more: a new policy would answer the same. */
  isIdle(now: number): boolean;
}
