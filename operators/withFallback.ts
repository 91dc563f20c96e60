import { from, isObservable, Observable, type ObservableInput, of, type OperatorFunction } from 'rxjs';
import { clockOf } from './clockOf.js';
import { callable, type NamesOf, optionsOf } from './gates/argument.js';
import { isolated } from './gates/isolated.js';
import { upstreamOf } from './upstream.js';

/** What is emitted as it is: neither a function nor a promise. */
type PlainValue<F> = Exclude<F, ((...args: never[]) => unknown) | PromiseLike<unknown>>;

/** When a fallback is used. */
export interface FallbackOptions {
  /** Which errors it is for. Default: all. */
  readonly when?: (error: unknown) => boolean;
}

const names: NamesOf<FallbackOptions> = { when: true };

/**
 * Goes on with something else when the source fails: a value, an Observable, or what a function makes of the error.
 *
 * ```marbles
 * source  -a-#
 * subs    ^--!
 * other   --(b|)
 * output  -a---(b|)
 * ```
 *
 * The source is torn down *before* the fallback is begun, so that it may need what the source held (a slot, a
 * connection). Values that have been emitted stay. Errors of the fallback are forwarded, as is an error that `when`
 * refuses. Unsubscribing stops whichever of the two is running. State: none beyond the subscription.
 *
 * @param fallback - An Observable; a function, which is given the error and returns an Observable, a Promise or an
 * iterable; anything else is emitted as it is, but for a promise. That is refused: its work would have begun already,
 * whether it is needed or not, and be the same for all. Write `() => promise`, or better a function that begins the work.
 * @throws TypeError, RangeError at once when `fallback` is a promise, or an option is unknown or no function.
 *
 * @example
 * ```ts
 * search(query).pipe(withFallback((error) => searchInCache(query), { when: isToolTimeout }));
 * ```
 */
export function withFallback<T, F>(
  fallback: ((error: unknown) => ObservableInput<F>) | Observable<F> | PlainValue<F>,
  options: FallbackOptions = {},
): OperatorFunction<T, T | F> {
  const { when = () => true } = optionsOf('options', options, names);
  callable('when', when);
  if (isThenable(fallback)) {
    throw new TypeError('fallback: expected a function that returns the promise, () => promise, got a promise');
  }
  const clock = clockOf();
  return (source) =>
    new Observable<T | F>((subscriber) => {
      /** True while the source is being subscribed to: what it is torn down by is known only after that. */
      let starting = true;
      /** What the source failed with meanwhile. */
      let failure: { readonly error: unknown } | undefined;

      const fallBack = (error: unknown): void => {
        // What the source throws as it is torn down reaches the host, and does not keep the fallback from coming.
        isolated(clock, () => {
          upstream.stop();
        });
        if (subscriber.closed) return;
        let second$: Observable<F> | undefined;
        try {
          if (when(error) && !subscriber.closed) second$ = fallbackOf(fallback, error);
        } catch (thrown) {
          subscriber.error(thrown);
          return;
        }
        if (!second$) subscriber.error(error);
        // The function may have made the subscriber leave.
        else if (!subscriber.closed) second$.subscribe(subscriber);
      };

      const upstream = upstreamOf<T>(subscriber, {
        next: (value) => {
          subscriber.next(value);
        },
        error: (error: unknown) => {
          if (starting) failure = { error };
          else fallBack(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
      isolated(clock, () => {
        upstream.start(source);
      });
      starting = false;
      if (failure) fallBack(failure.error);
    });
}

function fallbackOf<F>(
  fallback: ((error: unknown) => ObservableInput<F>) | Observable<F> | F,
  error: unknown,
): Observable<F> {
  if (isObservable(fallback)) return fallback;
  return typeof fallback === 'function'
    ? from((fallback as (error: unknown) => ObservableInput<F>)(error))
    : of(fallback);
}

function isThenable(value: unknown): boolean {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
