import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { installationIn } from '../../../examples/dependency-audit/installation.js';
import { decodeLockfile } from '../../../examples/dependency-audit/lockfile.js';
import { type FixturePackage, lockfileOf, temporaryFolders } from './temporaryFolders.js';

const never = new AbortController().signal;

describe('installationIn', () => {
  const { folder, project } = temporaryFolders();

  async function compare(packages: Record<string, FixturePackage>, path?: string) {
    const { packages: listed } = decodeLockfile(JSON.stringify(lockfileOf(packages)));
    return installationIn(path ?? (await project(packages)), listed, never);
  }

  it('finds what is listed and on disk: nested, scoped and in workspaces', async () => {
    const manifest = { version: '1.0.0' };
    const { installed, absent } = await compare({
      '': { manifest: { workspaces: ['packages/*'] } },
      'node_modules/a': { manifest },
      'node_modules/a/node_modules/@s/b': { manifest, lock: { hasInstallScript: true } },
      'node_modules/own': { lock: { link: true, resolved: 'packages/own' } },
      'packages/own': { manifest },
      'packages/own/node_modules/c': { manifest },
    });
    expect(installed.map(({ path }) => path)).to.deep.equal([
      'node_modules/a',
      'node_modules/a/node_modules/@s/b',
      'packages/own/node_modules/c',
    ]);
    expect(installed[1]).to.deep.equal({
      path: 'node_modules/a/node_modules/@s/b',
      name: '@s/b',
      version: '1.0.0',
      listed: true,
      hasInstallScript: true,
    });
    expect(absent).to.deep.equal([]);
  });

  it('tells what is absent, and whether it may be', async () => {
    const { installed, absent } = await compare({
      '': {},
      'node_modules/a': { manifest: {} },
      'node_modules/b': { lock: { optional: true }, files: false },
      'node_modules/c': { lock: { version: '1.0.0' }, files: false },
    });
    expect(installed.map(({ name }) => name)).to.deep.equal(['a']);
    expect(absent.map(({ name, mayBeAbsent }) => [name, mayBeAbsent])).to.deep.equal([
      ['b', 'optional'],
      ['c', null],
    ]);
  });

  it('finds what the lockfile does not know, and passes over what is no package', async () => {
    const { installed } = await compare({
      '': {
        files: { 'node_modules/.bin/a': '', 'node_modules/.cache/x/package.json': '{}', 'node_modules/README': '' },
      },
      'node_modules/a': { manifest: {} },
      'node_modules/a/node_modules/stranger': { manifest: {}, lock: false },
    });
    expect(installed.map(({ path, listed, version }) => [path, listed, version])).to.deep.equal([
      ['node_modules/a', true, null],
      ['node_modules/a/node_modules/stranger', false, null],
    ]);
  });

  it('takes a link in place of a listed package for installed, and any other link for no package', async () => {
    const packages = { '': {}, 'node_modules/a': { files: false } } as const;
    const path = await project(packages);
    await mkdir(join(path, 'node_modules'));
    await symlink('a', join(path, 'node_modules', 'a'));
    await symlink('..', join(path, 'node_modules', 'up'));
    const { installed } = await compare(packages, path);
    expect(installed.map(({ name }) => name)).to.deep.equal(['a']);
  });

  it('says that nothing is installed', async () => {
    const packages = { '': {}, 'node_modules/a': { files: false } } as const;
    const error = await compare(packages, await folder({})).catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'node_modules: nothing is installed there; run `npm ci` first');
  });

  it('is content with a project that has no dependencies, or only optional ones', async () => {
    const packages = { '': {}, 'node_modules/a': { lock: { optional: true }, files: false } } as const;
    const { installed, absent } = await compare(packages, await folder({}));
    expect([installed.length, absent.length]).to.deep.equal([0, 1]);
  });

  it('rejects when its signal is aborted', async () => {
    const error = await installationIn(await folder({}), [], AbortSignal.abort()).catch((reason: unknown) => reason);
    expect(error).to.have.property('name', 'AbortError');
  });
});
