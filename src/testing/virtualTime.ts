import { enter } from './active.js';
import type { TestContext } from './context.js';
import { contextOf } from './contextOf.js';
import { durationText } from './frames.js';
import { type FakeTimers, HostClock, loadFakeTimers } from './HostClock.js';
import { hostTurns, type HostTurns } from './hostTurn.js';
import { Session, type TestOptions } from './Session.js';

/** What a test in `virtualTime` is given. */
export interface VirtualContext extends TestContext {
  /** Waits for `ms` of virtual time. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** How long, in real ms, something outside is waited for (a file, a module) when nothing is scheduled any more. */
const patienceMs = 500;
const pollMs = 5;

/**
 * Runs a test with the host's timers in virtual time: `setTimeout`, `setInterval`, `setImmediate`, `Date`,
 * `performance`, `AbortSignal.timeout` and RxJS's schedulers are on one line of time, which stands still while promises
 * settle. So real tools, with promises and async generators, fall on exact ms. Otherwise as `marbles`.
 *
 * Time passes whenever the test waits, and after it: until all streams that are expected have ended, or nothing is
 * scheduled any more. What comes from outside, a file or the network, takes no virtual time and is not waited for while
 * a timer is set: give such tools a fake.
 *
 * Needs the package @sinonjs/fake-timers. The host's timers are its own again when the promise settles, whichever way.
 *
 * @param test - What it resolves with is what `virtualTime` resolves with.
 * @returns a promise that rejects as `marbles` throws, and with Error for a test that goes on beyond `maxMs` or
 * `maxTasks`, or that waits for what nobody brings.
 *
 * @example
 * ```ts
 * await virtualTime(async ({ createOrchestrator, now }) => {
 *   const orchestrator = createOrchestrator({ tools: [search] });
 *   await lastValueFrom(orchestrator.execute('search', { query: 'forkJoin' }));
 *   expect(now()).to.equal(250);
 * });
 * ```
 */
export async function virtualTime<T>(
  test: (context: VirtualContext) => PromiseLike<T> | T,
  options: TestOptions = {},
): Promise<T> {
  return runVirtually(test, options, false);
}

/**
 * The same, for a test that counts what is scheduled.
 *
 * @param untilSettled - True: it is over when its promise has settled, whatever goes on.
 */
export async function runVirtually<T>(
  test: (context: VirtualContext, timers: () => number) => PromiseLike<T> | T,
  options: TestOptions,
  untilSettled: boolean,
): Promise<T> {
  const fakeTimers = await loadFakeTimers();
  const { session, leave } = enter(
    'virtualTime',
    () => new Session(options, (scheduler, callback) => scheduler.run(callback)),
  );
  try {
    return await new VirtualTest<T>(session, fakeTimers, untilSettled).run(test);
  } finally {
    leave();
  }
}

/** How the test's own function has ended. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

class VirtualTest<T> {
  private readonly turns: HostTurns = hostTurns();
  private readonly host: HostClock;
  private outcome: Outcome<T> | undefined;

  constructor(
    private readonly session: Session,
    fakeTimers: FakeTimers,
    private readonly untilSettled: boolean,
  ) {
    this.host = new HostClock(fakeTimers, session.scheduler);
  }

  async run(test: (context: VirtualContext, timers: () => number) => PromiseLike<T> | T): Promise<T> {
    const { host, session, turns } = this;
    try {
      this.begin(test);
      const value = await this.play();
      if (this.untilSettled) return value;
      session.checkStated();
      session.checkExpectations();
      session.leaveAll();
      // What is told that it is not wanted any more may need a moment to clear up.
      await turns.next();
      session.checkLeft(this.timersLeft());
      return value;
    } finally {
      host.uninstall();
    }
  }

  private begin(test: (context: VirtualContext, timers: () => number) => PromiseLike<T> | T): void {
    const { host } = this;
    const { scheduler } = this.session;
    const timers = (): number => host.timers + scheduler.foreign.length;
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        scheduler.scheduleOwn(resolve, ms);
      });
    new Promise<T>((resolve) => {
      resolve(test({ ...contextOf(this.session), sleep }, timers));
    }).then(
      (value) => {
        this.outcome = { value };
      },
      (error: unknown) => {
        this.outcome = { error };
      },
    );
  }

  /** Lets time pass, task by task, and promises settle in between. */
  private async play(): Promise<T> {
    const { host, session, turns } = this;
    for (;;) {
      await turns.next();
      session.scheduler.setUpHot();
      const { outcome } = this;
      if (outcome && 'error' in outcome) throw outcome.error;
      if (outcome && this.untilSettled) return outcome.value;
      const { now } = session;
      if (!host.stepNow()) {
        if (outcome && (session.over || !host.busy)) return outcome.value;
        if (!host.busy) {
          await this.waitOutside();
          continue;
        }
        host.step();
      }
      session.budget.spend(now, session.now, () => this.waitsFor());
    }
  }

  /** Nothing is scheduled, and the test waits all the same: perhaps for something that is not of this time. */
  private async waitOutside(): Promise<void> {
    const { host, turns } = this;
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
      await turns.wait(pollMs);
      if (this.outcome || host.busy) return;
    }
    throw new Error(
      `the test waits at ${durationText(this.session.now)} for a promise that nobody settles: nothing is scheduled any more, and nothing came from outside in ${patienceMs} ms of real time`,
    );
  }

  private waitsFor(): readonly string[] {
    return [...(this.outcome ? [] : ['its own promise']), ...this.session.open];
  }

  private timersLeft(): readonly string[] {
    const { timers } = this.host;
    if (timers === 0) return [];
    return [`${timers} ${timers === 1 ? 'timer' : 'timers'} of the host that nobody has cleared`];
  }
}
