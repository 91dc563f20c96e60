import { from, isObservable, Observable, type ObservableInput, of, type OperatorFunction } from 'rxjs';
import { callable } from './gates/argument.js';
import { upstreamOf } from './upstream.js';

/** When a fallback is used. */
export interface FallbackOptions {
  /** Which errors it is for. Default: all. */
  readonly when?: (error: unknown) => boolean;
}

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
 * iterable; anything else is emitted as it is.
 * @throws TypeError at once when `when` is no function.
 *
 * @example
 * ```ts
 * search(query).pipe(withFallback((error) => searchInCache(query), { when: isToolTimeout }));
 * ```
 */
export function withFallback<T, F>(
  fallback: ((error: unknown) => ObservableInput<F>) | Observable<F> | Exclude<F, (...args: never[]) => unknown>,
  options: FallbackOptions = {},
): OperatorFunction<T, T | F> {
  const { when = () => true } = options;
  callable('when', when);
  return (source) =>
    new Observable<T | F>((subscriber) => {
      const upstream = upstreamOf<T>(subscriber, {
        next: (value) => {
          subscriber.next(value);
        },
        error: (error: unknown) => {
          let second$: Observable<F>;
          try {
            if (!when(error)) {
              subscriber.error(error);
              return;
            }
            upstream.stop();
            second$ = fallbackOf(fallback, error);
          } catch (thrown) {
            subscriber.error(thrown);
            return;
          }
          second$.subscribe(subscriber);
        },
        complete: () => {
          subscriber.complete();
        },
      });
      upstream.start(source);
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
