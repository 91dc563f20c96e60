import { expect } from 'chai';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

export interface VirtualHelpers extends RunHelpers {
  /** The scheduler that runs the test, for `schedule` and `frame`. */
  readonly scheduler: TestScheduler;
  /** How many actions are still scheduled, whoever scheduled them. */
  readonly scheduled: () => number;
}

/** Runs a test in virtual time, with marbles. */
export function virtually(test: (helpers: VirtualHelpers) => void): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).to.deep.equal(expected);
  });
  scheduler.run((helpers) => {
    test({ ...helpers, scheduler, scheduled: () => scheduler.actions.length });
  });
}
