import { Observable, type Subscription } from 'rxjs';
import { subscriberOf } from '../operators/upstream.js';
import { leaveAll } from './leaveAll.js';

/**
 * Subscribes to `begin(0)`, `begin(1)` … `begin(count - 1)`, at most `concurrency` of them at once and each as soon as it
 * may; gives the last value of each, in this order, when all have completed. The first that errors ends it, and the
 * others are left, the latest first. However many there are, and however soon they end, the stack does not grow.
 */
export function inOrder<T>(
  count: number,
  concurrency: number,
  begin: (index: number) => Observable<T>,
): Observable<readonly T[]> {
  return new Observable((subscriber) => {
    const results = new Array<T>(count);
    const running = new Map<number, Subscription>();
    /** The next to begin. */
    let next = 0;
    /** How many have completed. */
    let completed = 0;
    /** True once one has errored. */
    let failed = false;
    /** True while `fill` goes on further out in the stack. */
    let filling = false;

    const fill = (): void => {
      if (filling || failed) return;
      filling = true;
      while (!subscriber.closed && !failed && next < count && running.size < concurrency) start(next++);
      filling = false;
      if (!subscriber.closed && !failed && completed === count) {
        subscriber.next(results);
        subscriber.complete();
      }
    };
    const start = (index: number): void => {
      // Known before it begins: whoever hears of its beginning may leave.
      const one = subscriberOf<T>({
        next: (value) => {
          results[index] = value;
        },
        error: (error: unknown) => {
          running.delete(index);
          if (failed) return;
          failed = true;
          // Whoever hears of the failure may go on at once, and the others have ended by then.
          try {
            leave();
          } finally {
            subscriber.error(error);
          }
        },
        complete: () => {
          running.delete(index);
          completed++;
          fill();
        },
      });
      running.set(index, one);
      begin(index).subscribe(one);
    };

    const leave = (): void => {
      leaveAll([...running.values()]);
    };

    subscriber.add(leave);
    fill();
  });
}
