import { expect } from 'chai';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { absent, differenceBetween, isSame } from '../../src/testing/difference.js';

describe('differenceBetween', () => {
  it('finds none between values that are the same all the way down', () => {
    const value = () => ({
      list: [1, { two: 'three' }],
      at: new Date(5),
      pattern: /a/g,
      set: new Set([{ a: 1 }, 2]),
      map: new Map([['k', [1]]]),
      nan: NaN,
      error: new TypeError('no', { cause: 'this' }),
    });
    expect(differenceBetween(value(), value())).to.equal(undefined);
  });

  it('says where the first one is, and what stands there', () => {
    const found = differenceBetween({ hits: [{ id: 'x' }, { id: 'y' }] }, { hits: [{ id: 'x' }, { id: 'z' }] });
    expect(found).to.deep.equal({ path: 'hits[1].id', expected: 'y', actual: 'z' });
  });

  it('says what one side lacks', () => {
    expect(differenceBetween({ a: 1 }, {})).to.deep.equal({ path: 'a', expected: 1, actual: absent });
    expect(differenceBetween({}, { 'b c': undefined })).to.deep.equal({
      path: '["b c"]',
      expected: absent,
      actual: undefined,
    });
    expect(differenceBetween([1], [1, 2])).to.deep.equal({ path: '[1]', expected: absent, actual: 2 });
    expect(differenceBetween(new Map([['a', 1]]), new Map())).to.deep.equal({
      path: '.get(a)',
      expected: 1,
      actual: absent,
    });
    expect(differenceBetween(new Map(), new Map([['a', 1]]))?.actual).to.equal(1);
  });

  for (const [what, a, b] of [
    ['zeros of two signs', 0, -0],
    ['a number and its text', 1, '1'],
    ['an array and an object', [], {}],
    ['null and an object', null, {}],
    ['two dates', new Date(1), new Date(2)],
    ['two patterns', /a/, /a/i],
    ['two functions', () => 1, () => 1],
    ['errors of two messages', new Error('a'), new Error('b')],
    ['errors of two names', new Error('a'), new TypeError('a')],
    ['errors of two causes', new Error('a', { cause: 1 }), new Error('a', { cause: 2 })],
    ['sets of two sizes', new Set([1]), new Set([1, 2])],
    ['sets of other members', new Set([{ a: 1 }]), new Set([{ a: 2 }])],
    ['a set whose one member is to stand for two', new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 1 }, { a: 1 }])],
    ['an error and an object', new Error('a'), { message: 'a' }],
  ] as const) {
    it(`tells ${what} apart`, () => {
      expect(isSame(a, b)).to.equal(false);
      expect(isSame(b, a)).to.equal(false);
    });
  }

  it('comes to an end with values that hold themselves', () => {
    const cyclic = (name: string) => {
      const value: Record<string, unknown> = { name };
      value['self'] = value;
      return value;
    };
    expect(isSame(cyclic('a'), cyclic('a'))).to.equal(true);
    expect(differenceBetween(cyclic('a'), cyclic('b'))?.path).to.equal('name');
  });

  it('does not mind the class of an object, only its fields', () => {
    class Point {
      constructor(readonly x: number) {}
    }
    expect(isSame(new Point(1), { x: 1 })).to.equal(true);
  });

  it('agrees with Node about JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(isSame(a, structuredClone(a))).to.equal(true);
        // Node's comparison tells -0 from 0 as well; both sides are plain data.
        expect(isSame(a, b)).to.equal(isDeepStrictEqual(a, b));
      }),
    );
  });
});
