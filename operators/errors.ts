import type { CircuitRefusal } from './gates/Circuit.js';
import type { RateRefusal } from './gates/RateLimiter.js';
import type { SemaphoreRefusal } from './gates/Semaphore.js';
import { rejectionMark } from './rejection.js';

/** Which of the limits of `withTimeout` was exceeded. */
export type TimeoutLimit = 'total' | 'first' | 'each';

/** `withTimeout` waited long enough. The source has been torn down. */
export class TimeoutExceeded extends Error {
  readonly _tag = 'TimeoutExceeded';
  override readonly name = 'TimeoutExceeded';

  constructor(
    /** The limit that was exceeded. */
    readonly limit: TimeoutLimit,
    /** Its length in ms. */
    readonly ms: number,
    /** How many values had come by then. */
    readonly values: number,
  ) {
    const outstanding = {
      total: `did not complete within ${String(ms)} ms`,
      first: `no value within ${String(ms)} ms`,
      each: `nothing for ${String(ms)} ms`,
    }[limit];
    super(`${outstanding} (${String(values)} ${values === 1 ? 'value' : 'values'} so far)`);
  }
}

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

/** `withBulkhead` refused a start. The source was not subscribed to. */
export class BulkheadRejected extends Error {
  readonly _tag = 'BulkheadRejected';
  override readonly name = 'BulkheadRejected';

  constructor(
    readonly reason: SemaphoreRefusal,
    /** How many ran when it was refused. */
    readonly running: number,
    /** How many waited when it was refused. */
    readonly queued: number,
  ) {
    super(`${semaphoreRefusals[reason]} (${String(running)} running, ${String(queued)} waiting)`);
  }

  get [rejectionMark](): true {
    return true;
  }
}

/** `withCircuitBreaker` let nobody through. The source was not subscribed to. */
export class CircuitRejected extends Error {
  readonly _tag = 'CircuitRejected';
  override readonly name = 'CircuitRejected';

  constructor(
    readonly reason: CircuitRefusal,
    /**
     * In how many ms it is worth asking again: open, when a probe will be let through; half-open, when the probes will
     * have been judged at the latest. Undefined where that is not a matter of time.
     */
    readonly retryAfterMs: number | undefined,
  ) {
    super(circuitRefusals[reason] + (retryAfterMs === undefined ? '' : `; retry after ${String(retryAfterMs)} ms`));
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

/** What each refusal of a semaphore means, in words. */
export const semaphoreRefusals: Readonly<Record<SemaphoreRefusal, string>> = {
  queueFull: 'all slots are taken and the queue is full',
  maxWait: 'no slot became free within maxWaitMs',
};

/** What each refusal of a circuit means, in words. */
export const circuitRefusals: Readonly<Record<CircuitRefusal, string>> = {
  open: 'the circuit is open',
  halfOpen: 'the circuit is half-open and all its probes are under way',
  isolated: 'the circuit is held open by hand',
};
