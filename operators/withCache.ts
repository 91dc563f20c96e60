import { type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { clockOf } from './clockOf.js';
import { type NamesOf, optionsOf } from './gates/argument.js';
import type { CacheOptions } from './gates/CacheStore.js';
import { ResultCache } from './ResultCache.js';

/** What `withCache` takes beside the cache. */
export interface CachedOptions {
  /**
   * Under what the result is kept: a text or other plain data, or a function that gives it and is asked at each
   * subscription. Equal data is the same key, whatever the order of its fields. Default: one key for all that the
   * operator is applied to.
   */
  readonly key?: unknown;
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const names: NamesOf<CachedOptions> = { key: true, scheduler: true };

/**
 * Keeps complete results, and lets those who ask for the same thing at the same time share one subscription.
 *
 * Below, `b` joins `a`, `c` is answered from the cache, and `d` comes after `ttlMs`.
 *
 * ```marbles
 * ttlMs: 6
 * calls   a-b-----c----d-----|
 * source  ----(x|)
 * subs    ^---!
 * subs    -------------^---!
 * output  ----(xx)x--------x-|
 * ```
 *
 * Errors and results that were cut short are never kept: `firstValueFrom` and `take(1)` leave with the value, before the
 * end, where `lastValueFrom` waits for it. Several values are replayed. Plain objects and
 * arrays are frozen, all the way down, so that nobody can change what others get. Anything else in them is shared as it is:
 * whoever changes a `Date`, a `Map` or an instance of a class changes it for all. With `staleWhileRevalidateMs` an old result is given at once while a new one is
 * fetched. Unsubscribing leaves the others alone; the last to leave tears the source down. State: the
 * {@link ResultCache}. Given options, the operator makes one, which all it is applied to share; make it yourself and
 * pass it to share it between operators, or to `invalidate` keys.
 *
 * @throws TypeError, RangeError at once for an option that is unknown or out of its range. A key that is no plain data is a
 * TypeError of the subscription.
 *
 * @example
 * ```ts
 * const users = new ResultCache({ ttlMs: 60_000, maxSize: 500 });
 * const user = (id: number) => http.get(`/users/${id}`).pipe(withCache(users, { key: { id } }));
 * ```
 */
export function withCache<T>(
  cache: CacheOptions | ResultCache,
  options: CachedOptions = {},
): MonoTypeOperatorFunction<T> {
  const results = cache instanceof ResultCache ? cache : new ResultCache(cache);
  const { key = '', scheduler } = optionsOf('options', options, names);
  const clock = clockOf(scheduler);
  return (source) =>
    new Observable<T>((subscriber) => {
      const asked: unknown = typeof key === 'function' ? (key as () => unknown)() : key;
      results.listen(clock, asked, source, subscriber);
    });
}
