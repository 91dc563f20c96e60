import { link, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { sizeOnDisk, sumOfSizes } from '../../../examples/dependency-audit/sizeOnDisk.js';
import { temporaryFolders } from './temporaryFolders.js';

const never = new AbortController().signal;

describe('sizeOnDisk', () => {
  const { folder } = temporaryFolders();

  it('adds up the files of the folder and of all below it', async () => {
    const path = await folder({ a: '12345', 'lib/b': '123', 'lib/deep/c': '1' });
    expect(await sizeOnDisk(path, never)).to.deep.equal({ bytes: 9, files: 3, linkedFiles: [] });
  });

  it('counts bytes, not characters', async () => {
    const path = await folder({ a: 'é…' });
    expect((await sizeOnDisk(path, never)).bytes).to.equal(5);
  });

  it('leaves out the packages in its own node_modules, but not what lies in one further down', async () => {
    const path = await folder({ a: '1', 'node_modules/b/b': '1234', 'test/node_modules/fixture': '12' });
    expect(await sizeOnDisk(path, never)).to.deep.equal({ bytes: 3, files: 2, linkedFiles: [] });
  });

  it('does not follow links, so that a cycle of them ends', async () => {
    const path = await folder({ 'lib/a': '123' });
    await symlink('..', join(path, 'lib', 'up'));
    await symlink('itself', join(path, 'itself'));
    await symlink('lib/a', join(path, 'again'));
    expect(await sizeOnDisk(path, never)).to.deep.equal({ bytes: 3, files: 1, linkedFiles: [] });
  });

  it('counts a file with several hard links once', async () => {
    const path = await folder({ 'lib/a': '123' });
    await link(join(path, 'lib', 'a'), join(path, 'b'));
    const { bytes, files, linkedFiles } = await sizeOnDisk(path, never);
    expect([bytes, files]).to.deep.equal([3, 1]);
    expect(linkedFiles.map((linked) => linked.bytes)).to.deep.equal([3]);
  });

  it('is nothing for an empty folder', async () => {
    expect(await sizeOnDisk(await folder({}), never)).to.deep.equal({ bytes: 0, files: 0, linkedFiles: [] });
  });

  it('rejects at once when its signal is aborted', async () => {
    const path = await folder({ a: '1' });
    const error = await sizeOnDisk(path, AbortSignal.abort()).catch((reason: unknown) => reason);
    expect(error).to.have.property('name', 'AbortError');
  });

  it('says which folder it cannot list', async () => {
    const path = await folder({ file: '' });
    const error = await sizeOnDisk(join(path, 'file'), never).catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'a part of its path is not a folder');
  });
});

describe('sumOfSizes', () => {
  const { folder } = temporaryFolders();

  it('counts a file that two packages share by a hard link once', async () => {
    const path = await folder({ 'a/own': '12', 'a/shared': '12345', 'b/own': '123' });
    await link(join(path, 'a', 'shared'), join(path, 'b', 'shared'));
    const sizes = await Promise.all(['a', 'b'].map((name) => sizeOnDisk(join(path, name), never)));
    expect(sizes.map(({ bytes }) => bytes)).to.deep.equal([7, 8]);
    expect(sumOfSizes(sizes)).to.deep.equal({ bytes: 10, files: 3 });
  });
});
