import { expect } from 'chai';
import { instrument } from '../../scripts/instrument.js';

describe('instrument', () => {
  it('marks the call that a comment speaks of, and no other', () => {
    const { source, expectations } = instrument('console.log(1);\nconsole.log(2); // => 2');
    expect(source).to.equal('console.log(1);\n__printed(2)(2); // => 2');
    expect(expectations).to.deep.equal([{ line: 2, printed: '2' }]);
  });

  it('takes a call over several lines to stand where it ends', () => {
    const { source, misplaced } = instrument('console.log(\n  1,\n); // => 1');
    expect(source).to.equal('__printed(3)(\n  1,\n); // => 1');
    expect(misplaced).to.deep.equal([]);
  });

  it('marks console.log where it is handed on as a function', () => {
    expect(instrument('a$.subscribe(console.log); // => 1').source).to.equal('a$.subscribe(__printed(1)); // => 1');
  });

  it('adds comments on lines of their own to the line of code above', () => {
    const { expectations } = instrument('a$.subscribe((a) => console.log(a)); // => 1\n  // => 2');
    expect(expectations).to.deep.equal([{ line: 1, printed: '1\n2' }]);
  });

  it('names the lines whose comment speaks of no call, or of two', () => {
    const { misplaced } = instrument('f(); // => 1\nconsole.log(1); console.log(2); // => 1');
    expect(misplaced).to.deep.equal([1, 2]);
  });
});
