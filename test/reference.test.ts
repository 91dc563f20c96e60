import { expect } from 'chai';
import {
  formatReference,
  formatTemplate,
  isSafePath,
  parseTemplate,
  type ReferencePath,
  type Template,
} from '../src/reference.js';

const text = (is: string): Template => ({ kind: 'text', text: is });
const reference = (...path: ReferencePath): Template => ({ kind: 'reference', path });
const mixed = (...parts: (string | ReferencePath)[]): Template => ({ kind: 'mixed', parts });

describe('parseTemplate', () => {
  for (const [source, path, why] of [
    ['$topic', ['topic'], 'a name'],
    ['$_Topic_2', ['_Topic_2'], 'a name with underscores, capitals and digits'],
    ['$page.title', ['page', 'title'], 'a key'],
    ['$page.meta.lang', ['page', 'meta', 'lang'], 'keys of keys'],
    ['$page.content-type', ['page', 'content-type'], 'a key with a hyphen'],
    ['$page.0', ['page', '0'], 'a key of digits, which stays a key'],
    ['$hits[0]', ['hits', 0], 'an index'],
    ['$hits[0].url', ['hits', 0, 'url'], 'a key behind an index'],
    ['$grid[1][12]', ['grid', 1, 12], 'an index behind an index'],
    ['$grid[007]', ['grid', 7], 'an index with leading zeros'],
    ['$page["any key"]', ['page', 'any key'], 'a quoted key'],
    ['$page["0"]', ['page', '0'], 'quoted digits, which are a key and no index'],
    ['$page["say \\"hi\\""].x', ['page', 'say "hi"', 'x'], 'escaped quotes'],
    ['$page["\\u00fc\\n\\\\"]', ['page', 'ü\n\\'], 'the other escapes of JSON'],
    ['$page["ü ${x} $y ]"]', ['page', 'ü ${x} $y ]'], 'unicode, braces, dollars and brackets inside quotes'],
    ['$page[""]', ['page', ''], 'an empty key'],
    ['$["any name"]', ['any name'], 'a quoted name'],
    ['$["any name"][0].x', ['any name', 0, 'x'], 'a path behind a quoted name'],
    ['$hits[999999999999999]', ['hits', 999_999_999_999_999], 'an index of fifteen digits'],
  ] as const) {
    it(`reads ${source} as a reference (${why})`, () => {
      expect(parseTemplate(source)).to.deep.equal(reference(...(path as unknown as ReferencePath)));
    });
  }

  for (const [source, why] of [
    ['', 'nothing in it'],
    ['plain', 'no dollar'],
    ['$', 'no name'],
    ['$5.00', 'a name does not begin with a digit'],
    ['$ topic', 'a name does not begin with a space'],
    ['$-a', 'a name does not begin with a hyphen'],
    ['$.a', 'no name before the dot'],
    ['$[0]', 'an index is no name'],
    ['$naïve', 'a name ends before a letter that is not ASCII'],
    ['$a-b', 'a name has no hyphen'],
    ['$topic!', 'more behind it'],
    ['$topic ', 'a space behind it'],
    [' $topic', 'a space before it'],
    ['see $topic', 'text before it'],
    ['$a.', 'a dot without a key'],
    ['$a..b', 'an empty key'],
    ['$a.é', 'a key of a letter that is not ASCII'],
    ['$a[', 'an open bracket'],
    ['$a[]', 'an empty bracket'],
    ['$a[0', 'a bracket that is not closed'],
    ['$a[-1]', 'a negative index'],
    ['$a[1.5]', 'a broken index'],
    ['$a[b]', 'a key without quotes'],
    ["$a['b']", 'single quotes'],
    ['$a["b]', 'quotes that are not closed'],
    ['$a["b"', 'a bracket that is not closed behind quotes'],
    ['$a["\\x"]', 'an escape that JSON does not know'],
    ['$a["\n"]', 'a line break inside quotes'],
    ['$a[1234567890123456]', 'an index of sixteen digits'],
    ['$a{b}', 'braces behind a name'],
    ['${', 'braces that are not closed'],
    ['${a', 'braces that are not closed behind a name'],
    ['${}', 'empty braces'],
    ['${5}', 'no name in the braces'],
    ['${ a }', 'spaces in the braces'],
    ['${a b}', 'two names in the braces'],
    ['${a.}', 'half a path in the braces'],
    ['a$$', 'two dollars at the end'],
    ['a $$ b', 'two dollars in the middle'],
    ['a $$b', 'two dollars before a name in the middle'],
  ] as const) {
    it(`leaves ${JSON.stringify(source)} as it is (${why})`, () => {
      expect(parseTemplate(source)).to.deep.equal(text(source));
    });
  }

  for (const [source, template, why] of [
    ['${a}', mixed(['a']), 'alone: the text of the value'],
    ['see ${a}!', mixed('see ', ['a'], '!'), 'in the middle'],
    ['${a}${b}', mixed(['a'], ['b']), 'side by side'],
    ['${hits[0].url}', mixed(['hits', 0, 'url']), 'with a path'],
    ['${["any name"]["}"]}', mixed(['any name', '}']), 'with quotes'],
    ['{${a}}', mixed('{', ['a'], '}'), 'between braces'],
    ['$5 for ${a}', mixed('$5 for ', ['a']), 'behind another dollar'],
    ['${a ${b}', mixed('${a ', ['b']), 'behind braces that are not closed'],
    ['${a}$', mixed(['a'], '$'), 'before a dollar'],
    ['${a}$b', mixed(['a'], '$b'), 'before what would be a reference alone'],
    ['${a}$$', mixed(['a'], '$$'), 'before two dollars, which are not at the beginning'],
  ] as const) {
    it(`finds the references in ${source} (${why})`, () => {
      expect(parseTemplate(source)).to.deep.equal(template);
    });
  }

  for (const [source, template] of [
    ['$$', text('$')],
    ['$$topic', text('$topic')],
    ['$$5', text('$5')],
    ['$$$', text('$$')],
    ['$$$topic', text('$$topic')],
    ['$${a}', text('${a}')],
    ['x$${a}', text('x${a}')],
    ['x$$$${a}', text('x$${a}')],
    ['$$$${a}', text('$${a}')],
    ['$$${a}', mixed('$', ['a'])],
    ['x$$${a}', mixed('x$', ['a'])],
    ['$$a ${b}', mixed('$a ', ['b'])],
    ['$${a} ${b}', mixed('${a} ', ['b'])],
    ['${a}$${b}', mixed(['a'], '${b}')],
  ] as const) {
    it(`reads $$ as one dollar in ${source}`, () => {
      expect(parseTemplate(source)).to.deep.equal(template);
    });
  }
});

