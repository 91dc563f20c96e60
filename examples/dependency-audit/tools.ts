import * as t from 'io-ts';
import { of } from 'rxjs';
import { defineTool } from 'toolstream';
import { Duplicate, duplicatesIn } from './duplicates.js';
import { Installation, installationIn, InstalledPackage } from './installation.js';
import { InstallScript, installScriptsIn } from './installScripts.js';
import { License, licenseIn } from './license.js';
import { decodeLockfile, LOCKFILE_NAME, LockedPackage, Lockfile } from './lockfile.js';
import { Manifest, manifestIn } from './manifest.js';
import { readTextFile } from './readTextFile.js';
import { Size, sizeOnDisk } from './sizeOnDisk.js';
import { Unreachable, unreachableIn } from './unreachable.js';

// Node reads files on four threads: more calls than a few times that at once would only hold more in memory.
const READERS = 16;

const Folder = t.type({ folder: t.string });

export const readLockfile = defineTool({
  name: 'readLockfile',
  description: 'Read which packages the lockfile of a project lists, and what each of them needs.',
  input: Folder,
  output: Lockfile,
  timeoutMs: 10_000,
  run: async ({ folder }, call) => decodeLockfile(await readTextFile(folder, LOCKFILE_NAME, call.signal)),
});

export const compareWithDisk = defineTool({
  name: 'compareWithDisk',
  description:
    'Find which of the listed packages are installed, which are absent, and which are there without being listed.',
  input: t.type({ folder: t.string, packages: t.readonlyArray(LockedPackage) }),
  output: Installation,
  timeoutMs: 60_000,
  run: async ({ folder, packages }, call) => {
    const installation = await installationIn(folder, packages, call.signal);
    call.progress({ packages: installation.installed.length });
    return installation;
  },
});

export const findDuplicates = defineTool({
  name: 'findDuplicates',
  description: 'Find the packages that are installed in several versions.',
  input: t.type({ installed: t.readonlyArray(InstalledPackage) }),
  output: t.readonlyArray(Duplicate),
  // `of`, since an array by itself would be a stream of its items.
  run: ({ installed }) => of(duplicatesIn(installed)),
});

export const findUnreachable = defineTool({
  name: 'findUnreachable',
  description: 'Find the installed packages that no dependency of the project leads to.',
  input: t.type({ packages: t.readonlyArray(LockedPackage), installed: t.readonlyArray(InstalledPackage) }),
  output: t.readonlyArray(Unreachable),
  run: ({ packages, installed }) => of(unreachableIn(packages, installed)),
});

export const readManifest = defineTool({
  name: 'readManifest',
  description: 'Read the name, version, licence and scripts of an installed package from its package.json.',
  input: Folder,
  output: Manifest,
  timeoutMs: 10_000,
  concurrency: READERS,
  run: ({ folder }, call) => manifestIn(folder, call.signal),
});

export const measureSize = defineTool({
  name: 'measureSize',
  description: 'Measure how many bytes the files of an installed package take.',
  input: Folder,
  output: Size,
  timeoutMs: 60_000,
  concurrency: READERS,
  run: ({ folder }, call) => sizeOnDisk(folder, call.signal),
});

export const findLicense = defineTool({
  name: 'findLicense',
  description:
    'Find the licence of an installed package, from what its manifest declares or from the text of its licence file.',
  input: t.type({ folder: t.string, declared: t.union([t.string, t.null]) }),
  output: License,
  timeoutMs: 10_000,
  concurrency: READERS,
  run: ({ folder, declared }, call) => licenseIn(folder, declared, call.signal),
});

export const findInstallScripts = defineTool({
  name: 'findInstallScripts',
  description: 'Find the commands that a package runs when it is installed.',
  input: t.type({ folder: t.string, manifest: Manifest }),
  output: t.readonlyArray(InstallScript),
  timeoutMs: 10_000,
  concurrency: READERS,
  run: ({ folder, manifest }) => installScriptsIn(folder, manifest),
});
