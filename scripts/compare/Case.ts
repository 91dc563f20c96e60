import type { CaseName, Setup } from './Library.js';

/** A situation, and what is looked at in it. */
export interface Case {
  /** The same in the page's markers. */
  readonly name: CaseName;
  /** The heads of the columns, one for each text that `measure` gives. */
  readonly columns: readonly string[];
  /** Plays the situation with a library, from anew. */
  readonly measure: (setup: Setup) => Promise<readonly string[]>;
}
