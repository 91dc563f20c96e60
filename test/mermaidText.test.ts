import { expect } from 'chai';
import fc from 'fast-check';
import { mermaidText } from '../src/mermaidText.js';
import { anyKey, hostileText } from './support/flowArbitraries.js';

/** What mermaid shows for a label. */
const shown = (label: string): string =>
  label.replace(/#(\d+);/g, (_all, number: string) => String.fromCodePoint(Number(number)));

describe('mermaidText', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['hits', 'hits'],
    ['fetch-page_2', 'fetch-page_2'],
    ['über 中文', 'über 中文'],
    ['end', 'end'],
    ['a"b', 'a#34;b'],
    ['a.b', 'a#46;b'],
    ['- item', '#45; item'],
    ['a--b', 'a#45;#45;b'],
    ['<b>', '#60;b#62;'],
    ['%%{init: {}}%%', '#37;#37;#123;init#58; #123;#125;#125;#37;#37;'],
    ['`**bold**`', '#96;#42;#42;bold#42;#42;#96;'],
    ['#quot;', '#35;quot#59;'],
    ['https://a.example', 'https#58;#47;#47;a#46;example'],
    ['🙂', '#128578;'],
    ['one\r\n two\u2028three', 'one two three'],
    ['\u202egnp\u0000', 'gnp'],
    ['\ud800', ''],
    ['ﬂ°°60¶ß', 'fl#176;#176;60#182;ß'],
  ];
  for (const [name, label] of cases) {
    it(`writes ${JSON.stringify(name).replace(/\p{C}/gu, '?')} as ${label}`, () => {
      expect(mermaidText(name)).to.equal(label);
    });
  }

  it('cuts a name of more than 60 characters, and says so', () => {
    expect(mermaidText('x'.repeat(60))).to.equal('x'.repeat(60));
    expect(mermaidText('x'.repeat(61))).to.equal(`${'x'.repeat(59)}#8230;`);
    expect(mermaidText('🙂'.repeat(10_000_000))).to.equal(`${'#128578;'.repeat(59)}#8230;`);
  });

  it('has nothing in it that could be markup, whatever the name', () => {
    fc.assert(
      fc.property(fc.oneof(anyKey, hostileText, fc.string({ unit: 'grapheme' })), (name) => {
        const label = mermaidText(name);
        expect(label).to.match(/^(?:[\p{L}\p{M}\p{N} ]|(?<=[A-Za-z0-9])[-_](?=[A-Za-z0-9])|#\d+;)*$/u);
        expect(label).not.to.match(/^ | $| {2}|ﬂ/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is shown as the name, where that can be seen as a whole', () => {
    const visible = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((name) => !/[\p{C}\p{Z}ﬂ]/u.test(name));
    fc.assert(
      fc.property(visible, (name) => {
        expect(shown(mermaidText(name))).to.equal(name);
      }),
      { numRuns: 1_000 },
    );
  });
});
