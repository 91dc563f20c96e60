import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { CheckFailed } from '../scripts/CheckFailed.js';
import { runNode } from '../scripts/runNode.js';
import { runScript } from '../scripts/runScript.js';
import type { Figure } from './BenchRow.js';
import { budgetFile, readBudgets, shortfall } from './budgets.js';
import { tableOf } from './table.js';

const COMPILED = '.build/bench';
const RESULTS = 'bench/results.md';
/** The order of the table. A row of the file system that is not named here is an error. */
const ROWS = [
  'asyncCall',
  'syncCall',
  'allocation',
  'chain',
  'plan',
  'inFlight',
  'heldInFlight',
  'rateLimit',
  'neverLimited',
  'hanging',
  'fanOut',
  'decode',
  'firstCall',
  'size',
  'scale',
  'features',
];
/** What the machine's other work does not disturb. */
const QUIET = ['allocation', 'heldInFlight', 'size'];
/** For what measures memory: `gc()`, and a young generation so large that it is not collected on its own. */
const HEAP = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=256'];

/**
 * Measures the table, each row in a process of its own: `npm run bench`. Names of rows measure those alone; `--short`
 * what the machine's other work does not disturb: memory and size. `--check` compares with the budgets. Only the whole
 * table is written to `bench/results.md`.
 */
runScript(() => {
  const given = process.argv.slice(2);
  const flags = new Set(given.filter((argument) => argument.startsWith('--')));
  const named = given.filter((argument) => !argument.startsWith('--'));
  const rows = named.length > 0 ? named : flags.has('--short') ? QUIET : ROWS;
  const unknown = [...flags].filter((flag) => flag !== '--short' && flag !== '--check');
  const missing = rowFiles().filter((name) => !ROWS.includes(name));
  const strange = rows.filter((name) => !ROWS.includes(name));
  if (unknown.length + missing.length + strange.length > 0) {
    throw new CheckFailed(
      `expected --short, --check and ${ROWS.join(', ')}; not known: ${[...unknown, ...missing, ...strange].join(', ')}`,
    );
  }
  compile();
  const budgets = readBudgets();
  const figures = rows.flatMap((name) => {
    const measured = measure(name);
    console.log(`\n== ${name}\n${tableOf(measured, budgets.figures)}`);
    return measured;
  });
  if (rows === ROWS) writeFileSync(RESULTS, pageOf(tableOf(figures, budgets.figures)));
  if (!flags.has('--check')) return;
  const faults = figures.flatMap((figure) => shortfall(budgets, figure) ?? []);
  if (faults.length > 0) throw new CheckFailed(`${budgetFile} is not kept:\n${faults.join('\n')}`);
  console.log(`\n${figures.length} figures keep to ${budgetFile}`);
});

function rowFiles(): readonly string[] {
  return readdirSync('bench/rows').map((name) => name.replace('.ts', ''));
}

/** Compiled by tsc: what tsx loads keeps the names of functions by a call for each closure, and is slower by that. */
function compile(): void {
  rmSync(COMPILED, { recursive: true, force: true });
  runNode('node_modules/typescript7/bin/tsc', ['-p', 'tsconfig.bench.json']);
  writeFileSync(`${COMPILED}/package.json`, JSON.stringify({ type: 'commonjs' }));
}

function measure(name: string): readonly Figure[] {
  mkdirSync(COMPILED, { recursive: true });
  const file = `${COMPILED}/${name}.json`;
  const program = [`${COMPILED}/bench/measureRow.js`, name, file];
  const [first = '', ...rest] = QUIET.includes(name) ? [...HEAP, ...program] : program;
  runNode(first, rest);
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Figure[];
}

function pageOf(table: string): string {
  const [cpu] = cpus();
  return [
    '# What a call costs',
    '',
    `Written by \`npm run bench\` on Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}.`,
    'Ratios are to bare RxJS, measured in turn in one process; the spread is the middle half of the repetitions.',
    '[What the rows mean, and where a call spends its time](../docs/performance.md).',
    '',
    table,
    '',
  ].join('\n');
}
