import { expect } from 'chai';
import { duplicatesIn } from '../../../examples/dependency-audit/duplicates.js';

const installed = (path: string, name: string, version: string | null) => ({
  path,
  name,
  version,
  listed: true,
  hasInstallScript: false,
});

describe('duplicatesIn', () => {
  it('lists a package with each of its versions and where they lie, the lowest version first', () => {
    const found = duplicatesIn([
      installed('node_modules/a', 'a', '10.0.0'),
      installed('node_modules/c/node_modules/a', 'a', '9.1.0'),
      installed('node_modules/b/node_modules/a', 'a', '9.1.0'),
      installed('node_modules/b', 'b', '1.0.0'),
    ]);
    expect(found).to.deep.equal([
      {
        name: 'a',
        versions: [
          { version: '9.1.0', paths: ['node_modules/b/node_modules/a', 'node_modules/c/node_modules/a'] },
          { version: '10.0.0', paths: ['node_modules/a'] },
        ],
      },
    ]);
  });

  it('sees through an alias', () => {
    const found = duplicatesIn([installed('node_modules/a', 'a', '1.0.0'), installed('node_modules/a2', 'a', '2.0.0')]);
    expect(found.map(({ name }) => name)).to.deep.equal(['a']);
  });

  it('is content with one version in several places', () => {
    const found = duplicatesIn([
      installed('node_modules/b/node_modules/a', 'a', '1.0.0'),
      installed('node_modules/c/node_modules/a', 'a', '1.0.0'),
    ]);
    expect(found).to.deep.equal([]);
  });

  it('passes over a package whose version is not known', () => {
    expect(
      duplicatesIn([installed('node_modules/a', 'a', null), installed('x/node_modules/a', 'a', '1.0.0')]),
    ).to.deep.equal([]);
  });
});
