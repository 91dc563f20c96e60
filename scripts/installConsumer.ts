import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { npm } from './npm.js';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A user's project: what it consists of, and what it installs beside the package. */
export interface Consumer {
  /** Where its files are, from the root. */
  readonly files: string;
  /** Whether it installs the optional peers of the package too. */
  readonly optionalPeers: boolean;
  /** What else it installs. */
  readonly packages: readonly string[];
}

/** A user's project in `folder`: its own files, the packed tarball, and its peers. */
export function installConsumer(folder: string, tarball: string, { files, optionalPeers, packages }: Consumer): void {
  cpSync(files, folder, { recursive: true });
  // What it installs is said below.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestIn('.');
  const peers = Object.keys(peerDependencies).filter((name) => optionalPeers || !peerDependenciesMeta[name]?.optional);
  const all = withDependencies([...peers, ...packages]);
  // Copies of what is installed here, not downloads: the same versions, and no network needed.
  npm(
    [
      ...['install', '--prefix', folder, '--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund'],
      ...[tarball, ...all.map((name) => resolve('node_modules', name))],
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
