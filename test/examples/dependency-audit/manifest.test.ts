import { expect } from 'chai';
import { decodeManifest, manifestIn } from '../../../examples/dependency-audit/manifest.js';
import { temporaryFolders } from './temporaryFolders.js';

const never = new AbortController().signal;
const licenseOf = (fields: unknown) => decodeManifest(JSON.stringify(fields)).license;

describe('decodeManifest', () => {
  it('takes the name, the version, the licence and the scripts', () => {
    const text = JSON.stringify({
      name: 'a',
      version: '1.0.0',
      license: 'MIT',
      scripts: { test: 'mocha' },
      bin: './a.js',
    });
    expect(decodeManifest(text)).to.deep.equal({
      name: 'a',
      version: '1.0.0',
      license: 'MIT',
      scripts: { test: 'mocha' },
      gypfile: null,
    });
  });

  it('finds the licence in every form that was ever in use', () => {
    expect(licenseOf({ license: { type: 'MIT', url: 'https://…' } })).to.equal('MIT');
    expect(licenseOf({ license: { name: 'MIT' } })).to.equal('MIT');
    expect(licenseOf({ licenses: [{ type: 'MIT' }, { type: 'Apache-2.0' }] })).to.equal('MIT OR Apache-2.0');
    expect(licenseOf({ licenses: ['MIT'] })).to.equal('MIT');
    expect(licenseOf({ licenses: { type: 'MIT' } })).to.equal('MIT');
    expect(licenseOf({ license: ['MIT', 'ISC'] })).to.equal('MIT OR ISC');
  });

  it('has no licence where the field is missing, empty or of another kind', () => {
    for (const fields of [{}, { license: '' }, { license: null }, { license: 3 }, { licenses: [] }, { license: {} }]) {
      expect(licenseOf(fields), JSON.stringify(fields)).to.equal(null);
    }
  });

  it('counts a field of another kind as left out', () => {
    const text = JSON.stringify({ name: 1, version: null, scripts: { a: 'x', b: 2 }, gypfile: 'yes' });
    expect(decodeManifest(text)).to.deep.equal({
      name: null,
      version: null,
      license: null,
      scripts: { a: 'x' },
      gypfile: null,
    });
  });

  it('refuses what is no JSON, and shows at most a line of it', () => {
    expect(() => decodeManifest('{\n  "name": oops\n}')).to.throw(/^package\.json: is not JSON \(.*\)$/);
  });

  it('refuses what is no object', () => {
    expect(() => decodeManifest('null')).to.throw('package.json: is null, expected an object');
    expect(() => decodeManifest('[]')).to.throw('package.json: is an array, expected an object');
  });
});

describe('manifestIn', () => {
  const { folder } = temporaryFolders();

  it('reads a file that begins with a byte order mark', async () => {
    const path = await folder({ 'package.json': '\uFEFF{"name":"a"}' });
    expect((await manifestIn(path, never)).name).to.equal('a');
  });

  it('says that a manifest is missing', async () => {
    const path = await folder({});
    expect(await rejection(manifestIn(path, never))).to.equal('package.json: no such file or folder');
  });

  it('says that a manifest is a folder', async () => {
    const path = await folder({ 'package.json/file': '' });
    expect(await rejection(manifestIn(path, never))).to.equal('package.json: is not a file');
  });
});

async function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no rejection',
    (error: unknown) => (error as Error).message,
  );
}
