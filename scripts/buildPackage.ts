import { rmSync, writeFileSync } from 'node:fs';
import { bundleForNode } from './bundleForNode.js';
import { runNode } from './runNode.js';
import { runScript } from './runScript.js';

const TSC = 'node_modules/typescript7/bin/tsc';

runScript(async () => {
  rmSync('dist', { recursive: true, force: true });
  compile('dist/esm', ['--module', 'esnext']);
  // What Node loads comes from the same modules; its declarations are those that TypeScript reads for CommonJS.
  compile('dist/cjs', ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--emitDeclarationOnly']);
  await bundleForNode('dist/esm', 'dist/cjs');
  // Without "type": "module", after which webpack demands full file names such as fp-ts/Either.js.
  writeFileSync('dist/esm/package.json', `${JSON.stringify({ sideEffects: false })}\n`);
});

function compile(outDir: string, options: readonly string[]): void {
  runNode(TSC, ['-p', 'tsconfig.build.json', '--outDir', outDir, ...options]);
}
