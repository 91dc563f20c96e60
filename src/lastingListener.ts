import type { Subscriber } from 'rxjs';
import type { Clock } from '../operators/gates/Clock.js';
import { subscriberOf } from '../operators/upstream.js';

/**
 * Listens for a subscriber, and goes on listening for the rest of the instant when that leaves while it is being given a
 * value, as `firstValueFrom` and `take(1)` do: what comes to its end with that value (a promise, a request) is then whole,
 * and not cut short. A further value says that it goes on, and then it is left.
 */
export function lastingListener<T>(clock: Clock, subscriber: Subscriber<T>): Subscriber<T> {
  /** True while the subscriber is being given a value. */
  let giving = false;
  const listener = subscriberOf<T>({
    next: (value) => {
      if (subscriber.closed) {
        listener.unsubscribe();
        return;
      }
      giving = true;
      subscriber.next(value);
      giving = false;
    },
    error: (error) => {
      subscriber.error(error);
    },
    complete: () => {
      subscriber.complete();
    },
  });
  subscriber.add(() => {
    if (!giving) listener.unsubscribe();
    else if (!listener.closed) {
      listener.add(
        clock.defer(() => {
          listener.unsubscribe();
        }),
      );
    }
  });
  return listener;
}
