import { createHash } from 'node:crypto';
import { CheckFailed } from './CheckFailed.js';
import { tableOf } from './markedSections.js';
import { mutantsIn, percentOf, type Score, totalOf } from './mutationScores.js';

/** A file's score, and of what text. */
export interface Measured {
  readonly score: Score;
  /** The digest of the file as it was measured. */
  readonly digest: string;
}

/** The scores by file, as the page shows them. */
export type MutationTable = Readonly<Record<string, Measured>>;

const HEADS = ['', 'score', 'mutants', 'noticed', 'unnoticed', 'not run by any test', 'measured as'];

/** Says which text a file had: the same for the same text, whatever its line ends. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 10);
}

/** The table in Markdown: the total, then each file, by name. */
export function toMarkdown(table: MutationTable): string {
  const files = Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
  const total = totalOf(files.map(([, { score }]) => score));
  return tableOf(HEADS, [
    ['all', ...cellsOf(total), ''],
    ...files.map(([name, { score, digest }]) => [name, ...cellsOf(score), digest]),
  ]);
}

/** Reads a table that `toMarkdown` wrote. */
export function fromMarkdown(text: string): MutationTable {
  const table: Record<string, Measured> = {};
  for (const line of text.split('\n')) {
    const [name = '', , mutants, ...rest] = line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1);
    if (!name.endsWith('.ts')) continue;
    const [noticed = NaN, unnoticed = NaN, notRun = NaN] = rest.slice(0, 3).map(Number);
    const score = { noticed, unnoticed, notRun };
    if (mutantsIn(score) !== Number(mutants)) throw new CheckFailed(`expected a row of scores, got "${line}"`);
    table[name] = { score, digest: rest[3] ?? '' };
  }
  return table;
}

/** The score of all files together, in percent; NaN where nothing was measured. */
export function totalPercent(table: MutationTable): number {
  return percentOf(totalOf(Object.values(table).map(({ score }) => score)));
}

/** The files, by their digests of now, that are not as they were when they were measured. */
export function staleFiles(table: MutationTable, digests: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(digests).flatMap(([file, digest]) => (table[file]?.digest === digest ? [] : [file]));
}

function cellsOf(score: Score): readonly string[] {
  const { noticed, unnoticed, notRun } = score;
  const percent = mutantsIn(score) === 0 ? '–' : `${percentOf(score).toFixed(1)} %`;
  return [percent, ...[mutantsIn(score), noticed, unnoticed, notRun].map(String)];
}
