import { expect } from 'chai';
import { licenseIn } from '../../../examples/dependency-audit/license.js';
import { temporaryFolders } from './temporaryFolders.js';

const never = new AbortController().signal;
const unlicense = 'This is free and unencumbered software released into the public domain.';
const bsd2 = 'Redistribution and use in source and binary forms, with or without modification';

describe('licenseIn', () => {
  const { folder } = temporaryFolders();

  it('believes the manifest without looking at a file', async () => {
    const path = await folder({ LICENSE: unlicense });
    expect(await licenseIn(path, 'Apache 2.0', never)).to.deep.equal({ id: 'Apache-2.0', file: null });
  });

  for (const name of ['LICENSE', 'licence.md', 'License.txt', 'COPYING', 'LICENSE-UNLICENSE', 'UNLICENSE']) {
    it(`reads ${name} where the manifest says nothing`, async () => {
      const path = await folder({ [name]: unlicense, 'index.js': '' });
      expect(await licenseIn(path, null, never)).to.deep.equal({ id: 'Unlicense', file: name });
    });
  }

  it('reads the file that the manifest points to', async () => {
    const path = await folder({ LICENSE: bsd2, 'terms.txt': unlicense });
    expect(await licenseIn(path, 'SEE LICENSE IN terms.txt', never)).to.deep.equal({
      id: 'Unlicense',
      file: 'terms.txt',
    });
  });

  it('repeats what the manifest says where the file it points to is missing or unknown', async () => {
    const path = await folder({ 'terms.txt': 'Ask us.' });
    for (const declared of ['SEE LICENSE IN terms.txt', 'SEE LICENSE IN gone.txt']) {
      expect(await licenseIn(path, declared, never)).to.deep.equal({ id: declared, file: null });
    }
  });

  it('asks the text which licence of a family is meant', async () => {
    const path = await folder({ LICENSE: bsd2 });
    expect(await licenseIn(path, 'BSD', never)).to.deep.equal({ id: 'BSD-2-Clause', file: 'LICENSE' });
  });

  it('goes on to the next file where the first one is unknown', async () => {
    const path = await folder({ LICENSE: 'See COPYING.', COPYING: unlicense });
    expect(await licenseIn(path, null, never)).to.deep.equal({ id: 'Unlicense', file: 'COPYING' });
  });

  it('finds none where there is none', async () => {
    const path = await folder({ 'license/index.js': '', 'licensed.js': unlicense });
    expect(await licenseIn(path, null, never)).to.deep.equal({ id: null, file: null });
  });
});
