import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Clock } from './gates/Clock.js';

const clocks = new WeakMap<SchedulerLike, Clock>();

/**
 * The clock of a scheduler, as the gates take it. The same object for the same scheduler.
 *
 * @param scheduler - Default: `asyncScheduler`, which is the host's clock, or virtual time inside `TestScheduler.run`.
 */
export function clockOf(scheduler: SchedulerLike = asyncScheduler): Clock {
  const known = clocks.get(scheduler);
  if (known) return known;
  /** Those of RxJS read `Date.now()`, outside of virtual time. */
  const wholeMs = scheduler.now === asyncScheduler.now;
  const clock: Clock = {
    now: () => scheduler.now(),
    unseenMs: (reading) => (wholeMs && isHosts(reading) && !isFake() ? 1 : 0),
    setTimer: (callback, delayMs) => after(scheduler, callback, Math.max(delayMs, 0)),
    // Not on the asap scheduler, though a host would be there 1 ms sooner: it goes before the timers that are due at the
    // same time, and `TestScheduler.run` breaks when it goes before one that its callback then cancels.
    defer: (callback) => after(scheduler, callback, 0),
    afterTurn: (callback) => {
      // Only a host has turns. In virtual time, also that of `TestScheduler.run`, a test may count what is scheduled.
      if (scheduler !== asyncScheduler || !isHosts(scheduler.now())) callback();
      else after(scheduler, callback, 0);
    },
  };
  clocks.set(scheduler, clock);
  return clock;
}

/** A host's time counts from 1970, virtual time from 0 or so: what is before 1973 is virtual, as far as it matters. */
function isHosts(reading: number): boolean {
  return reading >= 1e11;
}

/** The fake timers of @sinonjs/fake-timers, Jest and Vitest, at whatever date, stand still between two milliseconds. */
function isFake(): boolean {
  return (Date as { readonly isFake?: boolean }).isFake === true;
}

function after(scheduler: SchedulerLike, callback: () => void, delayMs: number): () => void {
  const action = scheduler.schedule(callback, delayMs);
  return () => {
    action.unsubscribe();
  };
}
