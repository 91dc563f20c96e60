import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Mocha from 'mocha';
import { TEST_REPORT, type TestReport } from './testReport.js';

/** Mocha's spec reporter, which also leaves the run's own counts in a file for whoever has to quote them. */
class TestReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending, duration } = this.stats;
      const report: TestReport = { passes, failures, pending, durationMs: duration ?? 0 };
      mkdirSync(dirname(TEST_REPORT), { recursive: true });
      writeFileSync(TEST_REPORT, `${JSON.stringify(report)}\n`);
    });
  }
}

// Mocha takes what the module itself is for the reporter's class, not one of its exports.
module.exports = TestReporter;
