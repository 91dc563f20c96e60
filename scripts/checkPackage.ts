import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
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
    // Without the optional peers, which nobody needs who does not use what needs them.
    installConsumer(consumer, tarball, { files: 'test/package', optionalPeers: false, packages: [] });
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
    runTestingExample(join(folder, 'testing'), tarball);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The tests of a project that uses `toolstream/testing` as its users do. */
function runTestingExample(folder: string, tarball: string): void {
  installConsumer(folder, tarball, {
    files: 'examples/testing',
    optionalPeers: true,
    packages: ['@types/chai', '@types/mocha', '@types/node'],
  });
  heading('examples/testing, type-check');
  runNode(resolve(TSC['TypeScript 7']), ['-p', 'tsconfig.nodenext.json'], folder);
  heading('examples/testing, npm test');
  // The runner is the one that is installed here; what it runs imports the package and its peers from the folder.
  const loader = pathToFileURL(resolve('node_modules/tsx/dist/loader.mjs')).href;
  runNode('--import', [loader, resolve('node_modules/mocha/bin/mocha.js'), 'test/**/*.test.ts'], folder);
}

function pack(folder: string): string {
  npm(['pack', '--pack-destination', folder], process.cwd());
  const [tarball] = readdirSync(folder);
  if (tarball === undefined) throw new CheckFailed('npm pack made no tarball');
  return join(folder, tarball);
}

function heading(text: string): void {
  console.log(`- ${text}`);
}
