import { type NamesOf, oneOf, optionsOf, zeroOrMoreMs, wholeNumber } from './argument.js';
import type { RateLimits, RatePolicy } from './RatePolicy.js';
import { SlidingWindow } from './SlidingWindow.js';
import { TokenBucket } from './TokenBucket.js';

/** What a rate limit is made of. */
export interface RateLimitOptions {
  /** How many may start, at least 1. With `tokenBucket`: how many tokens are added per `perMs`. */
  readonly limit: number;
  /** The length of the window in ms, above 0. */
  readonly perMs: number;
  /**
   * `slidingWindow` (default): in no window of `perMs` do more than `limit` start. `tokenBucket`: a burst at once,
   * then evenly; over a window up to `burst + limit` may start.
   */
  readonly algorithm?: 'slidingWindow' | 'tokenBucket';
  /** Only with `tokenBucket`: the most that can start at once. Default: `limit`. */
  readonly burst?: number;
  /** `wait` (default): later ones queue. `reject`: they are refused at once, and nothing ever queues. */
  readonly overflow?: 'wait' | 'reject';
  /** How many may wait for one key, 0 or more; one more is refused. Default: 10,000. */
  readonly maxQueue?: number;
  /**
   * Whoever would have to wait longer, in ms, is refused at once instead; what cannot be foreseen (with weighted costs),
   * as soon as the time is over. 0 or more; 0: nobody waits. Default: `Infinity`.
   */
  readonly maxWaitMs?: number;
  /** How many keys are kept apart; idle ones make room for new ones, otherwise a new key is refused. Default: 10,000. */
  readonly maxKeys?: number;
}

/** The options, checked and with their defaults. */
export interface RateSettings {
  readonly createPolicy: () => RatePolicy;
  readonly checkCost: (cost: number) => void;
  readonly limits: RateLimits;
  readonly overflow: 'wait' | 'reject';
  readonly maxQueue: number;
  readonly maxWaitMs: number;
  readonly maxKeys: number;
}

const names: NamesOf<RateLimitOptions> = {
  limit: true,
  perMs: true,
  algorithm: true,
  burst: true,
  overflow: true,
  maxQueue: true,
  maxWaitMs: true,
  maxKeys: true,
};

/** @throws TypeError, RangeError for an option that is unknown or out of its range. */
export function rateSettings(options: RateLimitOptions): RateSettings {
  const { limit, perMs, burst } = optionsOf('rate limit', options, names);
  const algorithm = oneOf('algorithm', options.algorithm ?? 'slidingWindow', ['slidingWindow', 'tokenBucket']);
  if (burst !== undefined && algorithm !== 'tokenBucket') {
    throw new TypeError("burst: expected algorithm 'tokenBucket' beside it, got 'slidingWindow'");
  }
  const createPolicy = (): RatePolicy =>
    algorithm === 'tokenBucket' ? new TokenBucket({ limit, perMs, burst }) : new SlidingWindow({ limit, perMs });
  // Made once here too, so that a wrong limit is an error of the constructor and not of the first call.
  const policy = createPolicy();
  return {
    createPolicy,
    checkCost: (cost) => {
      policy.checkCost(cost);
      if (cost <= policy.capacity) return;
      throw new RangeError(`cost: expected at most ${String(policy.capacity)}, got ${String(cost)}`);
    },
    limits: { limit, perMs, burst },
    overflow: oneOf('overflow', options.overflow ?? 'wait', ['wait', 'reject']),
    maxQueue: wholeNumber('maxQueue', options.maxQueue ?? 10_000, 0),
    maxWaitMs: zeroOrMoreMs('maxWaitMs', options.maxWaitMs ?? Infinity),
    maxKeys: wholeNumber('maxKeys', options.maxKeys ?? 10_000, 1),
  };
}
