import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as t from 'io-ts';
import { explainFault, faultCode } from './fileFault.js';
import { folderName, isDependency, LockedPackage } from './lockfile.js';

export const InstalledPackage = t.readonly(
  t.type({
    path: t.string,
    name: t.string,
    /** `null` where the lockfile does not tell. */
    version: t.union([t.string, t.null]),
    /** Does the lockfile know of it? */
    listed: t.boolean,
    /** What the lockfile says of its install scripts; the manifest may disagree. */
    hasInstallScript: t.boolean,
  }),
);
export type InstalledPackage = t.TypeOf<typeof InstalledPackage>;

export const Installation = t.readonly(
  t.type({
    installed: t.readonlyArray(InstalledPackage),
    /** In the lockfile but not on disk, and rightly so if `mayBeAbsent` says why. */
    absent: t.readonlyArray(LockedPackage),
  }),
);
export type Installation = t.TypeOf<typeof Installation>;

/** Compares what the lockfile lists with what the project's `node_modules` folders hold. */
export async function installationIn(
  folder: string,
  packages: readonly LockedPackage[],
  signal: AbortSignal,
): Promise<Installation> {
  const listed = packages.filter(isDependency);
  const disk = await lookAtDisk(folder, ['', ...foldersOfOurOwn(packages)], signal);
  if (disk.found.size === 0 && listed.some(({ mayBeAbsent }) => mayBeAbsent !== 'optional')) {
    throw new Error('node_modules: nothing is installed there; run `npm ci` first');
  }
  // Where a folder cannot be listed its packages count as installed: reading them will say what is wrong.
  const isThere = ({ path }: LockedPackage) =>
    disk.found.has(path) || disk.unreadable.some((unreadable) => path.startsWith(`${unreadable}/`));
  const known = new Set(packages.map(({ path }) => path));
  const strangers = [...disk.found].filter(([path, kind]) => kind === 'folder' && !known.has(path));
  return {
    installed: [
      ...listed.filter(isThere).map(({ path, name, version, hasInstallScript }) => ({
        path,
        name,
        version,
        listed: true,
        hasInstallScript,
      })),
      ...strangers.map(([path]) => ({
        path,
        name: folderName(path),
        version: null,
        listed: false,
        hasInstallScript: false,
      })),
    ],
    absent: listed.filter((locked) => !isThere(locked)),
  };
}

// Workspaces and linked folders have a `node_modules` of their own.
function foldersOfOurOwn(packages: readonly LockedPackage[]): readonly string[] {
  return packages.flatMap(({ link }) => (link === null ? [] : [link]));
}

interface Disk {
  /** Paths of packages, as the lockfile spells them. */
  readonly found: Map<string, 'folder' | 'link'>;
  /** Folders of packages that could not be listed. */
  readonly unreadable: string[];
}

async function lookAtDisk(folder: string, roots: readonly string[], signal: AbortSignal): Promise<Disk> {
  const disk: Disk = { found: new Map(), unreadable: [] };

  async function lookInto(modules: string): Promise<void> {
    const entries = await list(modules);
    await Promise.all(
      entries.map(async (entry) => {
        const path = `${modules}/${entry.name}`;
        // `.bin`, `.cache`, `.package-lock.json` and the like
        if (entry.name.startsWith('.')) return;
        if (entry.isSymbolicLink()) disk.found.set(path, 'link');
        else if (!entry.isDirectory()) return;
        else if (entry.name.startsWith('@')) await lookInto(path);
        else {
          disk.found.set(path, 'folder');
          await lookInto(`${path}/node_modules`);
        }
      }),
    );
  }

  async function list(modules: string) {
    signal.throwIfAborted();
    const path = join(folder, modules);
    try {
      return await readdir(path, { withFileTypes: true });
    } catch (error) {
      const code = faultCode(error);
      // Most packages have no packages of their own.
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      if (modules === 'node_modules') throw explainFault(error, folder, path);
      disk.unreadable.push(modules);
      return [];
    }
  }

  await Promise.all(roots.map((root) => lookInto(root === '' ? 'node_modules' : `${root}/node_modules`)));
  return disk;
}
