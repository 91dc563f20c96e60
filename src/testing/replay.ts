import { Observable, type SchedulerLike } from 'rxjs';
import { clockOf } from '../../operators/clockOf.js';
import { object, positive } from '../../operators/gates/argument.js';
import { HeadTimer } from '../../operators/gates/HeadTimer.js';
import { MonotonicTime } from '../../operators/gates/MonotonicTime.js';
import type { ToolEvent } from '../event.js';
import { knownKeys } from '../knownKeys.js';

/** How a recording is played. */
export interface ReplayOptions {
  /** How many times as fast as it was recorded, above 0; `Infinity`: all at once. Default: 1. */
  readonly speed?: number;
  /** Whose time it is. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * A recording as a live `events$` once more, for interfaces and demonstrations: the same events in the same order, as
 * far apart as they were. The first comes at once. Where the clock had gone back, what follows comes as soon as it is as
 * late as it had been before; nothing is left out.
 *
 * Each subscription plays it from the beginning; unsubscribing stops it. The events are as they were recorded: their
 * `at` too.
 *
 * @throws TypeError, RangeError for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * replay(events, { speed: 10 }).pipe(scan(statusesOf, {})).subscribe(draw);
 * ```
 */
export function replay(events: readonly ToolEvent[], options: ReplayOptions = {}): Observable<ToolEvent> {
  knownKeys('an option of replay', object('options', options), ['speed', 'scheduler']);
  const { speed = 1, scheduler } = options;
  if (speed !== Infinity) positive('speed', speed);

  return new Observable<ToolEvent>((subscriber) => {
    const clock = clockOf(scheduler);
    const time = new MonotonicTime();
    const begun = time.at(clock.now());
    const first = events[0]?.at ?? 0;
    /** Which event comes next. */
    let next = 0;

    const play = (now: number): void => {
      for (; next < events.length; next++) {
        const event = events[next] as ToolEvent;
        // Where the clock had gone back, or gave no number, that is not after now.
        const due = begun + (event.at - first) / speed;
        if (due > now) {
          timer.arm(clock, due);
          return;
        }
        subscriber.next(event);
        if (subscriber.closed) return;
      }
      subscriber.complete();
    };
    const timer = new HeadTimer(time, play);
    subscriber.add(() => {
      timer.clear();
    });
    play(begun);
  });
}
