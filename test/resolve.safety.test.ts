import { expect } from 'chai';
import fc from 'fast-check';
import { toData } from '../src/recording.js';
import { formatReference, isSafePath } from '../src/reference.js';
import { DeadEnd, resolve as resolveIn } from '../src/resolve.js';
import { scopeOf } from '../src/scope.js';
import { anyData, anyKey, anyPath, hostileText } from './support/flowArbitraries.js';

const resolve = (data: unknown, context: object): unknown => resolveIn(data, scopeOf(context));

describe('resolve, safely', () => {
  it('gives back every text that was made data', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(resolve(toData(text), {})).to.equal(text);
      }),
      { numRuns: 10_000 },
    );
  });

  it('gives back all data that was made data, in a copy', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        const copy = resolve(toData(data), {});
        expect(copy).to.deep.equal(data);
        if (typeof data === 'object' && data !== null) expect(copy).not.to.equal(data);
      }),
      { numRuns: 2_000 },
    );
  });

  it('ends with data or a dead end, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        try {
          resolve(text, { a: { key: ['x', { a: 1 }] }, key: 'text' });
        } catch (error) {
          expect(error).to.be.instanceOf(DeadEnd);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('looks at no result again, be it one that looks like a reference', () => {
    fc.assert(
      fc.property(hostileText, (smuggled) => {
        const context = { a: smuggled, deep: { list: [smuggled] }, secret: 'secret' };
        const data = { whole: '$a', inside: '<${a}>', deep: '$deep', twice: '${a}${a}' };
        expect(resolve(data, context)).to.deep.equal({
          whole: smuggled,
          inside: `<${smuggled}>`,
          deep: { list: [smuggled] },
          twice: smuggled + smuggled,
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds no reference in a text that two results make together', () => {
    const context = { a: '$', b: '{secret}', secret: 'secret' };
    expect(resolve('${a}${b}', context)).to.equal('${secret}');
  });

  it('leads nowhere over __proto__, constructor and prototype, though the data has such keys', () => {
    const context = JSON.parse(
      '{"a":{"__proto__":{"x":1},"constructor":{"x":1},"prototype":{"x":1}},"__proto__":{"x":1},"constructor":1}',
    ) as object;
    for (const path of [
      '$a.__proto__',
      '$a.__proto__.x',
      '$a["constructor"].x',
      '$a.prototype',
      '$__proto__.x',
      '$constructor',
    ])
      expect(() => resolve(path, context), path).to.throw(DeadEnd);
  });

  it('reads own properties only, for any path', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(() => resolve(formatReference(path), {})).to.throw(DeadEnd);
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds what a path of safe keys leads to', () => {
    fc.assert(
      fc.property(fc.array(anyKey, { minLength: 1, maxLength: 5 }), fc.anything(), (keys, value) => {
        const path = keys as [string, ...string[]];
        fc.pre(isSafePath(path) && value !== undefined);
        const context = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
        expect(Object.is(resolve(formatReference(path), context as object), value)).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps a __proto__ in the data a field like any other', () => {
    const data: unknown = JSON.parse('{"__proto__":{"polluted":"$a"},"constructor":{"prototype":{"polluted":"$a"}}}');
    const copy = resolve(data, { a: 'yes' });
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
    expect(JSON.stringify(copy)).to.equal(
      '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}',
    );
    expect(({} as { readonly polluted?: string }).polluted).to.equal(undefined);
  });
});
