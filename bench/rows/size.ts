import { buildSync } from 'esbuild';
import { gzipSync } from 'node:zlib';
import type { BenchRow, Figure } from '../BenchRow.js';

/** The size of what these lines bring into an application: minified and gzipped, the peers not counted. */
function sizeOf(lines: string): number {
  const { outputFiles } = buildSync({
    stdin: { contents: lines, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['rxjs', 'rxjs/*', 'io-ts', 'io-ts/*', 'fp-ts', 'fp-ts/*'],
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

const parts = [
  ['size', 'core and operators', "export * from './src/index.js'; export * from './operators/index.js';"],
  [
    'size.call',
    'createOrchestrator and defineTool',
    "export { createOrchestrator, defineTool } from './src/index.js';",
  ],
  ['size.operators', 'all operators', "export * from './operators/index.js';"],
  ['size.withRateLimit', 'withRateLimit alone', "export { withRateLimit } from './operators/index.js';"],
  ['size.withTimeout', 'withTimeout alone', "export { withTimeout } from './operators/index.js';"],
] as const;

/** What the library adds to an application. */
export const row: BenchRow = {
  measure: () =>
    parts.map(
      ([id, what, lines]): Figure => ({
        id,
        work: `${what}: minified and gzipped`,
        unit: 'bytes',
        value: sizeOf(lines),
      }),
    ),
};
