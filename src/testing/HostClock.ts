import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { MarbleScheduler } from './MarbleScheduler.js';

/** A longer delay would be none: the host counts in 32 bits, and its fake does too. */
const longestDelayMs = 2 ** 31 - 1;

/** What is used of a clock of @sinonjs/fake-timers. */
interface FakeClock {
  now: number;
  countTimers(): number;
  next(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  uninstall(): void;
}

/** What is used of @sinonjs/fake-timers. */
export interface FakeTimers {
  install(options: {
    readonly now: number;
    readonly toNotFake: readonly string[];
    readonly shouldClearNativeTimers: boolean;
  }): FakeClock;
}

/** Not for its own time: it is what is put in its place. */
const signals: { timeout(ms: number): AbortSignal } = AbortSignal;

/** What is used of Node, where it is there. */
interface NodeProcess {
  getBuiltinModule?(name: 'node:module'): { syncBuiltinESMExports(): void };
}

/** `import { setTimeout } from 'node:timers/promises'` is what was there when Node started, until Node is told to look again. */
function syncNodeImports(): void {
  const { process } = globalThis as { readonly process?: NodeProcess };
  process?.getBuiltinModule?.('node:module').syncBuiltinESMExports();
}

/** @throws Error where the package is not installed. */
export async function loadFakeTimers(): Promise<FakeTimers> {
  let loaded: unknown;
  try {
    loaded = await import('@sinonjs/fake-timers');
  } catch (cause) {
    throw new Error(
      'virtualTime needs the package @sinonjs/fake-timers, which could not be loaded: npm install --save-dev @sinonjs/fake-timers',
      { cause },
    );
  }
  // As a CommonJS module it may come as the default of its namespace.
  const { default: whole } = loaded as { readonly default?: unknown };
  return ('install' in (loaded as object) ? loaded : whole) as FakeTimers;
}

/**
 * The host's time, put into the hands of a test, on one line with that of a scheduler: what the host's timers do, and
 * what the scheduler does, happens in the order of its time, at exact ms.
 *
 * At one ms the host's timers go first, then the scheduler's tasks in the order in which they were scheduled. So what
 * the library defers to the end of an instant is the last of it: a timeout of 100 ms is told at 100, and a value that a
 * tool gives at 100 is in time. RxJS's own scheduler hands its tasks to this line too, and not to the host, whose
 * shortest delay is 1 ms.
 */
export class HostClock {
  private readonly clock: FakeClock;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  private readonly abortTimeout = signals.timeout;
  private readonly abortTimers = new Set<unknown>();
  /** Comes off again, and brings RxJS's own method back. */
  private readonly ownSchedule = Object.getOwnPropertyDescriptor(asyncScheduler, 'schedule');

  /** @throws Error where somebody else has faked the timers already. */
  constructor(
    fakeTimers: FakeTimers,
    private readonly scheduler: MarbleScheduler,
  ) {
    try {
      // Promises are to settle by themselves, so that their jobs stay the host's.
      // What was set before is the host's, and is cleared there: a timer of RxJS that went off after all would throw.
      this.clock = fakeTimers.install({
        now: 0,
        toNotFake: ['nextTick', 'queueMicrotask'],
        shouldClearNativeTimers: true,
      });
    } catch (cause) {
      throw new Error(
        `virtualTime: expected the host's own timers, got faked ones: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    syncNodeImports();
    const { clock } = this;
    // The host's timers read the scheduler's time inside their callbacks: it has to be right there already.
    Object.defineProperty(scheduler, 'frame', {
      get: () => clock.now,
      set: () => undefined,
    });
    const schedule: SchedulerLike['schedule'] = scheduler.schedule.bind(scheduler);
    Object.defineProperty(asyncScheduler, 'schedule', { configurable: true, value: schedule });
    signals.timeout = (ms) => this.abortAfter(ms);
  }

  /** When the scheduler's next task is due, in whole ms: the host knows no others. Undefined: it has none. */
  private get nextTask(): number | undefined {
    const { next } = this.scheduler;
    return next === undefined ? undefined : Math.max(Math.ceil(next), this.clock.now);
  }

  /** How many timers of the host are set; those of `AbortSignal.timeout` do not count, since nobody can clear them. */
  get timers(): number {
    return this.clock.countTimers() - this.abortTimers.size;
  }

  /** True while something is scheduled, here or there. */
  get busy(): boolean {
    return this.clock.countTimers() > 0 || this.scheduler.next !== undefined;
  }

  /** Does what comes next, if it is due now. False where nothing is. Throws what that throws. */
  stepNow(): boolean {
    return this.stepUntil(this.clock.now);
  }

  /** Goes to the time at which something is due next, and does it. Throws what that throws. */
  step(): void {
    const due = this.nextTask;
    if (due === undefined) this.clock.next();
    else this.stepUntil(due);
  }

  /** Gives the host its timers back. */
  uninstall(): void {
    signals.timeout = this.abortTimeout;
    if (this.ownSchedule) Object.defineProperty(asyncScheduler, 'schedule', this.ownSchedule);
    else Reflect.deleteProperty(asyncScheduler, 'schedule');
    const { now } = this.clock;
    this.clock.uninstall();
    syncNodeImports();
    Object.defineProperty(this.scheduler, 'frame', { value: now, writable: true });
  }

  /** Does the first timer of the host that is due by then, or else the scheduler's task that is. */
  private stepUntil(due: number): boolean {
    const { clock, scheduler } = this;
    /** True when no timer of the host's came before. */
    let reached = false;
    const mark = clock.setTimeout(
      () => {
        reached = true;
      },
      Math.min(due - clock.now, longestDelayMs),
    );
    try {
      clock.next();
    } finally {
      clock.clearTimeout(mark);
    }
    if (!reached) return true;
    if (this.nextTask !== clock.now) return false;
    scheduler.step();
    return true;
  }

  /** As the host's own, which is not faked everywhere: a signal that aborts by itself. */
  private abortAfter(ms: number): AbortSignal {
    const controller = new AbortController();
    const timer = this.clock.setTimeout(() => {
      this.abortTimers.delete(timer);
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }, ms);
    this.abortTimers.add(timer);
    return controller.signal;
  }
}
