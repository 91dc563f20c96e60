import { type Observable, type Observer, type Subscriber, Subscriber as RxSubscriber } from 'rxjs';

/**
 * Subscribes an operator to its source so that the subscription is known *before* the source begins: a synchronous
 * source can then be stopped while it is still emitting, which what `source.subscribe(…)` returns comes too late for.
 *
 * @param subscriber - The operator's own subscriber; when it ends or unsubscribes, so does the subscription.
 * @returns `start`, which subscribes, and the subscription.
 */
export function upstreamOf<T>(subscriber: Subscriber<unknown>, observer: Observer<T>): Upstream<T> {
  const upstream = subscriberOf(observer);
  subscriber.add(upstream);
  return {
    start: (source) => {
      if (!upstream.closed) source.subscribe(upstream);
    },
    stop: () => {
      subscriber.remove(upstream);
      upstream.unsubscribe();
    },
  };
}

/** The subscription of an observer, before there is anything to subscribe it to. */
export function subscriberOf<T>(observer: Observer<T>): Subscriber<T> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS 7 has no other public way to make one beforehand
  return new RxSubscriber<T>(observer);
}

/** An operator's subscription to its source. */
export interface Upstream<T> {
  /** Subscribes, once; not at all when the subscriber has left by then. */
  start(source: Observable<T>): void;
  /** Tears the source down. */
  stop(): void;
}
