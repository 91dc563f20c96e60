import { basename } from 'node:path/posix';
import * as t from 'io-ts';
import { decodeOrThrow } from './decodeOrThrow.js';
import { parseJson } from './parseJson.js';

export const LOCKFILE_NAME = 'package-lock.json';

/** One entry of a lockfile, reduced to what the audit asks of it. */
export const LockedPackage = t.readonly(
  t.type({
    /** Where it lies, from the project's folder: `node_modules/a/node_modules/b`. Empty for the project itself. */
    path: t.string,
    /** Its real name. An alias (`npm:`) has another one in `path`. */
    name: t.string,
    version: t.union([t.string, t.null]),
    /** The path it is a link to (a workspace, or a `file:` dependency), or `null` for a real folder. */
    link: t.union([t.string, t.null]),
    /** Why npm may have left it out without anything being wrong, or `null` if it must be there. */
    mayBeAbsent: t.union([t.literal('optional'), t.literal('dev'), t.literal('peer'), t.null]),
    hasInstallScript: t.boolean,
    /** The names of the packages it does not do without. */
    needs: t.readonlyArray(t.string),
  }),
);
export type LockedPackage = t.TypeOf<typeof LockedPackage>;

export const Lockfile = t.readonly(t.type({ packages: t.readonlyArray(LockedPackage) }));
export type Lockfile = t.TypeOf<typeof Lockfile>;

/**
 * Reads the text of a `package-lock.json`, lockfile version 2 or 3. Throws an error that says what is
 * wrong with it, and for version 1 how to bring it up to date.
 */
export function decodeLockfile(text: string): Lockfile {
  const json = parseJson(text, LOCKFILE_NAME);
  const { lockfileVersion } = decodeOrThrow(VersionedFile, json, LOCKFILE_NAME);
  if (lockfileVersion < 2) {
    throw new Error(
      `${LOCKFILE_NAME}: has lockfileVersion ${lockfileVersion}, which does not say where packages are installed; ` +
        'write it anew with `npm install --package-lock-only` (npm 7 or later)',
    );
  }
  const entries = decodeOrThrow(PackagesFile, json, LOCKFILE_NAME).packages;
  const project = entries[''];
  if (project === undefined) throw new Error(`${LOCKFILE_NAME}: has no entry "" for the project itself`);
  const workspaces = project.workspaces === undefined ? [] : linksWithinProject(entries);
  return {
    packages: Object.entries(entries).map(([path, entry]) => ({
      path,
      name: entry.name ?? folderName(path),
      version: entry.version ?? null,
      link: linkTarget(entry),
      mayBeAbsent: reasonForAbsence(entry),
      hasInstallScript: entry.hasInstallScript ?? false,
      needs: [...new Set([...needsOf(path, entry), ...(path === '' ? workspaces : [])])],
    })),
  };
}

/** Is this a package that npm put there, and not the project, a link or the folder behind a link? */
export function isDependency({ path, link }: LockedPackage): boolean {
  return link === null && IN_NODE_MODULES.test(path);
}

/** The name a package is imported by: `node_modules/a/node_modules/@scope/b` is the folder of `@scope/b`. */
export function folderName(path: string): string {
  return IN_NODE_MODULES.exec(path)?.[1] ?? basename(path);
}

const IN_NODE_MODULES = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/;

// Only what the audit needs: whatever else a lockfile holds is npm's business.
const Names = t.record(t.string, t.unknown);
const Entry = t.partial({
  name: t.string,
  version: t.string,
  resolved: t.union([t.string, t.boolean]),
  link: t.boolean,
  optional: t.boolean,
  dev: t.boolean,
  devOptional: t.boolean,
  peer: t.boolean,
  hasInstallScript: t.boolean,
  workspaces: t.unknown,
  dependencies: Names,
  devDependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  peerDependenciesMeta: t.record(t.string, t.partial({ optional: t.boolean })),
});
type Entry = t.TypeOf<typeof Entry>;
const VersionedFile = t.type({ lockfileVersion: t.number });
const PackagesFile = t.type({ packages: t.record(t.string, Entry) });

function linkTarget({ link, resolved }: Entry): string | null {
  return link === true && typeof resolved === 'string' ? resolved : null;
}

// `npm ci --omit=dev` and its like leave these out; the optional ones also when they are for another platform.
function reasonForAbsence({ optional, dev, devOptional, peer }: Entry): LockedPackage['mayBeAbsent'] {
  if (optional === true) return 'optional';
  if (dev === true || devOptional === true) return 'dev';
  return peer === true ? 'peer' : null;
}

function needsOf(path: string, entry: Entry): readonly string[] {
  // As npm sees it, an optional peer is welcome but keeps nothing installed.
  const requiredPeers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
  );
  return [
    ...Object.keys(entry.dependencies ?? {}),
    ...Object.keys(entry.optionalDependencies ?? {}),
    ...requiredPeers,
    // Those of an installed package are of no concern here; the project's own and its workspaces' are.
    ...(IN_NODE_MODULES.test(path) ? [] : Object.keys(entry.devDependencies ?? {})),
  ];
}

// The project needs its workspaces without listing them as dependencies. Its `workspaces` field holds
// glob patterns; a link from its `node_modules` to a folder of its own is what they come to.
function linksWithinProject(entries: Readonly<Record<string, Entry>>): readonly string[] {
  return Object.entries(entries)
    .filter(([path]) => path === `node_modules/${folderName(path)}`)
    .filter(([, entry]) => linkTarget(entry)?.startsWith('..') === false)
    .map(([path]) => folderName(path));
}
