import { durationText } from './frames.js';
import { positiveMs, wholeNumber } from '../../operators/gates/argument.js';

/** How far a test may go. */
export interface VirtualLimits {
  /** How much virtual time may pass, in ms, above 0; `Infinity`: any. Default: 86,400,000, a day. */
  readonly maxMs?: number;
  /** How many timers and scheduled tasks may run, at least 1. Default: 100,000. */
  readonly maxTasks?: number;
}

/** Counts what a test uses up: one that never ends is told so. */
export class Budget {
  private tasks = 0;
  private readonly maxMs: number;
  private readonly maxTasks: number;

  /** @throws TypeError, RangeError for a limit that is out of its range. */
  constructor({ maxMs = 86_400_000, maxTasks = 100_000 }: VirtualLimits) {
    this.maxMs = positiveMs('maxMs', maxMs);
    this.maxTasks = wholeNumber('maxTasks', maxTasks, 1, true);
  }

  /**
   * A task is done next, at `due`.
   *
   * @param open - What the test still waits for, in words.
   * @throws Error once that is more than the test may use.
   */
  spend(now: number, due: number, open: () => readonly string[]): void {
    if (due > this.maxMs) this.exceeded(`maxMs: ${this.maxMs}`, 'raise maxMs', now, open());
    if (++this.tasks > this.maxTasks) this.exceeded(`maxTasks: ${this.maxTasks}`, 'raise maxTasks', now, open());
  }

  private exceeded(limit: string, remedy: string, now: number, open: readonly string[]): never {
    const waiting = open.length > 0 ? ` It waits for ${open.join(', ')}.` : '';
    throw new Error(
      `the test does not end: after ${this.tasks} tasks, at ${durationText(now)}, it goes on beyond ${limit}.${waiting} End what runs for ever (take, takeUntil, a subscription diagram such as '^---!'), or ${remedy}`,
    );
  }
}
