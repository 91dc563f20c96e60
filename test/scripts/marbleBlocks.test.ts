import { expect } from 'chai';
import { CheckFailed } from '../../scripts/CheckFailed.js';
import { marbleBlocksOf, picturePathOf } from '../../scripts/marbleBlocks.js';

describe('marbleBlocksOf', () => {
  it('reads the options and the rows of each diagram', () => {
    const doc =
      'Text.\n\n```marbles\nlimit: 2, perMs: 5\ncalls   abc-|\noutput  ab- 9ms c|\n```\n```marbles\na  -|\n```\nMore.';
    expect(marbleBlocksOf(doc)).to.deep.equal([
      {
        options: 'limit: 2, perMs: 5',
        rows: [
          { name: 'calls', marbles: 'abc-|' },
          { name: 'output', marbles: 'ab- 9ms c|' },
        ],
      },
      { options: '', rows: [{ name: 'a', marbles: '-|' }] },
    ]);
  });

  it('refuses a line that is no row', () => {
    expect(() => marbleBlocksOf('```marbles\nsource\n```')).to.throw(
      CheckFailed,
      'expected a row "name  marbles" in a diagram, got "source"',
    );
  });
});

describe('picturePathOf', () => {
  it('counts the pictures of an operator', () => {
    expect(picturePathOf('withTimeout', 2)).to.equal('img/withTimeout-2.svg');
  });
});
