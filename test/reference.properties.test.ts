import { expect } from 'chai';
import fc from 'fast-check';
import { formatReference, formatTemplate, parseTemplate } from '../src/reference.js';
import { anyPath, anyTemplate, hostileText } from './support/flowArbitraries.js';

describe('the grammar of references', () => {
  it('reads every template back from what it is written as', () => {
    fc.assert(
      fc.property(anyTemplate, (template) => {
        expect(parseTemplate(formatTemplate(template))).to.deep.equal(template);
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads every path back from what it is written as', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(parseTemplate(formatReference(path))).to.deep.equal({ kind: 'reference', path });
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads the same from any text and from what it was read as, written again', () => {
    fc.assert(
      fc.property(hostileText, (source) => {
        const template = parseTemplate(source);
        expect(parseTemplate(formatTemplate(template))).to.deep.equal(template);
      }),
      { numRuns: 5_000 },
    );
  });

  // A method that took time in the square of the length would need half a minute for some of these.
  describe('within two seconds', () => {
    const n = 100_000;
    for (const [name, source] of [
      ['dollars', '$'.repeat(n)],
      ['dollars before a letter', `${'$'.repeat(n)}x`],
      ['dollars behind a letter', `x${'$'.repeat(n)}x`],
      ['dollars before a brace', `${'$'.repeat(n)}{`],
      ['open references', '${'.repeat(n)],
      ['open references with names', '${a'.repeat(n)],
      ['open references with quotes', '${["'.repeat(n)],
      ['open references with quotes behind names', '${a["]['.repeat(n)],
      ['open brackets', '['.repeat(n)],
      ['a name and open brackets', `$a${'['.repeat(n)}`],
      ['keys without an end', `$\{a${'.a'.repeat(n)}`],
      ['indices without an end', `$\{a${'[0]'.repeat(n)}`],
      ['escapes inside quotes that are not closed', `$a["${'\\"'.repeat(n)}`],
    ] as const) {
      it(`reads and writes ${name}, ${String(n)} times`, () => {
        const template = parseTemplate(source);
        expect(parseTemplate(formatTemplate(template))).to.deep.equal(template);
      });
    }
  });

  const tenMillion = 10_000_000;
  for (const [name, source] of [
    ['letters in a name', `$${'x'.repeat(tenMillion)}`],
    ['letters in a key', `$a.${'x'.repeat(tenMillion)}`],
    ['letters in a quoted key', `$a["${'x'.repeat(tenMillion)}"]`],
    ['escapes in a quoted key', `$a["${'\\n'.repeat(tenMillion)}"]`],
  ] as const) {
    it(`reads ten million ${name}`, () => {
      expect(parseTemplate(source).kind).to.equal('reference');
    });
  }
});
