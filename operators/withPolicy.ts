import type { MonoTypeOperatorFunction, Observable, ObservableInput, SchedulerLike } from 'rxjs';
import { object } from './gates/argument.js';
import type { Circuit, CircuitOptions } from './gates/Circuit.js';
import type { CacheOptions } from './gates/CacheStore.js';
import type { RateLimiter, RateLimitOptions } from './gates/RateLimiter.js';
import type { Semaphore, SemaphoreOptions } from './gates/Semaphore.js';
import type { ResultCache } from './ResultCache.js';
import { withBulkhead } from './withBulkhead.js';
import { type CachedOptions, withCache } from './withCache.js';
import { type CircuitBreakerOptions, withCircuitBreaker } from './withCircuitBreaker.js';
import { withFallback } from './withFallback.js';
import { type HedgeOptions, withHedge } from './withHedge.js';
import { type RateLimitedOptions, withRateLimit } from './withRateLimit.js';
import { type RetryOptions, withRetry } from './withRetry.js';
import { type TimeoutLimits, withTimeout } from './withTimeout.js';

/** Which limits and remedies a source gets; what is left out is left out. Each is what its operator takes. */
export interface PolicyOptions<T> {
  /** One attempt, in ms or by parts. */
  readonly timeout?: number | TimeoutLimits;
  readonly rateLimit?: RateLimitOptions | RateLimiter;
  /** `key`, `cost` and `feedback` of the rate limit. */
  readonly rateLimited?: Omit<RateLimitedOptions, 'scheduler'>;
  readonly bulkhead?: number | SemaphoreOptions | Semaphore;
  readonly circuitBreaker?: CircuitOptions | Circuit;
  /** Which errors are failures for the circuit breaker. */
  readonly isFailure?: CircuitBreakerOptions['isFailure'];
  readonly hedge?: Omit<HedgeOptions, 'scheduler'>;
  readonly retry?: Omit<RetryOptions, 'scheduler'>;
  readonly cache?: CacheOptions | ResultCache;
  /** Under what the cache keeps the result. */
  readonly key?: CachedOptions['key'];
  /** Everything together, waiting and all attempts, in ms or by parts. */
  readonly deadline?: number | TimeoutLimits;
  readonly fallback?: ((error: unknown) => ObservableInput<T>) | Observable<T>;
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Several limits and remedies in the order in which they have to stand, from the outside in:
 *
 * deadline (fallback (cache → retry (hedge (circuit breaker → bulkhead → rate limit → timeout → source))))
 *
 * The deadline is for all of it, the fallback included. The breaker sees every attempt; a rate permit is taken last,
 * when the attempt really starts; a place in the cache is shared by the work and not by each attempt. State: in the
 * gates, which are made here once from their options, or are yours. Each part is described at its operator.
 *
 * ```marbles
 * timeout: 3, retry: 2, backoff: constant 1
 * source  -----(a|)
 * source  -(b|)
 * subs    ^--!
 * subs    ----^!
 * output  -----(b|)
 * ```
 *
 * @throws TypeError, RangeError at once for an option that is out of its range.
 *
 * @example
 * ```ts
 * const policy = withPolicy<User>({ timeout: 2_000, retry: { maxAttempts: 3 }, bulkhead: 10, deadline: 10_000 });
 * const user = (id: string) => http.get(id).pipe(policy);
 * ```
 */
export function withPolicy<T>(options: PolicyOptions<T>): MonoTypeOperatorFunction<T> {
  const { scheduler, timeout, rateLimit, bulkhead, circuitBreaker, hedge, retry, cache, key, deadline, fallback } =
    object('policy', options);
  const rateLimited = object('rateLimited', options.rateLimited ?? {});
  const time = scheduler === undefined ? {} : { scheduler };
  const isFailure = options.isFailure === undefined ? {} : { isFailure: options.isFailure };
  // From the inside out: each is applied around those before it.
  const parts = [
    timeout === undefined ? undefined : withTimeout<T>(timeout, time),
    rateLimit === undefined ? undefined : withRateLimit<T>(rateLimit, { ...rateLimited, ...time }),
    bulkhead === undefined ? undefined : withBulkhead<T>(bulkhead, time),
    circuitBreaker === undefined ? undefined : withCircuitBreaker<T>(circuitBreaker, { ...isFailure, ...time }),
    hedge === undefined ? undefined : withHedge<T>({ ...object('hedge', hedge), ...time }),
    retry === undefined ? undefined : withRetry<T>({ ...object('retry', retry), ...time }),
    cache === undefined ? undefined : withCache<T>(cache, { key, ...time }),
    fallback === undefined ? undefined : withFallback<T, T>(fallback),
    deadline === undefined ? undefined : withTimeout<T>(deadline, time),
  ].filter((part) => part !== undefined);
  return (source) => parts.reduce((source$, part) => part(source$), source);
}
