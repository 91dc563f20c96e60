import * as t from 'io-ts';
import type { InstalledPackage } from './installation.js';
import type { LockedPackage } from './lockfile.js';

export const Unreachable = t.readonly(
  t.type({
    path: t.string,
    name: t.string,
    version: t.union([t.string, t.null]),
    why: t.union([t.literal('nothing needs it'), t.literal('not in the lockfile')]),
  }),
);
export type Unreachable = t.TypeOf<typeof Unreachable>;

/** The installed packages that cannot be reached from the project by following what each package needs. */
export function unreachableIn(
  packages: readonly LockedPackage[],
  installed: readonly InstalledPackage[],
): readonly Unreachable[] {
  const reached = reachableFromProject(packages);
  return installed
    .filter(({ path }) => !reached.has(path))
    .map(({ path, name, version, listed }) => ({
      path,
      name,
      version,
      why: listed ? 'nothing needs it' : 'not in the lockfile',
    }));
}

function reachableFromProject(packages: readonly LockedPackage[]): ReadonlySet<string> {
  const byPath = new Map(packages.map((locked) => [locked.path, locked]));
  const reached = new Set<string>();
  const open = [''];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const locked = byPath.get(path);
    if (locked === undefined || reached.has(path)) continue;
    reached.add(path);
    if (locked.link !== null) open.push(locked.link);
    for (const name of locked.needs) {
      const found = placesToLook(path, name).find((place) => byPath.has(place));
      if (found !== undefined) open.push(found);
    }
  }
  return reached;
}

// Node's rule: the package's own `node_modules`, then that of each folder above it.
function placesToLook(from: string, name: string): readonly string[] {
  const places: string[] = [];
  const steps = from === '' ? [] : from.split('/');
  for (let depth = steps.length; depth >= 0; depth--) {
    const above = steps[depth - 1];
    if (above !== 'node_modules') places.push([...steps.slice(0, depth), 'node_modules', name].join('/'));
    // A linked folder outside the project does not look into it.
    if (above === '..') break;
  }
  return places;
}
