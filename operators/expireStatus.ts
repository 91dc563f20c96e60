import { type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { clockOf } from './clockOf.js';
import { HeadTimer } from './gates/HeadTimer.js';
import { MonotonicTime } from './gates/MonotonicTime.js';
import { upstreamOf } from './upstream.js';

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
  const clock = clockOf(scheduler);
  return (source) =>
    new Observable<S>((subscriber) => {
      const time = new MonotonicTime();
      /** What is to be emitted when the timer goes off. */
      let next: () => S;
      /** Cancels the turn at the end of the frame, behind what else happens in it; undefined while none is awaited. */
      let cancelTurn: (() => void) | undefined;
      const timer = new HeadTimer(time, () => {
        cancelTurn = clock.defer(() => {
          emit(next());
        });
      });
      const clear = (): void => {
        timer.clear();
        cancelTurn?.();
        cancelTurn = undefined;
      };
      const emit = (value: S): void => {
        const now = clock.now();
        const until = untilOf(value) ?? Infinity;
        clear();
        if (until <= now) {
          emit(after(value, now));
          return;
        }
        next = () => after(value, Math.max(until, clock.now()));
        timer.arm(clock, time.at(now) + until - now);
        subscriber.next(value);
      };
      subscriber.add(clear);
      upstreamOf<S>(subscriber, {
        next: emit,
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }).start(source);
    });
}
