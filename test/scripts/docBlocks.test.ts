import { expect } from 'chai';
import { docBlocksOf } from '../../scripts/docBlocks.js';

const read = (...lines: string[]) => docBlocksOf('page.md', lines.join('\n'));

describe('docBlocksOf', () => {
  it('finds each block of ts with the line on which its code begins', () => {
    const blocks = read('# Title', '```ts', 'a;', 'b;', '```', '```sh', 'npm ci', '```', '```ts', 'c;', '```');
    expect(blocks.map(({ line, code }) => ({ line, code }))).to.deep.equal([
      { line: 3, code: ['a;', 'b;'] },
      { line: 10, code: ['c;'] },
    ]);
  });

  it('reads whether a block is run and whether it continues another', () => {
    const blocks = read('```ts', '```', '```ts continued', '```', '```ts no-run continued', '```');
    expect(blocks.map(({ runs, continues }) => [runs, continues])).to.deep.equal([
      [true, false],
      [true, true],
      [false, true],
    ]);
  });

  it('takes the indentation of a list off the code', () => {
    expect(read('- item', '  ```ts', '  if (a) {', '    b;', '', '  }', '  ```')[0]?.code).to.deep.equal([
      'if (a) {',
      '  b;',
      '',
      '}',
    ]);
  });

  it('leaves a block alone that is shown inside a longer fence', () => {
    expect(read('````md', '```ts', 'a;', '```', '````')).to.deep.equal([]);
  });

  it('rejects a fence that is never closed, an unknown flag, and code under another name than ts', () => {
    expect(() => read('', '```ts', 'a;')).to.throw('page.md:2: this block is never closed');
    expect(() => read('```ts norun', '```')).to.throw('page.md:1: expected no-run or continued after ts, got norun');
    expect(() => read('```typescript', '```')).to.throw('page.md:1: expected a block of ts, which is checked');
  });
});
