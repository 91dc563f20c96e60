/** One figure of the table. */
export interface Figure {
  /** Its name in `budgets.json`. */
  readonly id: string;
  /** What was measured. */
  readonly work: string;
  readonly unit: 'x' | 'bytes' | 'ms' | 'us' | 'count';
  readonly value: number;
  /** The middle half of what the repetitions gave. */
  readonly spread?: readonly [number, number];
  /** What people write by hand came to, where that was measured beside it. */
  readonly byHand?: number;
}

/** One row of the table: a program of its own, run in a process of its own. */
export interface BenchRow {
  measure(): Promise<readonly Figure[]> | readonly Figure[];
}
