import { rmSync, writeFileSync } from 'node:fs';
import { bundleForNode } from './bundleForNode.js';
import { compilePackage } from './compilePackage.js';
import { runScript } from './runScript.js';

runScript(async () => {
  rmSync('dist', { recursive: true, force: true });
  compilePackage('dist/esm', ['--module', 'esnext']);
  // What Node loads comes from the same modules; its declarations are those that TypeScript reads for CommonJS.
  compilePackage('dist/cjs', ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--emitDeclarationOnly']);
  await bundleForNode('dist/esm', 'dist/cjs');
  // Without "type": "module", after which webpack demands full file names such as fp-ts/Either.js.
  writeFileSync('dist/esm/package.json', `${JSON.stringify({ sideEffects: false })}\n`);
});
