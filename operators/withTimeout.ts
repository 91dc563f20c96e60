import { type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { clockOf } from './clockOf.js';
import { type NamesOf, optionsOf, positiveMs } from './gates/argument.js';
import { type Deadline, Deadlines } from './gates/Deadlines.js';
import { stackless } from './stackless.js';
import { TimeoutExceeded, type TimeoutLimit } from './TimeoutExceeded.js';
import { upstreamOf } from './upstream.js';

/** How long a subscription may take, in ms, each above 0; `Infinity` or left out: no limit. */
export interface TimeoutLimits {
  /** From the subscription to the end. */
  readonly totalMs?: number;
  /** From the subscription to the first value (or the end, if that comes before). */
  readonly firstMs?: number;
  /** Between one value and the next (or the end); also before the first, where `firstMs` is left out. */
  readonly eachMs?: number;
}

/** What `withTimeout` takes beside the limits. */
export interface TimeoutOptions {
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Where the deadlines are kept. Default: a list of this operator's own. Share one to share its timers. */
  readonly deadlines?: Deadlines;
}

const limitNames: NamesOf<TimeoutLimits> = { totalMs: true, firstMs: true, eachMs: true };
const optionNames: NamesOf<TimeoutOptions> = { scheduler: true, deadlines: true };

/**
 * Errors with {@link TimeoutExceeded} when the source takes too long, after it has been torn down.
 *
 * The subscriber is told on time, even if the source goes on working behind its teardown. A value in the same frame as
 * the deadline is in time. Use `totalMs` (or just a number) for a call, `firstMs` for a slow starter, `eachMs` for a
 * stream that may stall. To hold a slot until the work has really ended, see `releaseOn` of `withBulkhead`.
 *
 * ```marbles
 * totalMs: 7
 * source  --a---b----c|
 * subs    ^------!
 * output  --a---b#
 * ```
 * ```marbles
 * totalMs: 7
 * source  --a----(b|)
 * subs    ^------!
 * output  --a----(b|)
 * ```
 * ```marbles
 * firstMs: 4, eachMs: 3
 * source  ---a--b----c|
 * subs    ^--------!
 * output  ---a--b--#
 * ```
 *
 * Unsubscribing takes the deadlines off. State: the `deadlines`, one timer for each length in use, however many
 * subscriptions there are.
 *
 * @param limits - The limits, or `totalMs` alone.
 * @throws TypeError, RangeError at once for a limit that is no number above 0, or an option that is unknown.
 *
 * @example
 * ```ts
 * http.get(url).pipe(withTimeout({ firstMs: 2_000, totalMs: 10_000 }));
 * ```
 */
export function withTimeout<T>(
  limits: number | TimeoutLimits,
  options: TimeoutOptions = {},
): MonoTypeOperatorFunction<T> {
  const { totalMs, firstMs, eachMs } = limitsOf(limits);
  const { deadlines = new Deadlines(), scheduler } = optionsOf('options', options, optionNames);
  const clock = clockOf(scheduler);

  return (source) =>
    new Observable<T>((subscriber) => {
      /** How many values have come. */
      let values = 0;
      /** Until when the next value must have come. */
      let next: Deadline | undefined;

      const expireAfter = (limit: TimeoutLimit, ms: number): Deadline =>
        deadlines.add(clock, ms, () => {
          clear();
          try {
            upstream.stop();
          } finally {
            subscriber.error(stackless(() => new TimeoutExceeded(limit, ms, values)));
          }
        });
      const clear = (): void => {
        total.cancel();
        next?.cancel();
      };

      const upstream = upstreamOf<T>(subscriber, {
        next: (value) => {
          values++;
          const previous = next;
          // Before the previous one goes: the list is never empty in between, and keeps its timer.
          next = expireAfter('each', eachMs);
          previous?.cancel();
          subscriber.next(value);
        },
        error: (error) => {
          clear();
          subscriber.error(error);
        },
        complete: () => {
          clear();
          subscriber.complete();
        },
      });
      subscriber.add(clear);

      /** Until when the end must have come. */
      const total = expireAfter('total', totalMs);
      next = firstMs < Infinity ? expireAfter('first', firstMs) : expireAfter('each', eachMs);
      upstream.start(source);
    });
}

function limitsOf(limits: number | TimeoutLimits): Required<TimeoutLimits> {
  const given = typeof limits === 'number' ? { totalMs: limits } : optionsOf('timeout', limits, limitNames);
  return {
    totalMs: positiveMs('totalMs', given.totalMs ?? Infinity),
    firstMs: positiveMs('firstMs', given.firstMs ?? Infinity),
    eachMs: positiveMs('eachMs', given.eachMs ?? Infinity),
  };
}
