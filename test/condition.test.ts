import { expect } from 'chai';
import fc from 'fast-check';
import { checkCondition, type Condition, holds, Incomparable } from '../src/condition.js';
import { DeadEnd } from '../src/resolve.js';
import { scopeOf } from '../src/scope.js';

const day = new Date(0);
const values = {
  yes: true,
  no: false,
  none: null,
  zero: 0,
  one: 1,
  nan: NaN,
  text: 'abc',
  empty: '',
  list: [1, 'b', { c: 3 }, [4]],
  nothing: [],
  object: { a: 1, b: [2] },
  other: { b: [2], a: 1 },
  day,
  sameDay: new Date(0),
  big: 10n,
  missing: undefined,
};
const scope = scopeOf(values);

/** What is wrong with a condition, as lines. */
function faultsOf(data: unknown): readonly string[] {
  const lines: string[] = [];
  checkCondition(
    data,
    'when',
    (path, message) => lines.push(`${path}: ${message}`),
    () => '',
  );
  return lines;
}

const outcomes = (condition: Condition): boolean => {
  expect(faultsOf(condition)).to.deep.equal([]);
  return holds(condition, scope);
};

describe('a condition', () => {
  for (const [holding, conditions] of [
    [true, [true, '$yes', '$one', '$text', '$list', '$nothing', '$object', '$day', '$big', '$list[0]', '$object.a']],
    [false, [false, '$no', '$none', '$zero', '$nan', '$empty', '$missing', '$gone', '$object.z', '$list[9]']],
    [true, [{ exists: '$none' }, { exists: '$no' }, { exists: '$empty' }, { exists: '$list[3][0]' }]],
    [false, [{ exists: '$gone' }, { exists: '$missing' }, { exists: '$text.length.x' }]],
    [false, [{ exists: '$object.toString' }, { exists: '$list.map' }, { exists: '$object["__proto__"]' }]],
    [true, [{ equals: [1, '$one'] }, { equals: ['$object', '$other'] }, { equals: ['$day', '$sameDay'] }]],
    [true, [{ equals: ['$nan', '$nan'] }, { equals: [0, -0] }, { equals: ['$none', null] }, { equals: ['$big', 10n] }]],
    [true, [{ equals: ['a${one}', 'a1'] }, { equals: [{ x: '$one' }, { x: 1 }] }, { equals: ['$$one', '$$one'] }]],
    [false, [{ equals: [1, '1'] }, { equals: ['$one', '$yes'] }, { equals: [null, false] }, { equals: [[], {}] }]],
    [
      false,
      [
        { equals: [{ a: 1 }, { a: 1, b: 2 }] },
        {
          equals: [
            { a: 1, b: 2 },
            { a: 1, c: 2 },
          ],
        },
      ],
    ],
    [false, [{ equals: [[1, 2], [1]] }, { equals: [[1], [1, 2]] }, { equals: ['$day', 0] }, { equals: ['$day', {}] }]],
    [true, [{ lessThan: [1, 2] }, { lessThan: ['a', 'b'] }, { lessThan: ['', 'a'] }, { lessThan: [-Infinity, 0] }]],
    [false, [{ lessThan: [2, 1] }, { lessThan: [1, 1] }, { lessThan: ['b', 'a'] }, { lessThan: ['a', 'a'] }]],
    [true, [{ atMost: [1, 1] }, { atMost: [1, 2] }, { atMost: ['a', 'a'] }, { atMost: [Infinity, Infinity] }]],
    [false, [{ atMost: [2, 1] }, { atMost: ['b', 'a'] }]],
    [true, [{ greaterThan: [2, 1] }, { greaterThan: ['b', 'a'] }]],
    [false, [{ greaterThan: [1, 1] }, { greaterThan: [1, 2] }, { greaterThan: ['a', 'a'] }]],
    [true, [{ atLeast: [1, 1] }, { atLeast: [2, 1] }, { atLeast: ['b', 'b'] }, { atLeast: [-Infinity, -Infinity] }]],
    [false, [{ atLeast: [1, 2] }, { atLeast: ['a', 'b'] }]],
    [true, [{ in: [1, '$list'] }, { in: [{ c: 3 }, '$list'] }, { in: [[4], '$list'] }, { in: ['bc', '$text'] }]],
    [true, [{ in: ['', '$text'] }, { in: ['$one', [0, 1]] }]],
    [false, [{ in: ['1', '$list'] }, { in: [1, '$nothing'] }, { in: ['ca', '$text'] }, { in: ['B', '$text'] }]],
    [true, [{ not: false }, { not: '$gone' }, { not: { not: '$one' } }, { allOf: [] }, { allOf: [true, '$one'] }]],
    [false, [{ not: true }, { not: '$one' }, { anyOf: [] }, { anyOf: [false, '$no'] }, { allOf: [true, '$no'] }]],
    [true, [{ anyOf: [false, '$one'] }, { allOf: [{ anyOf: [false, true] }, { not: { equals: [1, 2] } }] }]],
  ] as readonly (readonly [boolean, readonly Condition[]])[]) {
    for (const condition of conditions) {
      const shown = JSON.stringify(condition, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      it(`${holding ? 'holds' : 'does not hold'}: ${shown}`, () => {
        expect(outcomes(condition)).to.equal(holding);
      });
    }
  }

  it('looks no further than it must', () => {
    expect(outcomes({ anyOf: [true, { equals: ['$gone', 1] }] })).to.equal(true);
    expect(outcomes({ allOf: [false, { equals: ['$gone', 1] }] })).to.equal(false);
  });

  for (const [condition, path, expected] of [
    [{ lessThan: [1, '2'] }, 'when.lessThan', 'two numbers or two texts'],
    [{ atMost: ['$nan', 1] }, 'when.atMost', 'two numbers or two texts'],
    [{ greaterThan: [null, 1] }, 'when.greaterThan', 'two numbers or two texts'],
    [{ atLeast: [true, false] }, 'when.atLeast', 'two numbers or two texts'],
    [{ lessThan: ['$day', '$day'] }, 'when.lessThan', 'two numbers or two texts'],
    [{ in: [1, '$text'] }, 'when.in', 'a value and an array, or two texts'],
    [{ in: ['a', '$object'] }, 'when.in', 'a value and an array, or two texts'],
    [{ not: { allOf: [true, { lessThan: [1, 'a'] }] } }, 'when.not.allOf[1].lessThan', 'two numbers or two texts'],
  ] as readonly (readonly [Condition, string, string])[]) {
    it(`cannot be answered: ${JSON.stringify(condition)}`, () => {
      expect(() => outcomes(condition))
        .to.throw(Incomparable)
        .that.includes({ path, expected });
    });
  }

  it('cannot be answered where what is compared is not there', () => {
    for (const condition of [
      { equals: ['$gone', 1] },
      { in: [1, '$object.z'] },
      { not: { lessThan: [1, '$missing'] } },
    ]) {
      expect(() => outcomes(condition as unknown as Condition)).to.throw(DeadEnd);
    }
  });

  it('compares arrays with gaps as with undefined in their places', () => {
    const gaps = scopeOf({ gap: new Array(1), full: [1], empty: [undefined] });
    expect(holds({ equals: ['$gap', '$full'] }, gaps)).to.equal(false);
    expect(holds({ equals: ['$full', '$gap'] }, gaps)).to.equal(false);
    expect(holds({ equals: ['$gap', '$empty'] }, gaps)).to.equal(true);
  });

  it('compares data that contains itself, and data that shares its parts a quadrillionfold', () => {
    const cycle = (length: number): unknown => {
      const first: Record<string, unknown> = { end: false };
      let at = first;
      for (let index = 1; index < length; index++) at = at['next'] = { end: false };
      at['next'] = first;
      return first;
    };
    const doubled = (end: number): unknown => {
      let data: unknown = end;
      for (let level = 0; level < 50; level++) data = [data, data];
      return data;
    };
    const own = scopeOf({ a: cycle(2), b: cycle(3), x: doubled(1), y: doubled(1), z: doubled(2) });
    expect(holds({ equals: ['$a', '$b'] }, own)).to.equal(true);
    expect(holds({ equals: ['$x', '$y'] }, own)).to.equal(true);
    expect(holds({ equals: ['$x', '$z'] }, own)).to.equal(false);
  });

  it('refuses to compare data of more than 256 levels', () => {
    const deep = (): unknown => {
      let data: unknown = 1;
      for (let level = 0; level < 300; level++) data = [data];
      return data;
    };
    expect(() => holds({ equals: ['$a', '$b'] }, scopeOf({ a: deep(), b: deep() }))).to.throw(Incomparable, '256');
  });

  it('holds for the same data whatever the order of its keys, and for no other', () => {
    const data = fc.jsonValue({ maxDepth: 3 });
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, field]) => [key, turned(field)]),
      );
    };
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted);
      if (typeof value !== 'object' || value === null) return value;
      const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
      return { fields: fields.map(([key, field]) => [key, sorted(field)]) };
    };
    fc.assert(
      fc.property(data, data, (a, b) => {
        const own = scopeOf({ a: { a }, b: { a: b }, c: { a: turned(a) } });
        expect(holds({ equals: ['$a', '$c'] }, own)).to.equal(true);
        // JSON has no -0.
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(holds({ equals: ['$a', '$b'] }, own)).to.equal(same);
      }),
      { numRuns: 1_000 },
    );
  });

  for (const [title, condition, lines] of [
    ['a text', 'yes', ['when: expected a reference or a condition, got the text "yes"']],
    ['a text with a reference in it', 'is ${a}', ['when: expected a reference or a condition, got the text "is ${a}"']],
    ['two keys', { not: true, exists: '$a' }, ['when: expected a reference, or an object with one of']],
    ['no key', {}, ['when: expected a reference, or an object with one of']],
    ['another key', { equal: [1, 2] }, ['when: expected a reference, or an object with one of']],
    ['an inherited key', { constructor: [1, 2] }, ['when: expected a reference, or an object with one of']],
    ['a number', 1, ['when: expected a reference, or an object with one of']],
    ['null', null, ['when: expected a reference, or an object with one of']],
    ['an array', [true], ['when: expected a reference, or an object with one of']],
    ['one value to compare', { equals: [1] }, ['when.equals: expected two values to compare, got 1']],
    ['three values to compare', { in: [1, 2, 3] }, ['when.in: expected two values to compare, got 3']],
    ['no array to compare', { lessThan: 5 }, ['when.lessThan: expected an array, got 5']],
    ['no array of conditions', { anyOf: true }, ['when.anyOf: expected an array, got true']],
    ['no reference that exists', { exists: 5 }, ['when.exists: expected a reference, got 5']],
    ['a text that exists', { exists: 'a' }, ['when.exists: expected a reference, got "a"']],
    [
      'conditions inside of it',
      { allOf: [{ not: 'a' }, true, { anyOf: [{ equals: [] }] }] },
      [
        'when.allOf[0].not: expected a reference or a condition, got the text "a"',
        'when.allOf[2].anyOf[0].equals: expected two values to compare, got 0',
      ],
    ],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    it(`is refused with ${title}`, () => {
      const faults = faultsOf(condition);
      expect(faults).to.have.length(lines.length);
      lines.forEach((line, index) => expect(faults[index]).to.include(line));
    });
  }
});
