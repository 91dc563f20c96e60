import type { RateRefusal } from './gates/RateLimiter.js';
import { rejectionMark } from './rejection.js';

/** `withRateLimit` refused a start. Nothing of the limit was used up, and the source was not subscribed to. */
export class RateLimitRejected extends Error {
  readonly _tag = 'RateLimitRejected';
  override readonly name = 'RateLimitRejected';

  constructor(
    readonly reason: RateRefusal,
    /** In how many ms a start would be possible, as things stand. */
    readonly retryAfterMs: number,
  ) {
    super(`${rateRefusals[reason]}; retry after ${String(retryAfterMs)} ms`);
  }

  get [rejectionMark](): true {
    return true;
  }
}

/** What each refusal of a rate limiter means, in words. */
export const rateRefusals: Readonly<Record<RateRefusal, string>> = {
  limit: 'the rate limit is used up',
  queueFull: 'the queue of the rate limit is full',
  maxWait: 'the rate limit would make it wait longer than maxWaitMs',
  maxKeys: 'the rate limit keeps as many keys as it may',
};
