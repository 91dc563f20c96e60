import { expect } from 'chai';
import { isDependency, decodeLockfile } from '../../../examples/dependency-audit/lockfile.js';
import { unreachableIn } from '../../../examples/dependency-audit/unreachable.js';

/** The paths of what nothing needs, in a lockfile with these entries, all of them installed. */
function unreachable(entries: Record<string, unknown>): readonly string[] {
  const { packages } = decodeLockfile(JSON.stringify({ lockfileVersion: 3, packages: entries }));
  const installed = packages
    .filter(isDependency)
    .map(({ path, name, version }) => ({ path, name, version, listed: true, hasInstallScript: false }));
  return unreachableIn(packages, installed).map(({ path }) => path);
}

describe('unreachableIn', () => {
  it('follows dependencies of dependencies', () => {
    const found = unreachable({
      '': { dependencies: { a: '1' } },
      'node_modules/a': { dependencies: { b: '1' } },
      'node_modules/b': { dependencies: { a: '1' } },
      'node_modules/c': { dependencies: { a: '1' } },
    });
    expect(found).to.deep.equal(['node_modules/c']);
  });

  it('takes the nearest copy, as Node does, and not the others', () => {
    const found = unreachable({
      '': { dependencies: { a: '1' } },
      'node_modules/a': { dependencies: { b: '1' } },
      'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
      'node_modules/b': {},
      'node_modules/c': {},
    });
    expect(found).to.deep.equal(['node_modules/b']);
  });

  it('finds a package in the folder of one that is further up', () => {
    const found = unreachable({
      '': { dependencies: { a: '1' } },
      'node_modules/a': { dependencies: { '@s/b': '1' } },
      'node_modules/a/node_modules/@s/b': { dependencies: { c: '1' } },
      'node_modules/a/node_modules/c': {},
    });
    expect(found).to.deep.equal([]);
  });

  it('follows a required peer and leaves an optional one', () => {
    const found = unreachable({
      '': { dependencies: { a: '1' } },
      'node_modules/a': { peerDependencies: { b: '1', c: '1' }, peerDependenciesMeta: { c: { optional: true } } },
      'node_modules/b': {},
      'node_modules/c': {},
    });
    expect(found).to.deep.equal(['node_modules/c']);
  });

  it('follows the dev dependencies of the project and not those of its dependencies', () => {
    const found = unreachable({
      '': { devDependencies: { a: '1' } },
      'node_modules/a': { devDependencies: { b: '1' } },
      'node_modules/b': {},
    });
    expect(found).to.deep.equal(['node_modules/b']);
  });

  it('goes through a workspace, to its own packages and to those of the project', () => {
    const found = unreachable({
      '': { workspaces: ['packages/*'] },
      'node_modules/own': { resolved: 'packages/own', link: true },
      'packages/own': { dependencies: { a: '1', b: '1' } },
      'packages/own/node_modules/a': {},
      'node_modules/a': {},
      'node_modules/b': {},
    });
    expect(found).to.deep.equal(['node_modules/a']);
  });

  it('goes through a folder outside the project, which does not look into the project', () => {
    const found = unreachable({
      '': { dependencies: { lib: 'file:../lib' } },
      'node_modules/lib': { resolved: '../lib', link: true },
      '../lib': { dependencies: { a: '1', b: '1' } },
      '../lib/node_modules/a': {},
      'node_modules/b': {},
    });
    expect(found).to.deep.equal(['node_modules/b']);
  });

  it('tells a package that nothing needs from one that the lockfile does not know', () => {
    const { packages } = decodeLockfile(
      '{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}',
    );
    const common = { version: null, hasInstallScript: false };
    const found = unreachableIn(packages, [
      { ...common, path: 'node_modules/a', name: 'a', listed: true },
      { ...common, path: 'node_modules/b', name: 'b', listed: false },
    ]);
    expect(found.map(({ why }) => why)).to.deep.equal(['nothing needs it', 'not in the lockfile']);
  });
});
