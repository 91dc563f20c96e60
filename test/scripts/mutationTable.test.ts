import { expect } from 'chai';
import { digestOf, fromMarkdown, staleFiles, toMarkdown, totalPercent } from '../../scripts/mutationTable.js';

const table = {
  'operators/b.ts': { score: { noticed: 1, unnoticed: 1, notRun: 0 }, digest: 'bbb' },
  'operators/a.ts': { score: { noticed: 5, unnoticed: 0, notRun: 1 }, digest: 'aaa' },
  'operators/types.ts': { score: { noticed: 0, unnoticed: 0, notRun: 0 }, digest: 'ttt' },
};

describe('the table of mutation scores', () => {
  it('has the total, then each file by name, with what it was measured as', () => {
    expect(toMarkdown(table).split('\n').slice(2)).to.deep.equal([
      '| all | 75.0 % | 8 | 6 | 1 | 1 |  |',
      '| operators/a.ts | 83.3 % | 6 | 5 | 0 | 1 | aaa |',
      '| operators/b.ts | 50.0 % | 2 | 1 | 1 | 0 | bbb |',
      '| operators/types.ts | – | 0 | 0 | 0 | 0 | ttt |',
    ]);
  });

  it('is read as it was written', () => {
    expect(fromMarkdown(toMarkdown(table))).to.deep.equal(table);
    expect(totalPercent(fromMarkdown(toMarkdown(table)))).to.equal(75);
  });

  it('is refused where the numbers of a row do not add up', () => {
    const wrong = toMarkdown(table).replace('| 6 | 5 | 0 |', '| 6 | 6 | 0 |');
    expect(() => fromMarkdown(wrong)).to.throw('expected a row of scores, got "| operators/a.ts |');
    expect(() => fromMarkdown('| operators/a.ts | 90 % |')).to.throw('expected a row of scores');
  });

  it('says which files are not as they were measured: changed, or not measured at all', () => {
    const now = { 'operators/a.ts': 'aaa', 'operators/b.ts': 'changed', 'operators/new.ts': 'n' };
    expect(staleFiles(table, now)).to.deep.equal(['operators/b.ts', 'operators/new.ts']);
  });

  it('has no figure where nothing was measured', () => {
    expect(totalPercent({})).to.be.NaN;
  });
});

describe('the digest of a file', () => {
  it('is the same for the same text, whatever its line ends, and another for another', () => {
    expect(digestOf('a\r\nb')).to.equal(digestOf('a\nb'));
    expect(digestOf('a\nb')).not.to.equal(digestOf('a b'));
    expect(digestOf('a')).to.match(/^[0-9a-f]{10}$/);
  });
});
