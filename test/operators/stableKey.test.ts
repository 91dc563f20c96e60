import { expect } from 'chai';
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { stableKey } from '../../operators/stableKey.js';

/** Texts and names that look like parts of a key. */
const tricky = fc.constantFrom(
  '',
  '1',
  '1n',
  'null',
  'NaN',
  '"',
  '\\',
  ',',
  ':',
  '}',
  'Date(0)',
  '__proto__',
  '\ud800',
);

const leaf = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, 0, -0, 1, NaN, Infinity, -Infinity, 0n, 1n, -1n),
  fc.constantFrom<unknown>(0, 1, NaN).map((time) => new Date(time as number)),
  fc.oneof(tricky, fc.string({ maxLength: 2 }), fc.double(), fc.maxSafeInteger(), fc.bigInt()),
);

/** Plain data, small, so that two of them are now and then equal. */
const { data } = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('data'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom('a', 'b'), tricky), tie('data')), { maxLength: 3 }).map(fromFields),
  ),
}));

/** An object with these fields; `__proto__` is one like the others. */
function fromFields(fields: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(fields);
}

/** Whether two pieces of plain data are the same, by comparison of one with the other. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b || (Number.isNaN(a) && Number.isNaN(b));
  }
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && isSame(a.getTime(), b.getTime());
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSame(item, b[index]));
  }
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const field = (of: object, name: string): unknown => Object.getOwnPropertyDescriptor(of, name)?.value;
  return [...names].every((name) => isSame(field(a, name), field(b, name)));
}

/** The same data, its fields in another order and with undefined ones added. */
function disguised(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(disguised);
  if (of instanceof Date) return new Date(of);
  if (typeof of !== 'object' || of === null) return Object.is(of, 0) ? -0 : of;
  const fields = Object.entries(of).map(([name, value]) => [name, disguised(value)] as const);
  return fromFields([['zz', undefined], ...fields.reverse()]);
}

describe('stableKey', () => {
  it('gives the same text for two pieces of plain data if and only if they are equal', () => {
    fc.assert(
      fc.property(data, data, (a, b) => {
        expect(stableKey(a) === stableKey(b)).to.equal(isSame(a, b));
      }),
      { numRuns: 20_000 },
    );
  }).timeout(30_000);

  it('gives the same text for the same data in another order of fields', () => {
    fc.assert(
      fc.property(data, (one) => {
        expect(stableKey(disguised(one))).to.equal(stableKey(one));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives different texts for values that look alike', () => {
    const alike: readonly unknown[] = [
      [undefined, null, 'undefined', 'null', '', {}, [], [undefined], [null], [[]], [{}], { a: null }],
      [1, '1', 1n, '1n', true, 'true', [1], ['1'], { 1: 1 }, { 1: '1' }],
      [0, new Date(0), 'Date(0)', '1970-01-01T00:00:00.000Z', new Date(1), new Date(NaN), NaN, 'NaN', Infinity],
      [['a', 'b'], ['a,b'], ['ab'], [['a'], 'b'], ['a', ['b']], ['a","b'], { a: 'b' }, 'a":"b'],
      [[1, 11], [11, 1], [111], [1, 1, 1], [true, 1], [1, true], { a: 1, b: 11 }, { a: 11, b: 1 }],
      [{ a: { b: 1 } }, { a: 1, b: 1 }, { 'a":{"b': 1 }, { a: '{"b":1}' }, '{"a":{"b":1}}'],
      [{ 'a:1,b': 2 }, { a: 1, b: 2 }, { '"a":1,"b"': 2 }, { 'a,b': 2 }, { a: ',b:2' }],
      [JSON.parse('{ "__proto__": 1 }'), JSON.parse('{ "__proto__": 2 }'), JSON.parse('{ "a": 1 }')],
    ].flat();
    expect(new Set(alike.map(stableKey)).size).to.equal(alike.length);
  });

  it('takes an empty place in an array for undefined', () => {
    expect(stableKey([, 1])).to.equal(stableKey([undefined, 1]));
    expect(stableKey(new Array(2))).to.equal(stableKey([undefined, undefined]));
    expect(stableKey(new Array(1))).not.to.equal(stableKey([]));
  });

  it('takes an object without a prototype, and one of another realm, for what is in it', () => {
    expect(stableKey(Object.assign(Object.create(null), { a: 1 }))).to.equal(stableKey({ a: 1 }));
    expect(stableKey(runInNewContext('({ a: [1] })'))).to.equal(stableKey({ a: [1] }));
  });

  it('takes the same object in two places for two equal ones', () => {
    const shared = { a: 1 };
    expect(stableKey([shared, { b: shared }])).to.equal(stableKey([{ a: 1 }, { b: { a: 1 } }]));
  });

  class Point {
    readonly x = 1;
  }
  const cycle: unknown[] = [];
  cycle.push({ cycle });
  for (const [value, got] of [
    [() => 1, 'a function'],
    [Symbol('a'), 'a symbol'],
    [cycle, 'a cycle'],
    [new Map([[1, 2]]), 'an instance of a class'],
    [new Set([1]), 'an instance of a class'],
    [new Uint8Array(1), 'an instance of a class'],
    [/a/, 'an instance of a class'],
    [new URL('http://a'), 'an instance of a class'],
    [Object('boxed') as unknown, 'an instance of a class'],
    [new Point(), 'an instance of a class'],
    [Object.create({ inherited: 1 }) as unknown, 'an instance of a class'],
    [{ [Symbol('a')]: 1 }, 'a field named by a symbol'],
  ] as const) {
    it(`refuses ${got}${typeof value === 'object' ? ` (${Object.prototype.toString.call(value)})` : ''}`, () => {
      for (const at of [value, [value], { a: { b: value } }]) {
        expect(() => stableKey(at)).to.throw(TypeError, `key: expected plain data, got ${got}; give a key function`);
      }
    });
  }
});
