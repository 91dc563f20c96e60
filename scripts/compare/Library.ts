/** What is called through a library. The signal is the one that the library hands on, if it hands one on. */
export type Work = (signal?: AbortSignal) => Promise<unknown>;

/** Calls work under the limits of a library, in one shape for all of them. */
export interface Guard {
  /**
   * @param signal - Cancels the call, in the way in which the library lets calls be cancelled.
   * @param ended - Called as soon as a caller can know that the work has succeeded.
   */
  run(work: Work, signal?: AbortSignal, ended?: () => void): Promise<unknown>;
  /** How many calls wait, where the library tells. */
  waiting?(): number;
  /** How a circuit breaker stands. */
  state?(): string;
  /** Ends the library's own timers. */
  close?(): void;
}

/** One way of setting a library up for a case. */
export interface Setup {
  /** As it stands in a program. */
  readonly code: string;
  readonly create: () => Guard;
}

/** The six cases, by what a library must have to take part. */
export type CaseName =
  | 'ignoredSignal'
  | 'cancelledWait'
  | 'lateFailure'
  | 'windowEdge'
  | 'cancelledBackoff'
  | 'freedSlot';

/** A library, set up for each case that it can express; a text says why it cannot. */
export interface Library extends Readonly<Record<CaseName, readonly Setup[] | string>> {
  readonly name: string;
  /** The packages whose versions the page names: not this one's own. */
  readonly packages: readonly string[];
}
