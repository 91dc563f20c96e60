/** Where the test run leaves its counts, relative to the repository. */
export const TEST_REPORT = '.build/test-report.json';

export interface TestReport {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
  readonly durationMs: number;
}
