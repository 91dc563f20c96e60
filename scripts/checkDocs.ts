import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { CheckFailed } from './CheckFailed.js';
import { docBlocksOf } from './docBlocks.js';
import { type DocSample, docSamplesOf } from './docSamples.js';
import { runSample } from './runSample.js';
import { runScript } from './runScript.js';

const CHECKED = '.build/docs/checked';
const RUN = '.build/docs/run';

/** Type-checks every ```ts block of the README and the docs, runs it, and compares what it prints with the page. */
runScript(async () => {
  rmSync('.build/docs', { recursive: true, force: true });
  const pages = ['README.md', ...pagesIn('docs')];
  const blocks = pages.flatMap((page) => docBlocksOf(page, readFileSync(page, 'utf8')));
  if (blocks.length === 0) throw new CheckFailed(`No block of ts was found in ${pages.join(', ')}`);
  const samples = docSamplesOf(blocks);
  typeCheck(samples);
  const running = samples.filter(({ runs }) => runs);
  await runAll(running);
  const onlyChecked = samples.length - running.length;
  console.log(
    `${blocks.length} blocks of ${pages.length} pages: ${running.length} programs run, ${onlyChecked} type-checked only`,
  );
});

function pagesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort();
}

/** `.mts`, so that a block may await at its top level. */
function fileOf(folder: string, { page, line }: DocSample): string {
  return `${folder}/${page}/L${line}.mts`;
}

function typeCheck(samples: readonly DocSample[]): void {
  const files = samples.map((sample) => fileOf(CHECKED, sample));
  samples.forEach((sample, index) => {
    const file = files[index] ?? '';
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, sample.source);
  });
  const config = {
    extends: '../../../tsconfig.json',
    // A block may introduce a name for its reader only.
    compilerOptions: { noUnusedLocals: false },
    include: [],
    files: files.map((file) => file.slice(CHECKED.length + 1)),
  };
  writeFileSync(`${CHECKED}/tsconfig.json`, JSON.stringify(config));
  const tsc = spawnSync(process.execPath, ['node_modules/typescript7/bin/tsc', '-p', CHECKED, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  if (tsc.error) throw tsc.error;
  if (tsc.status !== 0) throw new CheckFailed(toPlacesOnPages(tsc.stdout + tsc.stderr));
}

function toPlacesOnPages(messages: string): string {
  return messages.replace(/^\S*?\.build\/docs\/checked\/(.+)\/L\d+\.mts\((\d+),\d+\)/gm, '$1:$2');
}

async function runAll(samples: readonly DocSample[]): Promise<void> {
  const faults = await lastValueFrom(
    from(samples).pipe(
      mergeMap((sample) => runSample(sample, fileOf(RUN, sample)), availableParallelism()),
      mergeMap((faultsOfSample) => faultsOfSample),
      toArray(),
    ),
  );
  if (faults.length > 0) throw new CheckFailed(faults.join('\n'));
}
