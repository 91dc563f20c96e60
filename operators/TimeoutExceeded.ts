/** Which of the limits of `withTimeout` was exceeded. */
export type TimeoutLimit = 'total' | 'first' | 'each';

/** `withTimeout` waited long enough. The source has been torn down. */
export class TimeoutExceeded extends Error {
  readonly _tag = 'TimeoutExceeded';
  override readonly name = 'TimeoutExceeded';

  constructor(
    /** The limit that was exceeded. */
    readonly limit: TimeoutLimit,
    /** Its length in ms. */
    readonly ms: number,
    /** How many values had come by then. */
    readonly values: number,
  ) {
    const outstanding = {
      total: `did not complete within ${String(ms)} ms`,
      first: `no value within ${String(ms)} ms`,
      each: `nothing for ${String(ms)} ms`,
    }[limit];
    super(`${outstanding} (${String(values)} ${values === 1 ? 'value' : 'values'} so far)`);
  }
}
