import type { MonoTypeOperatorFunction, Observable, ObservableInput, SchedulerLike } from 'rxjs';
import { type NamesOf, object, optionsOf } from './gates/argument.js';
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
  /** How long one attempt may take, in ms or by parts, as `withTimeout` takes it. */
  readonly timeout?: number | TimeoutLimits;
  /** How many attempts may start in a time, as `withRateLimit` takes it. */
  readonly rateLimit?: RateLimitOptions | RateLimiter;
  /** `key`, `cost` and `feedback` of the rate limit; only beside `rateLimit`. */
  readonly rateLimited?: Omit<RateLimitedOptions, 'scheduler'>;
  /** How many attempts may run at once, as `withBulkhead` takes it. */
  readonly bulkhead?: number | SemaphoreOptions | Semaphore;
  /** When to stop trying, as `withCircuitBreaker` takes it. */
  readonly circuitBreaker?: CircuitOptions | Circuit;
  /** Which errors are failures for the circuit breaker; only beside `circuitBreaker`. */
  readonly isFailure?: CircuitBreakerOptions['isFailure'];
  /** When to try a second time beside an attempt that is slow, as `withHedge` takes it. */
  readonly hedge?: Omit<HedgeOptions, 'scheduler'>;
  /** When to try again after a failure, as `withRetry` takes it. */
  readonly retry?: Omit<RetryOptions, 'scheduler'>;
  /** How long to keep results, as `withCache` takes it. */
  readonly cache?: CacheOptions | ResultCache;
  /** Under what the cache keeps the result; only beside `cache`. */
  readonly key?: CachedOptions['key'];
  /** How long everything together may take, waiting and all attempts, in ms or by parts, as `withTimeout` takes it. */
  readonly deadline?: number | TimeoutLimits;
  /** What to go on with when all has failed, as `withFallback` takes it. */
  readonly fallback?: ((error: unknown) => ObservableInput<T>) | Observable<T>;
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const names: NamesOf<PolicyOptions<unknown>> = {
  timeout: true,
  rateLimit: true,
  rateLimited: true,
  bulkhead: true,
  circuitBreaker: true,
  isFailure: true,
  hedge: true,
  retry: true,
  cache: true,
  key: true,
  deadline: true,
  fallback: true,
  scheduler: true,
};

/** Options that say more of a part, and would say nothing without it. */
const belongingTo = { rateLimited: 'rateLimit', isFailure: 'circuitBreaker', key: 'cache' } as const;

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
 * @throws TypeError, RangeError at once for an option that is unknown, out of its range, or without the part that it
 * says more of.
 *
 * @example
 * ```ts
 * const policy = withPolicy<User>({ timeout: 2_000, retry: { maxAttempts: 3 }, bulkhead: 10, deadline: 10_000 });
 * const user = (id: string) => http.get(id).pipe(policy);
 * ```
 */
export function withPolicy<T>(options: PolicyOptions<T>): MonoTypeOperatorFunction<T> {
  checkParts(options);
  const { scheduler, timeout, rateLimit, bulkhead, circuitBreaker, hedge, retry, cache, key, deadline, fallback } =
    options;
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

function checkParts<T>(options: PolicyOptions<T>): void {
  optionsOf<object>('policy', options, names);
  for (const option of ['rateLimited', 'isFailure', 'key'] as const) {
    const part = belongingTo[option];
    if (options[option] === undefined || options[part] !== undefined) continue;
    throw new TypeError(`${option}: expected ${part} beside it, got none`);
  }
  for (const part of ['rateLimited', 'hedge', 'retry'] as const) {
    if (!Object.hasOwn(options[part] ?? {}, 'scheduler')) continue;
    throw new TypeError(`${part}.scheduler: expected the scheduler of the policy, for all parts, got one of its own`);
  }
}
