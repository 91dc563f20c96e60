/** What a failed expectation throws, with what test runners and editors read to show a diff. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
  readonly code = 'ERR_ASSERTION';
  /** Tells runners to show `expected` and `actual` beside each other. */
  readonly showDiff = true;

  /**
   * @param expected - What was expected, as a diagram with its legend.
   * @param actual - What came instead, likewise.
   * @param from - Made where the expectation was written: the stack leads there, not to where time ended.
   */
  constructor(
    message: string,
    readonly expected: string,
    readonly actual: string,
    from?: Error,
  ) {
    super(message);
    const frames = from?.stack?.split('\n').filter((line) => /^\s*at /.test(line)) ?? [];
    if (frames.length > 0) this.stack = [`AssertionError: ${message}`, ...frames].join('\n');
  }
}
