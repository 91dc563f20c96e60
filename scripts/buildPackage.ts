import { rmSync, writeFileSync } from 'node:fs';
import { runNode } from './runNode.js';
import { runScript } from './runScript.js';

const TSC = 'node_modules/typescript7/bin/tsc';

runScript(() => {
  rmSync('dist', { recursive: true, force: true });
  compile('dist/esm', ['--module', 'esnext']);
  // nodenext, not commonjs, which would turn the import() of a peer that is ESM only into require().
  compile('dist/cjs', ['--module', 'nodenext', '--moduleResolution', 'nodenext']);
  // Without "type": "module", after which webpack demands full file names such as fp-ts/Either.js.
  writeFileSync('dist/esm/package.json', `${JSON.stringify({ sideEffects: false })}\n`);
});

function compile(outDir: string, options: readonly string[]): void {
  runNode(TSC, ['-p', 'tsconfig.build.json', '--outDir', outDir, ...options]);
}
