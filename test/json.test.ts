import { expect } from 'chai';
import * as fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/Either';
import { Json, Snapshot, snapshot } from '../src/json.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}

const cyclic: { name: string; self?: unknown } = { name: 'c' };
cyclic.self = [cyclic];

const revoked = Proxy.revocable({}, {});
revoked.revoke();

function throwing(): object {
  return Object.defineProperty({ fine: 1 }, 'bad', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  });
}

describe('a snapshot', () => {
  for (const [what, value, json] of [
    ['JSON', { a: [1, 'x', null, true] }, { a: [1, 'x', null, true] }],
    ['nothing', undefined, null],
    ['a field that is undefined', { a: undefined, b: 1 }, { b: 1 }],
    ['an item that is undefined', [undefined, 1], [null, 1]],
    [
      'a number that JSON does not know',
      [NaN, -Infinity],
      [
        { $cut: 'number', text: 'NaN' },
        { $cut: 'number', text: '-Infinity' },
      ],
    ],
    ['a bigint', 12n, { $cut: 'bigint', text: '12' }],
    ['a function', () => 1, { $cut: 'function' }],
    ['a symbol', Symbol('s'), { $cut: 'symbol' }],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a Date that is none', new Date(NaN), null],
    ['an instance of a class: its own fields', new Point(3, 4), { x: 3, y: 4 }],
    ['an Error', new TypeError('no'), { name: 'TypeError', message: 'no' }],
    ['a Map', new Map([['a', 1]]), [['a', 1]]],
    ['a Set', new Set([1, 2]), [1, 2]],
    ['bytes', new Uint8Array(5), { $cut: 'bytes', length: 5 }],
    ['what has a toJSON', { toJSON: () => ({ shown: true }), secret: 1 }, { shown: true }],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
      { $cut: 'unreadable' },
    ],
    ['a toJSON that gives itself', ownJson(), { $cut: 'cycle' }],
    ['a cycle', cyclic, { name: 'c', self: [{ $cut: 'cycle' }] }],
    ['a property that cannot be read, beside one that can', throwing(), { fine: 1, bad: { $cut: 'unreadable' } }],
    ['a proxy that is revoked', revoked.proxy, { $cut: 'unreadable' }],
    ['a field named __proto__', JSON.parse('{"__proto__":{"x":1}}'), JSON.parse('{"__proto__":{"x":1}}')],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  ] as const) {
    it(`is of ${what}: ${JSON.stringify(json)}`, () => {
      const taken = snapshot(value);
      expect(JSON.stringify(taken)).to.equal(JSON.stringify(json));
      expect(Object.getPrototypeOf(Object(taken))).to.equal(Object.getPrototypeOf(Object(json)));
    });
  }

  it('shows an object twice that stands in two places, which is no cycle', () => {
    const shared = { a: 1 };
    expect(snapshot([shared, shared])).to.deep.equal([{ a: 1 }, { a: 1 }]);
  });

  it('is cut at 20 levels, or at those that are said', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 30; level++) deep = [deep];
    expect(JSON.stringify(snapshot(deep))).to.equal(`${'['.repeat(20)}{"$cut":"depth"}${']'.repeat(20)}`);
    expect(snapshot({ a: { b: 1 } }, { maxDepth: 1 })).to.deep.equal({ a: { $cut: 'depth' } });
  });

  it('is cut at 10,000 characters of text, or at those that are said', () => {
    expect(snapshot('x'.repeat(10_001))).to.deep.equal({ $cut: 'string', length: 10_001, start: 'x'.repeat(10_000) });
    expect(snapshot('abc', { maxLength: 3 })).to.equal('abc');
    expect(snapshot('abcd', { maxLength: 3 })).to.deep.equal({ $cut: 'string', length: 4, start: 'abc' });
    expect(snapshot('a', { maxLength: 0 })).to.deep.equal({ $cut: 'string', length: 1, start: '' });
  });

  it('says how many items and fields are left out', () => {
    expect(snapshot(['aaaa', 'bbbb', 'cccc', 'dddd'], { maxLength: 9 })).to.deep.equal([
      'aaaa',
      { $cut: 'string', length: 4, start: 'bbb' },
      { $cut: 'items', left: 2 },
    ]);
    expect(snapshot({ a: 'xxxx', b: 'yyyy', c: 1 }, { maxLength: 6 })).to.deep.equal({
      a: 'xxxx',
      $cut: 'fields',
      left: 2,
    });
  });

  it('is a copy: later changes do not reach it', () => {
    const value = { list: [1] };
    const taken = snapshot(value);
    value.list.push(2);
    expect(taken).to.deep.equal({ list: [1] });
  });

  it('is what JSON says of any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(JSON.stringify(snapshot(value, { maxLength: Infinity }))).to.equal(JSON.stringify(value));
      }),
    );
  });

  it('never throws, and is JSON of bounded size, whatever the value', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
      withBoxedValues: true,
    });
    fc.assert(
      fc.property(anything, fc.nat(60), (value, maxLength) => {
        const json = JSON.stringify(snapshot(value, { maxLength }));
        expect(json.length).to.be.below(200 + 40 * maxLength);
        expect(JSON.stringify(snapshot(JSON.parse(json), { maxLength: Infinity }))).to.equal(json);
      }),
      { numRuns: 300 },
    );
  });

  it('takes no longer for a huge value than for what is kept of it', () => {
    const huge: unknown[] = new Array(1_000_000).fill({ a: 'text' });
    expect(JSON.stringify(snapshot(huge, { maxLength: 100 })).length).to.be.below(1_000);
  });
});

describe('the codecs', () => {
  it('Json takes everything but undefined, as it is', () => {
    const decoded = Json.decode({ a: 1 });
    expect(isRight(decoded) && decoded.right).to.deep.equal({ a: 1 });
    expect(isLeft(Json.decode(undefined))).to.equal(true);
    expect([Json.is(null), Json.is(undefined)]).to.deep.equal([true, false]);
    expect(Json.encode([1])).to.deep.equal([1]);
  });

  it('Snapshot keeps a value in memory as it is, and writes a snapshot', () => {
    const value = { at: new Date(0) };
    const decoded = Snapshot.decode(value);
    expect(isRight(decoded) && decoded.right).to.equal(value);
    expect(Snapshot.encode(value)).to.deep.equal({ at: '1970-01-01T00:00:00.000Z' });
  });
});

function ownJson(): object {
  const own = { toJSON: () => own };
  return own;
}
