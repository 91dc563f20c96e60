import { readFileSync } from 'node:fs';
import { CheckFailed } from './CheckFailed.js';
import { runScript } from './runScript.js';
import { TEST_REPORT, type TestReport } from './testReport.js';

/** Prints the counts of the last test run on a line of their own, and fails unless tests ran and all passed. */
runScript(() => {
  const { passes, failures } = readReport();
  console.log(`${passes} passed, ${failures} failed`);
  if (failures > 0 || passes === 0) process.exitCode = 1;
});

function readReport(): TestReport {
  try {
    return JSON.parse(readFileSync(TEST_REPORT, 'utf8')) as TestReport;
  } catch (cause) {
    throw new CheckFailed(`The test run left no report in ${TEST_REPORT}: ${String(cause)}`);
  }
}
