import type { Mismatch } from './mismatch.js';

/** Something that a test expects, and that is compared at the end. */
export interface Expectation {
  /** What it is about: `expectStatus 'search'`. */
  readonly title: string;
  /** Made where the test says what it expects: its stack leads there. */
  readonly from: Error;
  /** True once the test has said what it expects. */
  readonly stated: boolean;
  /** True once nothing can come any more that it is about; undefined where nobody can know. */
  readonly closed: boolean | undefined;
  /** What came instead; undefined where it was what was expected. */
  mismatch(title: string): Mismatch | undefined;
  /** Leaves what it listens to. */
  leave(): void;
}
