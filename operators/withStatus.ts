import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { retryAfterMsOf } from './rejection.js';
import type { StatusTracker, TrackedEnd } from './StatusTracker.js';
import { upstreamOf } from './upstream.js';

/**
 * Reports what runs through it to a {@link StatusTracker}, and leaves the stream as it is.
 *
 * A subscription counts as running from its start to its end. A failure makes the status `error` until the next
 * success; one that carries a `retryAfterMs` (a `RateLimitRejected`, an HTTP 429 of yours) makes it `rate_limited` for
 * that long; an unsubscribe changes neither. The tracker is told before the end is forwarded. Put it outermost, so that
 * it sees what callers see.
 *
 * Below, `a` available, `b` busy, `e` error.
 *
 * ```marbles
 * calls   -x-----y-----|
 * x       ---#
 * y       ---(v|)
 * status  ab--e--b--a---
 * ```
 *
 * State: the tracker, one for everything that is to be seen as one.
 *
 * @example
 * ```ts
 * const status = new StatusTracker<HttpError>();
 * const get = (url: string) => http.get(url).pipe(withStatus(status));
 * status.status$.subscribe(({ state, running }) => render(state, running));
 * ```
 */
export function withStatus<T, E = unknown>(tracker: StatusTracker<E>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      /** False once the end has been reported. */
      let running = true;
      const end = (how: TrackedEnd<E>): void => {
        if (!running) return;
        running = false;
        tracker.ended(how);
      };

      const upstream = upstreamOf<T>(subscriber, {
        next: (value) => {
          subscriber.next(value);
        },
        error: (error: E) => {
          end(failureOf(error));
          subscriber.error(error);
        },
        complete: () => {
          end({ kind: 'succeeded' });
          subscriber.complete();
        },
      });
      subscriber.add(() => {
        end({ kind: 'cancelled' });
      });

      tracker.started();
      upstream.start(source);
    });
}

function failureOf<E>(error: E): TrackedEnd<E> {
  const retryAfterMs = retryAfterMsOf(error);
  return retryAfterMs === undefined ? { kind: 'failed', error } : { kind: 'limited', retryAfterMs };
}
