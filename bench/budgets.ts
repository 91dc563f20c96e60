import { readFileSync } from 'node:fs';
import type { Figure } from './BenchRow.js';

/** What a figure is to come to, and what it must not fall short of. */
export interface Budget {
  /** What the figure is to come to at last; left out where there is no such aim. */
  readonly goal?: Bound;
  /** What it must come to now, but for the noise. */
  readonly budget: Bound;
  /** How far it may fall short of that, as a share of it. Default: that of the file. */
  readonly noise?: number;
}

/** One of the two. */
export interface Bound {
  readonly atLeast?: number;
  readonly atMost?: number;
}

interface BudgetFile {
  readonly noise: number;
  readonly figures: Readonly<Record<string, Budget>>;
}

export const budgetFile = 'bench/budgets.json';

export function readBudgets(): BudgetFile {
  return JSON.parse(readFileSync(budgetFile, 'utf8')) as BudgetFile;
}

/** What is wrong with a figure; undefined where it keeps to its budget, or has none. */
export function shortfall({ noise, figures }: BudgetFile, { id, value }: Figure): string | undefined {
  const entry = figures[id];
  if (!entry) return undefined;
  const margin = entry.noise ?? noise;
  const { atLeast = -Infinity, atMost = Infinity } = entry.budget;
  if (value >= atLeast * (1 - margin) && value <= atMost * (1 + margin)) return undefined;
  const bound = atLeast > -Infinity ? `at least ${atLeast}` : `at most ${atMost}`;
  return `${id}: expected ${bound} (within ${margin * 100} %), got ${value}`;
}

/** True where the figure has come to its goal. */
export function reached({ atLeast = -Infinity, atMost = Infinity }: Bound, value: number): boolean {
  return value >= atLeast && value <= atMost;
}
