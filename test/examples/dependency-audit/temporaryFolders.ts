import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The files of a folder by their paths: a text as it is, anything else as JSON. */
export type Files = Readonly<Record<string, unknown>>;

/** One package of a fixture: what its manifest says, and where the lockfile or the disk differ from the usual. */
export interface FixturePackage {
  /** The manifest; the lockfile's entry takes the version and the dependencies from it. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** More fields of the lockfile's entry, or `false` for a package that it does not list. */
  readonly lock?: Readonly<Record<string, unknown>> | false;
  /** More files in its folder, or `false` for a package that is not on disk. */
  readonly files?: Files | false;
}

/** Folders in the system's temporary folder, removed after each test of the suite that calls this, or after all. */
export function temporaryFolders(atTheEnd: (remove: () => Promise<void>) => void = afterEach) {
  const made: string[] = [];

  atTheEnd(async () => {
    await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  });

  async function folder(files: Files): Promise<string> {
    const path = await realpath(await mkdtemp(join(tmpdir(), 'dependency-audit-')));
    made.push(path);
    // A test that gives up its rights must still be able to enter.
    await chmod(path, 0o755);
    await write(path, files);
    return path;
  }

  /** A project with its lockfile and its `node_modules`. The path `''` is the project itself. */
  async function project(packages: Readonly<Record<string, FixturePackage>>): Promise<string> {
    const files = Object.entries(packages).flatMap(([path, { manifest, files: extra = {} }]): [string, unknown][] => {
      if (extra === false) return [];
      const all = manifest === undefined ? extra : { 'package.json': manifest, ...extra };
      return Object.entries(all).map(([name, content]) => [join(path, name), content]);
    });
    return folder({ ...Object.fromEntries(files), 'package-lock.json': lockfileOf(packages) });
  }

  return { folder, project };
}

/** The lockfile that npm would write for these packages. */
export function lockfileOf(packages: Readonly<Record<string, FixturePackage>>) {
  const listed = Object.entries(packages).filter(([, { lock }]) => lock !== false);
  return {
    lockfileVersion: 3,
    packages: Object.fromEntries(
      listed.map(([path, { manifest = {}, lock }]) => [path, { ...entryOf(path, manifest), ...lock }]),
    ),
  };
}

function entryOf(path: string, manifest: Readonly<Record<string, unknown>>) {
  const { name, ...rest } = manifest;
  return path.endsWith(`node_modules/${String(name)}`) ? rest : { ...rest, ...(name === undefined ? {} : { name }) };
}

async function write(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}
