import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { npm } from './npm.js';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A user's project in `folder`: the programs in test/package, the packed tarball, and its peers. */
export function installConsumer(folder: string, tarball: string): void {
  cpSync('test/package', folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const packages = withDependencies(Object.keys(manifestIn('.').peerDependencies ?? {}));
  // Copies of what is installed here, not downloads: the same versions, and no network needed.
  npm(
    [
      ...['install', '--prefix', folder, '--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund'],
      ...[tarball, ...packages.map((name) => resolve('node_modules', name))],
    ],
    folder,
  );
}

function withDependencies(names: readonly string[]): readonly string[] {
  const all = new Set(names);
  // A set hands out what is added to it during the walk as well.
  for (const name of all) {
    for (const dependency of Object.keys(manifestIn(`node_modules/${name}`).dependencies ?? {})) all.add(dependency);
  }
  return [...all];
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest;
}
