import type { Observable } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { type MarbleContext, marbles } from '../../src/testing/index.js';

export interface VirtualHelpers extends MarbleContext {
  /** RxJS's own name for it. */
  readonly expectObservable: <T>(
    stream: Observable<T>,
    subscription?: string | null,
  ) => ReturnType<MarbleContext['expectStream']>;
  /** The scheduler that runs the test, for `schedule` and `frame`. */
  readonly scheduler: TestScheduler;
  /** How many actions are still scheduled, whoever scheduled them. */
  readonly scheduled: () => number;
}

/** Runs a test in virtual time, with marbles; for as long as it takes: some wait longer than a host can count. */
export function virtually(test: (helpers: VirtualHelpers) => void): void {
  const run = (context: MarbleContext): void => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is one: the context says less
    const scheduler = context.scheduler as TestScheduler;
    test({
      ...context,
      expectObservable: (stream, subscription) => context.expectStream(stream, subscription ?? undefined),
      scheduler,
      scheduled: () => scheduler.actions.length,
    });
  };
  marbles(run, { maxMs: Infinity });
}
