import { expect } from 'chai';
import { decodeLockfile, folderName, isDependency } from '../../../examples/dependency-audit/lockfile.js';

const decode = (packages: Record<string, unknown>, lockfileVersion = 3) =>
  decodeLockfile(JSON.stringify({ lockfileVersion, packages })).packages;

const decodeOne = (path: string, entry: Record<string, unknown>) =>
  decode({ '': {}, [path]: entry }).find((locked) => locked.path === path);

describe('decodeLockfile', () => {
  it('reads an entry and reduces it to what the audit needs', () => {
    const entry = {
      version: '1.2.3',
      resolved: 'https://registry/a.tgz',
      integrity: 'sha512-x',
      dependencies: { b: '^1' },
    };
    expect(decodeOne('node_modules/a', entry)).to.deep.equal({
      path: 'node_modules/a',
      name: 'a',
      version: '1.2.3',
      link: null,
      mayBeAbsent: null,
      hasInstallScript: false,
      needs: ['b'],
    });
  });

  it('reads lockfileVersion 2 by its packages', () => {
    expect(decode({ '': {}, 'node_modules/a': {} }, 2).map(({ path }) => path)).to.deep.equal(['', 'node_modules/a']);
  });

  it('calls an alias by its real name', () => {
    expect(decodeOne('node_modules/old-a', { name: 'a', version: '1.0.0' })?.name).to.equal('a');
  });

  it('keeps the scope of a name', () => {
    expect(decodeOne('node_modules/x/node_modules/@scope/a', {})?.name).to.equal('@scope/a');
  });

  it('counts dependencies, optional dependencies and required peers as needs, but not optional peers', () => {
    const entry = {
      dependencies: { a: '1' },
      optionalDependencies: { b: '1' },
      peerDependencies: { c: '1', d: '1' },
      peerDependenciesMeta: { d: { optional: true } },
      devDependencies: { e: '1' },
    };
    expect(decodeOne('node_modules/x', entry)?.needs).to.deep.equal(['a', 'b', 'c']);
  });

  it('counts the dev dependencies of the project and of its workspaces as needs', () => {
    const packages = decode({ '': { devDependencies: { a: '1' } }, 'packages/own': { devDependencies: { b: '1' } } });
    expect(packages.map(({ needs }) => needs)).to.deep.equal([['a'], ['b']]);
  });

  it('counts the workspaces of a project as its needs', () => {
    const packages = decode({
      '': { workspaces: ['packages/*'] },
      'node_modules/own': { resolved: 'packages/own', link: true },
      'node_modules/outside': { resolved: '../outside', link: true },
      'packages/own': {},
    });
    expect(packages[0]?.needs).to.deep.equal(['own']);
  });

  it('tells why a package may be absent', () => {
    const reasons = [{ optional: true }, { dev: true }, { devOptional: true }, { peer: true }, {}].map(
      (flags) => decodeOne('node_modules/a', flags)?.mayBeAbsent,
    );
    expect(reasons).to.deep.equal(['optional', 'dev', 'dev', 'peer', null]);
  });

  it('reads where a link leads', () => {
    expect(decodeOne('node_modules/own', { resolved: 'packages/own', link: true })?.link).to.equal('packages/own');
  });

  it('refuses lockfileVersion 1 and says how to upgrade', () => {
    expect(() => decodeLockfile('{"lockfileVersion":1,"dependencies":{}}')).to.throw(
      'package-lock.json: has lockfileVersion 1, which does not say where packages are installed; ' +
        'write it anew with `npm install --package-lock-only` (npm 7 or later)',
    );
  });

  const faulty = {
    'no JSON': ['{"lockfileVersion":', /^package-lock\.json: is not JSON \(Unexpected end of JSON input\)$/],
    'no object': ['[]', /^package-lock\.json: is an array, expected/],
    'no version': ['{}', /^package-lock\.json: "lockfileVersion" is missing, expected number$/],
    'no packages': ['{"lockfileVersion":3}', /^package-lock\.json: "packages" is missing, expected/],
    'no project': [
      '{"lockfileVersion":3,"packages":{}}',
      /^package-lock\.json: has no entry "" for the project itself$/,
    ],
    'a broken entry': [
      '{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":7}}}',
      /^package-lock\.json: "packages" → "node_modules\/a" → "version" is a number, expected string$/,
    ],
  } as const;
  for (const [fault, [text, message]] of Object.entries(faulty)) {
    it(`refuses a lockfile with ${fault} and names the place`, () => {
      expect(() => decodeLockfile(text)).to.throw(message);
    });
  }
});

describe('isDependency', () => {
  it('is true for what lies in a node_modules folder, and false for the project, links and what is behind them', () => {
    const packages = decode({
      '': {},
      'node_modules/a': {},
      'node_modules/a/node_modules/@scope/b': {},
      'packages/own': {},
      'node_modules/own': { resolved: 'packages/own', link: true },
      'packages/own/node_modules/c': {},
    });
    expect(packages.filter(isDependency).map(({ path }) => path)).to.deep.equal([
      'node_modules/a',
      'node_modules/a/node_modules/@scope/b',
      'packages/own/node_modules/c',
    ]);
  });
});

describe('folderName', () => {
  it('is what a package is imported by', () => {
    const paths = ['node_modules/a', 'node_modules/a/node_modules/@scope/b', 'packages/own', '../outside'];
    expect(paths.map(folderName)).to.deep.equal(['a', '@scope/b', 'own', 'outside']);
  });
});
