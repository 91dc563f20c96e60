import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscription } from 'rxjs';

/**
 * Follows a value that holds only until a certain time, when that has come and nothing else has, by the value that is
 * true from then on: time passes without an event. One timer a subscriber, and only while there is such a time.
 *
 * @param scheduler - Whose time counts.
 * @param untilOf - Until when a value holds, in the scheduler's ms; undefined: for good.
 * @param after - The value that follows one whose time has passed, at the time `now`.
 */
export function expireStatus<S>(
  scheduler: SchedulerLike,
  untilOf: (value: S) => number | undefined,
  after: (value: S, now: number) => S,
): MonoTypeOperatorFunction<S> {
  return (source) =>
    new Observable<S>((subscriber) => {
      /** Waits for the time of the latest value; undefined while there is nothing to wait for. */
      let timer: Subscription | undefined;
      const emit = (value: S): void => {
        timer?.unsubscribe();
        timer = undefined;
        const until = untilOf(value);
        if (until !== undefined) {
          timer = scheduler.schedule(
            () => {
              emit(after(value, Math.max(until, scheduler.now())));
            },
            Math.max(0, until - scheduler.now()),
          );
        }
        subscriber.next(value);
      };
      subscriber.add(() => timer?.unsubscribe());
      subscriber.add(
        source.subscribe({
          next: emit,
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            subscriber.complete();
          },
        }),
      );
    });
}
