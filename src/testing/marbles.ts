import { asyncScheduler } from 'rxjs';
import { enter } from './active.js';
import type { TestContext } from './context.js';
import { contextOf } from './contextOf.js';
import { Session, type TestOptions } from './Session.js';

/** What a test in `marbles` is given. */
export interface MarbleContext extends TestContext {
  /** Lets all the time pass that there is, and compares what is expected by then: to go on with assertions of your own. */
  readonly flush: () => void;
}

/**
 * Runs a test in virtual time, synchronously: RxJS's own `TestScheduler.run`, with tools, statuses and events in it, and
 * with failures that show two diagrams. For tools that give promises see `virtualTime`.
 *
 * Time passes when the callback has returned: until all streams that are expected have ended, or nothing is scheduled
 * any more. Then what was expected is compared, and what is left behind is looked for.
 *
 * @throws AssertionError for a stream that is not like its diagram; TypeError for a callback that gives a promise; Error
 * for an expectation without its `toBe`, for a test inside a test, for one that does not end, and for one that leaves a
 * timer, a permit, a waiter or a subscription behind.
 *
 * @example
 * ```ts
 * marbles(({ createOrchestrator, expectStatus, expectStream, fakeTool }) => {
 *   const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--a|')] });
 *   expectStream(orchestrator.execute('search', {})).toBe('--a|');
 *   expectStatus(orchestrator, 'search').toBe('b--a');
 * });
 * ```
 */
export function marbles(test: (context: MarbleContext) => void, options: TestOptions = {}): void {
  const { session, leave } = enter('marbles', () => new Session(options, (_scheduler, callback) => callback()));
  try {
    session.scheduler.run(() => {
      const flush = (): void => {
        play(session, () => false);
        session.checkExpectations();
      };
      const context = { ...contextOf(session), flush };
      const call: (given: MarbleContext) => unknown = test;
      refusePromise(call(context));
      if (asyncScheduler.now() !== session.now) {
        throw new Error('the test has lost its clock: TestScheduler.run was called inside of it, which takes it away');
      }
      session.checkStated();
      play(session, () => session.over);
      session.checkExpectations();
      session.leaveAll();
      session.checkLeft();
    });
  } finally {
    leave();
  }
}

/** Lets time pass, task by task, until the test is over; the frame in which that happens is played to its end. */
function play(session: Session, isOver: () => boolean): void {
  const { scheduler, budget } = session;
  scheduler.setUpHot();
  for (let due = scheduler.next; due !== undefined; due = scheduler.next) {
    if (due > session.now && isOver()) return;
    budget.spend(session.now, due, () => session.open);
    scheduler.step();
    scheduler.setUpHot();
  }
}

function refusePromise(returned: unknown): void {
  if (typeof (returned as { readonly then?: unknown } | null | undefined)?.then !== 'function') return;
  // Whatever becomes of it, the test has failed.
  Promise.resolve(returned).catch(() => undefined);
  throw new TypeError(
    'marbles: expected a callback that returns nothing, got one that returns a promise: use virtualTime, since no promise settles while marbles lets time pass',
  );
}
