import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CheckFailed } from './CheckFailed.js';
import { sectionOf, withSections } from './markedSections.js';
import { type MutationReport, mutationScores } from './mutationScores.js';
import { digestOf, fromMarkdown, type MutationTable, staleFiles, toMarkdown, totalPercent } from './mutationTable.js';
import { runNode } from './runNode.js';
import { runScript } from './runScript.js';

const REPORT = '.build/mutation/report.json';
const PAGE = 'docs/operators/mutation.md';
const LEAST_PERCENT = 85;

/**
 * Changes the operators in all the ways that Stryker knows, one at a time, and sees whether the tests notice. Writes the
 * scores into the page. Given files, it does those; with `--changed`, those that are not as they were when they were
 * measured. With `--check` it measures nothing: it fails when the page's figure is too low, and says what has changed
 * since, which is no failure.
 */
runScript(() => {
  const args = process.argv.slice(2);
  const digests = digestsOf();
  if (args.includes('--check')) {
    check(tableOnPage(), digests);
    return;
  }
  if (args.length === 0) {
    publish(measure(Object.keys(digests), digests), digests);
    return;
  }
  const before = tableOnPage();
  const files = args.includes('--changed') ? staleFiles(before, digests) : args;
  for (const file of files) {
    if (!Object.hasOwn(digests, file)) throw new CheckFailed(`expected a file of operators/, got ${file}`);
  }
  publish({ ...before, ...(files.length > 0 ? measure(files, digests) : {}) }, digests);
});

/** The digests of all files that are measured. */
function digestsOf(): Readonly<Record<string, string>> {
  const files = readdirSync('operators', { recursive: true, encoding: 'utf8' })
    .map((name) => `operators/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && name !== 'operators/index.ts')
    .sort();
  return Object.fromEntries(files.map((file) => [file, digestOf(readFileSync(file, 'utf8'))]));
}

function tableOnPage(): MutationTable {
  return fromMarkdown(sectionOf(PAGE, readFileSync(PAGE, 'utf8').replaceAll('\r\n', '\n'), 'scores'));
}

function measure(files: readonly string[], digests: Readonly<Record<string, string>>): MutationTable {
  // By the environment: Stryker starts processes that its options do not reach.
  process.env['NODE_OPTIONS'] = [
    process.env['NODE_OPTIONS'] ?? '',
    `--require=${JSON.stringify(resolve('scripts/mochaForStryker.cjs'))}`,
  ].join(' ');
  // The same examples in every run: a mutant that only a rare one finds would otherwise be found in one run and not in
  // the next, and the score with it.
  process.env['PROPERTY_SEED'] = '1';
  runNode('node_modules/@stryker-mutator/core/bin/stryker.js', ['run', '--mutate', files.join(',')]);
  const scores = mutationScores(JSON.parse(readFileSync(REPORT, 'utf8')) as MutationReport);
  const nothing = { noticed: 0, unnoticed: 0, notRun: 0 };
  return Object.fromEntries(
    files.map((file) => [file, { score: scores[file] ?? nothing, digest: digests[file] ?? '' }]),
  );
}

/** Puts the table on the page, without files that are gone. */
function publish(table: MutationTable, digests: Readonly<Record<string, string>>): void {
  const present = Object.fromEntries(Object.entries(table).filter(([file]) => Object.hasOwn(digests, file)));
  const scores = toMarkdown(present);
  writeFileSync(PAGE, withSections(PAGE, readFileSync(PAGE, 'utf8'), { scores }));
  console.log(scores);
  check(present, digests);
}

function check(table: MutationTable, digests: Readonly<Record<string, string>>): void {
  const percent = totalPercent(table);
  if (!(percent >= LEAST_PERCENT)) {
    throw new CheckFailed(`${PAGE}: expected a mutation score of at least ${LEAST_PERCENT} %, got ${percent} %`);
  }
  console.log(`mutation score ${percent.toFixed(1)} %`);
  const stale = staleFiles(table, digests);
  if (stale.length === 0) return;
  console.log(`Changed since: ${stale.join(', ')}. npm run mutation -- --changed measures them anew.`);
}
