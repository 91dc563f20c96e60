import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, rollup } from 'rollup';
import { CheckFailed } from './CheckFailed.js';

const ENTRY_POINTS = ['src/index', 'operators/index', 'src/testing/index'];

/**
 * Makes of the ES modules in `from` what Node loads: CommonJS, one file for each entry point, and for what several of
 * them need files that they share, so that there is one of each class. Most of what loading a hundred small files takes
 * is finding them. Nothing is renamed or shortened, and the source maps lead to the sources.
 */
export async function bundleForNode(from: string, to: string): Promise<void> {
  const bundle = await rollup({
    input: Object.fromEntries(ENTRY_POINTS.map((name) => [name, join(from, `${name}.js`)])),
    external: (id) => /^[^./]/.test(id),
    plugins: [withSourceMaps],
    onLog: (_level, { message }) => {
      throw new CheckFailed(message);
    },
  });
  await bundle.write({
    dir: to,
    format: 'cjs',
    chunkFileNames: 'shared/[name].js',
    // The peers are required as they are; a copy with a `default`, which nobody imports, would take time to make.
    interop: 'esModule',
    externalLiveBindings: false,
    generatedCode: 'es2015',
    sourcemap: true,
  });
  await bundle.close();
}

/** Reads each file with the source map that TypeScript wrote beside it. */
const withSourceMaps: Plugin = {
  name: 'with-source-maps',
  load: (file) => ({ code: readFileSync(file, 'utf8'), map: readFileSync(`${file}.map`, 'utf8') }),
};
