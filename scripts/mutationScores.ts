/** What is read of Stryker's report. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** How many of the mutants of a file the tests noticed. */
export interface Score {
  /** A test failed, or none of them came to an end. */
  readonly noticed: number;
  /** All tests that ran the mutant passed. */
  readonly unnoticed: number;
  readonly notRun: number;
}

/** The scores of each file, by name. Mutants that were not tried do not count. */
export function mutationScores({ files }: MutationReport): Readonly<Record<string, Score>> {
  return Object.fromEntries(Object.entries(files).map(([name, { mutants }]) => [name, scoreOf(mutants)]));
}

/** All of them together. */
export function totalOf(scores: readonly Score[]): Score {
  const sum = (part: keyof Score): number => scores.reduce((total, score) => total + score[part], 0);
  return { noticed: sum('noticed'), unnoticed: sum('unnoticed'), notRun: sum('notRun') };
}

export function mutantsIn({ noticed, unnoticed, notRun }: Score): number {
  return noticed + unnoticed + notRun;
}

/** The part that was noticed, in percent; NaN where there was nothing to notice. */
export function percentOf(score: Score): number {
  return (100 * score.noticed) / mutantsIn(score);
}

function scoreOf(mutants: readonly { readonly status: string }[]): Score {
  const count = (...wanted: readonly string[]): number =>
    mutants.filter(({ status }) => wanted.includes(status)).length;
  return { noticed: count('Killed', 'Timeout'), unnoticed: count('Survived'), notRun: count('NoCoverage') };
}
