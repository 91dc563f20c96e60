import { type Observable, type Observer, Subscriber, type Subscription } from 'rxjs';

/**
 * Subscribes an operator to its source so that the subscription is known *before* the source begins: a synchronous
 * source can then be stopped while it is still emitting, which what `source.subscribe(…)` returns comes too late for.
 *
 * @param until - The operator's own subscriber, as a rule; when it ends or unsubscribes, so does the subscription.
 * @returns `start`, which subscribes, and the subscription.
 */
export function upstreamOf<T>(until: Subscription, observer: Observer<T>): Upstream<T> {
  const upstream = subscriberOf(observer);
  until.add(upstream);
  return {
    start: (source) => {
      if (!upstream.closed) source.subscribe(upstream);
    },
    stop: () => {
      until.remove(upstream);
      upstream.unsubscribe();
    },
  };
}

/** The subscription of an observer, before there is anything to subscribe it to. */
export function subscriberOf<T>(observer: Observer<T>): Subscriber<T> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS 7 has no other public way to make one beforehand
  return new Subscriber<T>(observer);
}

/** An operator's subscription to its source. */
export interface Upstream<T> {
  /** Subscribes, once; not at all when the subscriber has left by then. */
  start(source: Observable<T>): void;
  /** Tears the source down. */
  stop(): void;
}
