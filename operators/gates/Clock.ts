/**
 * The time a gate lives by. Gates never read a clock of their own: whoever acquires passes one in, so the same gate
 * runs on the host's clock, in virtual time or under a test's fake timers.
 */
export interface Clock {
  /** The current time in milliseconds. May jump, also backwards. */
  now(): number;

  /**
   * Up to how much more than a reading the time is, in ms: a clock that counts whole milliseconds does not show what has
   * passed of the next one. Left out: nothing.
   */
  unseenMs?(reading: number): number;

  /**
   * Calls `callback` once, `delayMs` from now; hosts that round are up to 1 ms early. Returns a function that cancels it.
   *
   * @param delayMs - At most 2^31 - 1: hosts count in 32 bits, and a longer one would go off at once.
   */
  setTimer(callback: () => void, delayMs: number): () => void;

  /** Calls `callback` at this same instant, after what else is due at it. Returns a function that cancels it. */
  defer(callback: () => void): () => void;

  /**
   * Calls back soon, once the host's present turn is over, or at once where there are no turns: for what may be put off,
   * such as tidying up what is likely to be used again. Left out: there are none.
   */
  afterTurn?(callback: () => void): void;
}
