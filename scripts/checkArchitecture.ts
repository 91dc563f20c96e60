import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CheckFailed } from './CheckFailed.js';
import { runNode } from './runNode.js';
import { runScript } from './runScript.js';

const CRUISE = '.build/architecture.json';
/** The folders that the rules are about. */
const LIBRARY = ['operators', 'src'];
/** The folders from which something could reach into the library, or out of it. */
const AROUND = ['bench', 'examples', 'scripts', 'test'];

/**
 * Checks who imports whom. First that dependency-cruiser saw every file of the library: with a TypeScript that it
 * cannot read it finds no module at all, and reports success.
 */
runScript(() => {
  mkdirSync(dirname(CRUISE), { recursive: true });
  runNode('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', [
    ...['--config', '.dependency-cruiser.cjs'],
    ...['--output-type', 'json', '--output-to', CRUISE],
    ...LIBRARY,
    ...AROUND,
  ]);
  const seen = modulesSeen();
  const unseen = LIBRARY.flatMap(sourcesIn).filter((path) => !seen.has(path));
  if (seen.size === 0 || unseen.length > 0) {
    throw new CheckFailed(`The rules saw ${seen.size} modules, and not these: ${unseen.join(', ')}`);
  }
  runNode('node_modules/dependency-cruiser/bin/depcruise-fmt.mjs', [
    '--output-type',
    'err-long',
    '--exit-code',
    CRUISE,
  ]);
});

function modulesSeen(): ReadonlySet<string> {
  const { modules } = JSON.parse(readFileSync(CRUISE, 'utf8')) as {
    readonly modules: readonly { readonly source: string }[];
  };
  return new Set(modules.map(({ source }) => source));
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/'));
}
