import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bundleForNode } from '../../scripts/bundleForNode.js';
import { compilePackage } from '../../scripts/compilePackage.js';
import type { BenchRow } from '../BenchRow.js';
import { alternate, ratioOf } from '../interleave.js';

/** Programs of their own: from the start of the process until the first call has been answered. */
const bare = `
const { defer, from, firstValueFrom } = require('rxjs');
const { isLeft } = require('fp-ts/Either');
const t = require('io-ts');
const Input = t.type({ query: t.string, limit: t.number });
const run = async ({ limit }) => limit + 1;
const execute = (args) => defer(() => {
  const decoded = Input.decode(args);
  if (isLeft(decoded)) throw new TypeError('invalid arguments');
  return from(run(decoded.right));
});
firstValueFrom(execute({ query: 'a', limit: 1 }));
`;
const ours = `
const { firstValueFrom } = require('rxjs');
const t = require('io-ts');
const { createOrchestrator, defineTool } = require('./package/cjs/src/index.js');
const Input = t.type({ query: t.string, limit: t.number });
const run = async ({ limit }) => limit + 1;
const orchestrator = createOrchestrator({
  tools: [defineTool({ name: 'add', description: 'Adds.', input: Input, run })],
});
firstValueFrom(orchestrator.execute('add', { query: 'a', limit: 1 }));
`;

function processMs(program: string): number {
  const startedAt = performance.now();
  execFileSync(process.execPath, ['-e', program], { cwd: join(process.cwd(), '.build/bench') });
  return performance.now() - startedAt;
}

/** What Node is given of the package, as `npm run build` makes it. */
async function build(): Promise<void> {
  const compiled = '.build/bench/package/esm';
  compilePackage(compiled, ['--module', 'esnext']);
  await bundleForNode(compiled, '.build/bench/package/cjs');
}

/** The first call in a fresh process, everything loaded for it included. */
export const row: BenchRow = {
  async measure() {
    await build();
    const times = await alternate(25, {
      bare: () => Promise.resolve(processMs(bare)),
      ours: () => Promise.resolve(processMs(ours)),
    });
    return [
      {
        id: 'firstCall',
        work: 'first call in a fresh process, over bare RxJS with io-ts',
        unit: 'x',
        ...ratioOf(times.ours, times.bare),
      },
    ];
  },
};
