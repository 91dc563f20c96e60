import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CheckFailed } from './CheckFailed.js';
import { installConsumer } from './installConsumer.js';
import { npm } from './npm.js';
import { runNode } from './runNode.js';
import { runScript } from './runScript.js';

const TSC = { 'TypeScript 7': 'node_modules/typescript7/bin/tsc', 'TypeScript 6': 'node_modules/typescript/bin/tsc' };

/**
 * Checks the package as it would be published: by publint, by attw, and by using it from an empty folder. The linters
 * read the package without running it, and have been green over one that crashed at its first native ESM import.
 */
runScript(() => {
  const folder = mkdtempSync(join(tmpdir(), 'toolstream-package-'));
  try {
    const tarball = pack(folder);
    heading('publint');
    runNode('node_modules/publint/src/cli.js', ['run', tarball, '--strict']);
    heading('attw');
    runNode('node_modules/@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'node16', '--no-emoji']);
    const consumer = join(folder, 'consumer');
    installConsumer(consumer, tarball);
    for (const program of ['consumer.mjs', 'consumer.cjs']) {
      heading(`node ${program}`);
      runNode(program, [], consumer);
    }
    for (const [name, tsc] of Object.entries(TSC)) {
      for (const resolution of ['nodenext', 'bundler']) {
        heading(`${name}, moduleResolution ${resolution}`);
        runNode(resolve(tsc), ['-p', `tsconfig.${resolution}.json`], consumer);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function pack(folder: string): string {
  npm(['pack', '--pack-destination', folder], process.cwd());
  const [tarball] = readdirSync(folder);
  if (tarball === undefined) throw new CheckFailed('npm pack made no tarball');
  return join(folder, tarball);
}

function heading(text: string): void {
  console.log(`- ${text}`);
}
