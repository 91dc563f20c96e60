import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import type { DocSample } from './docSamples.js';
import { type Expectation, instrument } from './instrument.js';

const MAX_SECONDS = 30;

interface Print {
  readonly line: number;
  readonly text: string;
}

/** Runs a sample, written to `file`, and returns what is wrong with it. */
export async function runSample(sample: DocSample, file: string): Promise<readonly string[]> {
  const { source, expectations, misplaced } = instrument(sample.source);
  if (misplaced.length > 0) {
    return misplaced.map((line) => `${sample.page}:${line}: a // => comment speaks of exactly one console.log`);
  }
  mkdirSync(dirname(file), { recursive: true });
  // The first line is free: on the page it is at best the fence of the first block.
  writeFileSync(file, `import { printed as __printed } from '${pathFrom(file, 'scripts/printed.mjs')}';${source}`);
  const { ending, stderr, prints } = await execute(file);
  if (ending !== undefined) {
    const line = new RegExp(`${relative('.', file)}:(\\d+)`).exec(stderr)?.[1] ?? sample.line;
    return [`${sample.page}:${line}: the block ${ending}\n${stderr}`];
  }
  return expectations.flatMap((expectation) => mismatch(sample.page, expectation, prints));
}

function pathFrom(file: string, target: string): string {
  return relative(dirname(file), target).replaceAll('\\', '/');
}

async function execute(
  file: string,
): Promise<{ ending: string | undefined; stderr: string; prints: readonly Print[] }> {
  // One process, not the command line of tsx, which would not hand on the fourth stream.
  const child = spawn(process.execPath, ['--import', 'tsx', resolve(file)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    timeout: MAX_SECONDS * 1_000,
    killSignal: 'SIGKILL',
  });
  const closed = new Promise<string | undefined>((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal) settle(`did not end within ${MAX_SECONDS} s`);
      else settle(code === 0 ? undefined : `ended with exit code ${String(code)}`);
    });
  });
  const [ending, stderr, reports] = await Promise.all([
    closed,
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
  ]);
  const prints = reports.split('\n').filter((line) => line !== '');
  return { ending, stderr, prints: prints.map((line) => JSON.parse(line) as Print) };
}

function mismatch(page: string, { line, printed }: Expectation, prints: readonly Print[]): readonly string[] {
  const actual = prints.filter((print) => print.line === line).map((print) => print.text);
  if (actual.length === 0) return [`${page}:${line}: expected ${printed}, but nothing was printed`];
  if (patternOf(printed).test(normal(actual.join('\n')))) return [];
  return [`${page}:${line}: expected ${printed}, got ${actual.join('\n')}`];
}

/** `…` on the page stands for anything, such as a duration. */
function patternOf(printed: string): RegExp {
  const parts = normal(printed)
    .split('…')
    .map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Where Node breaks a long object into lines is no matter. */
function normal(printed: string): string {
  return printed.trim().replace(/\s+/g, ' ');
}
