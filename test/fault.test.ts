import { expect } from 'chai';
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { decode } from '../src/decode.js';
import { describeFaults, shorten } from '../src/fault.js';

/** The faults in words, one a line. */
function faultsOf(codec: t.Mixed, value: unknown): readonly string[] {
  const decoded = decode(codec, value);
  return isLeft(decoded) ? decoded.left.map((fault) => describeFaults([fault])) : [];
}

const Circle = t.type({ kind: t.literal('circle'), radius: t.number });
const Square = t.type({ kind: t.literal('square'), side: t.number });

describe('the faults of a value', () => {
  for (const [what, codec, value, faults] of [
    ['the value itself', t.string, 7, ['expected string, got 7']],
    ['a field', t.type({ a: t.string }), { a: 7 }, ['a: expected string, got 7']],
    ['a field that is missing', t.type({ a: t.string }), {}, ['a: expected string, got nothing']],
    ['what is no object at all', t.type({ a: t.string }), null, ['expected { a: string }, got null']],
    ['a field of a field', t.type({ a: t.type({ b: t.string }) }), { a: { b: 7 } }, ['a.b: expected string, got 7']],
    ['an item', t.array(t.string), ['x', 7], ['[1]: expected string, got 7']],
    [
      'a field of an item',
      t.type({ a: t.array(t.type({ b: t.string })) }),
      { a: [{ b: 7 }] },
      ['a[0].b: expected string, got 7'],
    ],
    ['a member of a tuple', t.tuple([t.string, t.number]), ['x', 'y'], ['[1]: expected number, got "y"']],
    ['a key that is no name', t.record(t.string, t.number), { 'a-b': 'x' }, ['["a-b"]: expected number, got "x"']],
    [
      'several fields',
      t.type({ a: t.string, b: t.number }),
      {},
      ['a: expected string, got nothing', 'b: expected number, got nothing'],
    ],
    [
      'an intersection, without its steps',
      t.intersection([t.type({ a: t.string }), t.partial({ b: t.number })]),
      { a: 7, b: 'x' },
      ['a: expected string, got 7', 'b: expected number, got "x"'],
    ],
    [
      'an intersection of which both parts miss the same field, once',
      t.intersection([t.type({ a: t.string }), t.type({ a: t.string, b: t.string })]),
      { b: 'x' },
      ['a: expected string, got nothing'],
    ],
    [
      'a union of which no branch fits, as a whole',
      t.union([t.string, t.number]),
      true,
      ['expected (string | number), got true'],
    ],
    [
      'a union of which one branch came further, by that branch',
      t.union([t.string, t.type({ a: t.type({ b: t.number }) })]),
      { a: { b: 'x' } },
      ['a.b: expected number, got "x"'],
    ],
    [
      'a tagged union, by the branch with the tag',
      t.union([Circle, Square]),
      { kind: 'square', side: 'x' },
      ['side: expected number, got "x"'],
    ],
    [
      'a tagged union with an unknown tag, as a whole',
      t.union([Circle, Square], 'Shape'),
      { kind: 'line' },
      ['expected Shape, got {"kind":"line"}'],
    ],
    [
      'a union in a field, without its steps',
      t.type({ shape: t.union([Circle, Square]) }),
      { shape: { kind: 'circle', radius: null } },
      ['shape.radius: expected number, got null'],
    ],
    [
      'a brand',
      t.type({ n: t.refinement(t.number, (n) => n > 0, 'Positive') }),
      { n: -1 },
      ['n: expected Positive, got -1'],
    ],
    ['a literal', t.literal('x'), 'y', ['expected "x", got "y"']],
    ['a keyof', t.keyof({ a: null, b: null }), 'c', ['expected "a" | "b", got "c"']],
  ] as const) {
    it(`are for ${what}: ${faults.join('; ')}`, () => {
      expect(faultsOf(codec, value)).to.deep.equal(faults);
    });
  }

  it('are at most 20', () => {
    expect(faultsOf(t.array(t.string), new Array(5_000).fill(7))).to.have.length(20);
  });

  it('are one for a union without tags of 30 members', () => {
    const members: t.Mixed[] = Array.from({ length: 30 }, (_, index) => t.type({ [`key${String(index)}`]: t.string }));
    const [first, second, ...others] = members as [t.Mixed, t.Mixed, ...t.Mixed[]];
    expect(faultsOf(t.union([first, second, ...others]), { other: 1 })).to.have.length(1);
  });

  it('say what a codec says of itself, where it does', () => {
    const Even = new t.Type<number>(
      'Even',
      (input): input is number => typeof input === 'number',
      (input, context) =>
        Number(input) % 2 === 0 ? t.success(input as number) : t.failure(input, context, 'an even number'),
      t.identity,
    );
    expect(faultsOf(Even, 3)).to.deep.equal(['expected an even number, got 3']);
  });

  it('show long values shortened', () => {
    const [fault = ''] = faultsOf(t.number, { text: 'x'.repeat(100_000) });
    expect(fault).to.have.length.below(100);
    expect(fault).to.match(/…$/);
  });
});

describe('a value that is shortened', () => {
  for (const [value, text] of [
    [undefined, 'nothing'],
    ['short', '"short"'],
    [{ a: [1, null] }, '{"a":[1,null]}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ] as const) {
    it(`is ${text}`, () => {
      expect(shorten(value)).to.equal(text);
    });
  }

  it('is at most 61 characters', () => {
    for (const value of ['x'.repeat(61), 'x'.repeat(100_000), new Array(1_000).fill(1), { ['k'.repeat(500)]: 1 }]) {
      expect(shorten(value)).to.have.length.at.most(61);
    }
  });

  it('has nothing thrown at it by values that cannot be read', () => {
    const unreadable = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('unreadable');
      },
    });
    expect(shorten(unreadable)).to.equal('{"x":{"$cut":"unreadable"}}');
  });
});
