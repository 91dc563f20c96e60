import { expect } from 'chai';
import { installScriptsIn } from '../../../examples/dependency-audit/installScripts.js';
import { temporaryFolders } from './temporaryFolders.js';

describe('installScriptsIn', () => {
  const { folder } = temporaryFolders();

  it('lists what runs on installation, in the order in which it runs, and nothing else', async () => {
    const scripts = { postinstall: 'node c', test: 'mocha', preinstall: 'node a', install: 'node b', prepare: 'tsc' };
    expect(await installScriptsIn(await folder({}), { scripts, gypfile: null })).to.deep.equal([
      { event: 'preinstall', command: 'node a' },
      { event: 'install', command: 'node b' },
      { event: 'postinstall', command: 'node c' },
    ]);
  });

  it('finds none in a package that has none', async () => {
    expect(
      await installScriptsIn(await folder({}), { scripts: { test: 'mocha', install: '' }, gypfile: null }),
    ).to.deep.equal([]);
  });

  it('knows that npm builds a binding.gyp without being told', async () => {
    const path = await folder({ 'binding.gyp': '{}' });
    expect(await installScriptsIn(path, { scripts: { postinstall: 'node c' }, gypfile: null })).to.deep.equal([
      { event: 'install', command: 'node-gyp rebuild' },
      { event: 'postinstall', command: 'node c' },
    ]);
  });

  it('knows that a package can build its binding.gyp by itself, or not at all', async () => {
    const path = await folder({ 'binding.gyp': '{}' });
    expect(await installScriptsIn(path, { scripts: { preinstall: 'make' }, gypfile: null })).to.have.lengthOf(1);
    expect(await installScriptsIn(path, { scripts: {}, gypfile: false })).to.deep.equal([]);
  });
});
