import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, tap } from 'rxjs';
import { clockOf } from './clockOf.js';
import { askedToWait, type Feedback } from './feedback.js';
import { callable, type NamesOf, optionsOf } from './gates/argument.js';
import { type RateLimitOptions, RateLimiter } from './gates/RateLimiter.js';
import { RateLimitRejected } from './RateLimitRejected.js';

/** What `withRateLimit` takes beside the limit. */
export interface RateLimitedOptions {
  /** Each key has a limit of its own (a user, a host); asked for at each subscription. Default: one for all. */
  readonly key?: string | (() => string);
  /** How much of the limit a subscription uses up; asked for at each subscription. Default: 1. */
  readonly cost?: number | (() => number);
  /**
   * Holds the limiter back, for all who use it, when the service says to come again later: `true` goes by the
   * `retryAfterMs` of an error or value, a function says how many ms, or undefined; what it throws
   * becomes the error. Default: not.
   */
  readonly feedback?: Feedback;
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const names: NamesOf<RateLimitedOptions> = { key: true, cost: true, feedback: true, scheduler: true };

/**
 * Lets at most `limit` subscriptions start in any window of `perMs`; later ones wait their turn.
 *
 * The limit is exact: it holds in every window, wherever it begins, and nobody waits longer than that needs. It counts
 * starts; to bound how many run at once, use `withBulkhead`. The clock of a host counts whole milliseconds: there a start
 * counts from the end of its millisecond, so that the limit also holds by a finer clock, such as that of the service.
 *
 * ```marbles
 * limit: 2, perMs: 5
 * calls   abc-----|
 * output  ab---c--|
 * ```
 * ```marbles
 * limit: 2, perMs: 5, overflow: reject
 * calls   abc--d--|
 * output  abX--d--|
 * ```
 * ```marbles
 * limit: 1, perMs: 2, algorithm: tokenBucket, burst: 2
 * calls   abcd------e---|
 * output  abc-d-----e---|
 * ```
 *
 * Unsubscribing while waiting leaves the queue at once; nothing is used up, and those behind move up. Errors with
 * {@link RateLimitRejected} (`reason`, `retryAfterMs`) when `overflow` is `reject`, the queue is full (`maxQueue`), the
 * wait would be longer than `maxWaitMs`, or there are too many keys (`maxKeys`); a refusal uses nothing up. A cost
 * that could never be granted is a `RangeError`.
 *
 * State: the {@link RateLimiter}. Given options, the operator makes one, which all it is applied to share; to share it
 * between operators, make it yourself and pass it.
 *
 * @throws TypeError, RangeError at once for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * const perHost = new RateLimiter({ limit: 10, perMs: 1_000 });
 * const get = (url: URL) => http.get(url).pipe(withRateLimit(perHost, { key: url.host }));
 * ```
 */
export function withRateLimit<T>(
  limit: RateLimitOptions | RateLimiter,
  options: RateLimitedOptions = {},
): MonoTypeOperatorFunction<T> {
  const limiter = limit instanceof RateLimiter ? limit : new RateLimiter(limit);
  const { key = '', cost = 1, feedback = false, scheduler } = optionsOf('options', options, names);
  if (typeof feedback !== 'boolean') callable('feedback', feedback);
  if (typeof cost !== 'function') limiter.checkCost(cost);
  const clock = clockOf(scheduler);

  return (source) =>
    new Observable<T>((subscriber) => {
      const ownKey = typeof key === 'function' ? key() : key;
      const ownCost = typeof cost === 'function' ? cost() : cost;
      const listen = (errorOrValue: unknown): void => {
        const ms = askedToWait(feedback, errorOrValue);
        if (ms !== undefined) limiter.holdBack(clock, ms, ownKey);
      };
      const begin = (): void => {
        const heard$ = feedback === false ? source : source.pipe(tap<T>({ next: listen, error: listen }));
        heard$.subscribe(subscriber);
      };
      // Most need not wait, and are spared what waiting takes.
      if (limiter.tryAcquire(clock, ownKey, ownCost)) {
        begin();
        return undefined;
      }
      const waiting = limiter.acquire(clock, {
        key: ownKey,
        cost: ownCost,
        granted: begin,
        refused: (reason, retryAfterMs) => {
          subscriber.error(new RateLimitRejected(reason, retryAfterMs));
        },
      });
      return () => waiting?.cancel();
    });
}
