import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscriber, Subscription } from 'rxjs';
import { BulkheadRejected } from './BulkheadRejected.js';
import { clockOf } from './clockOf.js';
import { type NamesOf, oneOf, optionsOf } from './gates/argument.js';
import { type Permit, Semaphore, type SemaphoreOptions } from './gates/Semaphore.js';
import { upstreamOf } from './upstream.js';

/** What `withBulkhead` takes beside the limit. */
export interface BulkheadOptions {
  /**
   * When a slot is free again after an unsubscribe. `teardown` (default): at once, with the source torn down.
   * `settle`: for work that cannot be stopped. The source is left to come to its end, unheard, and keeps its slot until
   * then, so that `concurrency` holds for the work and not just for those who listen. A source that never ends keeps
   * its slot for ever.
   */
  readonly releaseOn?: 'teardown' | 'settle';
  /** Whose time counts for `maxWaitMs`. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const names: NamesOf<BulkheadOptions> = { releaseOn: true, scheduler: true };

/**
 * Lets at most `concurrency` subscriptions run at once; later ones wait their turn.
 *
 * First come, first served: a slot that becomes free goes to the head of the queue in the same tick, and no newcomer
 * overtakes it. To bound how many start in a time, use `withRateLimit`.
 *
 * ```marbles
 * concurrency: 2
 * a       ---(1|)
 * b       -----(2|)
 * c       --(3|)
 * output  ---1-(23|)
 * ```
 * ```marbles
 * concurrency: 1, maxQueue: 1
 * a       ---(1|)
 * b       --(2|)
 * c       -(3|)
 * output  X--1-(2|)
 * ```
 *
 * The slot is given back before the end is forwarded, so that whoever hears of it can start anew. Unsubscribing gives
 * back the slot or the place in the queue at once (but see `releaseOn`). Where several that share the slots are
 * unsubscribed together, as by `forkJoin`, they leave one after the other: the slot of the first goes to the next, which
 * begins, and is ended in its turn; unsubscribe the latest first where that matters. Errors with {@link BulkheadRejected} when the
 * queue is full (`maxQueue`, default 10,000) or no slot became free within `maxWaitMs`.
 *
 * State: the {@link Semaphore}. Given options or a number, the operator makes one, which all it is applied to share; to
 * share it between operators, make it yourself and pass it.
 *
 * @param limit - `concurrency` alone, the options of a semaphore, or a semaphore.
 * @throws TypeError, RangeError at once for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * const database = new Semaphore({ concurrency: 10, maxQueue: 100 });
 * const find = (id: string) => query(id).pipe(withBulkhead(database));
 * ```
 */
export function withBulkhead<T>(
  limit: number | SemaphoreOptions | Semaphore,
  options: BulkheadOptions = {},
): MonoTypeOperatorFunction<T> {
  const semaphore = semaphoreOf(limit);
  const { releaseOn = 'teardown', scheduler } = optionsOf('options', options, names);
  oneOf('releaseOn', releaseOn, ['teardown', 'settle']);
  const clock = clockOf(scheduler);

  return (source) =>
    new Observable<T>((subscriber) => {
      const waiting = semaphore.acquire(clock, {
        granted: (permit) => {
          run(source, subscriber, permit, releaseOn === 'settle' ? new Subscription() : subscriber);
        },
        refused: (reason) => {
          subscriber.error(new BulkheadRejected(reason, semaphore.permits, semaphore.queued));
        },
      });
      return () => waiting?.cancel();
    });
}

/** @param until - When this is unsubscribed, the source is torn down, and its slot given back. */
function run<T>(source: Observable<T>, subscriber: Subscriber<T>, permit: Permit, until: Subscription): void {
  const end = (tell: () => void): void => {
    permit.release(() => {
      try {
        tell();
      } finally {
        upstream.stop();
      }
    });
  };
  const upstream = upstreamOf<T>(until, {
    next: (value) => {
      subscriber.next(value);
    },
    error: (error) => {
      end(() => {
        subscriber.error(error);
      });
    },
    complete: () => {
      end(() => {
        subscriber.complete();
      });
    },
  });
  // Added after the upstream, so that the source is torn down before its slot is given to the next.
  until.add(() => {
    permit.release();
  });
  upstream.start(source);
}

function semaphoreOf(limit: number | SemaphoreOptions | Semaphore): Semaphore {
  if (limit instanceof Semaphore) return limit;
  return new Semaphore(typeof limit === 'number' ? { concurrency: limit } : limit);
}