describe('formatReference', () => {
  for (const [path, written] of [
    [['a'], '$a'],
    [['a', 'b', 0, 'c-d'], '$a.b[0].c-d'],
    [['any name'], '$["any name"]'],
    [['a', 'any key'], '$a["any key"]'],
    [['a', '0'], '$a["0"]'],
    [['a', '-b'], '$a["-b"]'],
    [['a', ''], '$a[""]'],
    [['a', '"'], '$a["\\""]'],
    [['ü'], '$["ü"]'],
    [['a', '__proto__'], '$a.__proto__'],
  ] as const) {
    it(`writes ${JSON.stringify(path)} as ${written}`, () => {
      expect(formatReference(path)).to.equal(written);
    });
  }
});

describe('formatTemplate', () => {
  for (const [template, written] of [
    [text('plain $5'), 'plain $5'],
    [text('$topic'), '$$topic'],
    [text('$'), '$'],
    [text('$$'), '$$$'],
    [text('${a}'), '$${a}'],
    [text('x $a'), 'x $a'],
    [reference('a', 0), '$a[0]'],
    [mixed(['a']), '${a}'],
    [mixed('cost: $', ['a']), 'cost: $$${a}'],
  ] as const) {
    it(`writes ${JSON.stringify(template)} as ${written}`, () => {
      expect(formatTemplate(template)).to.equal(written);
    });
  }
});

describe('isSafePath', () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    it(`is false for a path over ${key}, wherever it stands`, () => {
      expect(
        [[key], ['a', key], ['a', key, 'b']].map((path) => isSafePath(path as unknown as ReferencePath)),
      ).to.deep.equal([false, false, false]);
    });
  }

  it('is true for other paths', () => {
    expect(isSafePath(['proto', 0, 'constructors', ''])).to.equal(true);
  });
});
