import { readFileSync, writeFileSync } from 'node:fs';
import { CheckFailed } from './CheckFailed.js';
import type { Case } from './compare/Case.js';
import { cancelledBackoff } from './compare/cases/cancelledBackoff.js';
import { cancelledWait } from './compare/cases/cancelledWait.js';
import { freedSlot } from './compare/cases/freedSlot.js';
import { ignoredSignal } from './compare/cases/ignoredSignal.js';
import { lateFailure } from './compare/cases/lateFailure.js';
import { windowEdge } from './compare/cases/windowEdge.js';
import { bottleneck } from './compare/libraries/bottleneck.js';
import { cockatiel } from './compare/libraries/cockatiel.js';
import { opossum } from './compare/libraries/opossum.js';
import { pQueue } from './compare/libraries/pQueue.js';
import { pRetryLibrary } from './compare/libraries/pRetry.js';
import { rxjs } from './compare/libraries/rxjs.js';
import { toolstream } from './compare/libraries/toolstream.js';
import { tableOf, withSections } from './markedSections.js';
import { runScript } from './runScript.js';

const PAGE = 'docs/compared.md';
const CASES = [ignoredSignal, cancelledWait, lateFailure, windowEdge, cancelledBackoff, freedSlot];
const LIBRARIES = [toolstream, cockatiel, opossum, pQueue, bottleneck, pRetryLibrary, rxjs];

/**
 * Runs the cases against the libraries, writes what they do into the page and prints it; with `--check`, fails when the
 * page says anything else.
 */
runScript(async () => {
  const sections: Record<string, string> = { versions: versions() };
  for (const each of CASES) sections[each.name] = await sectionOf(each);
  const before = readFileSync(PAGE, 'utf8').replaceAll('\r\n', '\n');
  const after = withSections(PAGE, before, sections);
  if (!process.argv.includes('--check')) {
    writeFileSync(PAGE, after);
    for (const [name, section] of Object.entries(sections)) console.log(`${name}\n\n${section}\n`);
  } else if (after !== before) {
    throw new CheckFailed(`${PAGE} says other than what is measured:\n${differences(before, after)}\nnpm run compare`);
  }
  console.log(`${CASES.length} cases, ${LIBRARIES.length} libraries`);
});

async function sectionOf({ name, columns, measure }: Case): Promise<string> {
  const rows: string[][] = [];
  const unable: string[] = [];
  for (const library of LIBRARIES) {
    const setups = library[name];
    if (typeof setups === 'string') unable.push(`${library.name} (${setups})`);
    else for (const setup of setups) rows.push([library.name, `\`${setup.code}\``, ...(await measure(setup))]);
  }
  const table = tableOf(['', 'set up as', ...columns], rows);
  return unable.length === 0 ? table : `${table}\n\nCannot express it: ${unable.join('; ')}.`;
}

function versions(): string {
  const packages = LIBRARIES.flatMap((library) => library.packages);
  return tableOf(
    ['', 'version'],
    packages.map((name) => [name, versionOf(name)]),
  );
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { readonly version: string })
    .version;
}

function differences(before: string, after: string): string {
  const [said, measured] = [before.split('\n'), after.split('\n')];
  return [
    ...said.filter((line) => !measured.includes(line)).map((line) => `- ${line}`),
    ...measured.filter((line) => !said.includes(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
