import { expect } from 'chai';
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { deepFreeze } from '../../operators/freeze.js';

/** The objects and arrays in plain data that are not frozen. */
function loose(data: unknown): unknown[] {
  if (typeof data !== 'object' || data === null) return [];
  return [...(Object.isFrozen(data) ? [] : [data]), ...Object.values(data).flatMap(loose)];
}

describe('deepFreeze', () => {
  it('freezes plain data all the way down, and returns it as it was', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: true, withSparseArray: true, maxDepth: 5 }), (data) => {
        const copy = structuredClone(data);
        expect(deepFreeze(data)).to.equal(data);
        expect(loose(data)).to.deep.equal([]);
        expect(structuredClone(data)).to.deep.equal(copy);
      }),
    );
  });

  for (const value of [undefined, null, 0, 'text', true, 10n, Symbol.iterator]) {
    it(`returns ${String(value)}`, () => {
      expect(deepFreeze(value)).to.equal(value);
    });
  }

  it('looks past what is undefined, in arrays and in fields', () => {
    const data = [undefined, { a: undefined, b: { c: 1 } }, undefined];
    deepFreeze(data);
    expect(loose(data)).to.deep.equal([]);
  });

  it('freezes what is in an object that is frozen already', () => {
    const data = Object.freeze({ list: Object.freeze([{ a: 1 }]) });
    deepFreeze(data);
    expect(loose(data)).to.deep.equal([]);
  });

  it('freezes what is in fields that are named by a symbol, or hidden', () => {
    const name = Symbol('name');
    const data = { [name]: { a: 1 } };
    Object.defineProperty(data, 'hidden', { value: { b: 1 }, enumerable: false });
    deepFreeze(data);
    expect([data[name], (data as unknown as { hidden: object }).hidden].every(Object.isFrozen)).to.equal(true);
  });

  it('comes to an end for a cycle, also for one that is frozen already', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = [cycle];
    deepFreeze(cycle);
    expect(Object.isFrozen(cycle['self'])).to.equal(true);
    expect(deepFreeze(cycle)).to.equal(cycle);
  });

  it('calls no accessor', () => {
    let called = 0;
    const data = Object.defineProperty({}, 'lazy', {
      get: () => called++,
      enumerable: true,
    });
    deepFreeze(data);
    expect([called, Object.isFrozen(data)]).to.deep.equal([0, true]);
  });

  it('leaves instances of classes alone, and what is in them', () => {
    class Model {
      readonly inner = { a: 1 };
    }
    const data = {
      model: new Model(),
      date: new Date(0),
      map: new Map(),
      bytes: new Uint8Array(2),
      error: new Error('x'),
    };
    deepFreeze(data);
    expect(Object.isFrozen(data)).to.equal(true);
    expect(Object.values(data).filter(Object.isFrozen)).to.deep.equal([]);
    expect(Object.isFrozen(data.model.inner)).to.equal(false);
  });

  it('leaves functions alone', () => {
    const data = { run: () => 1 };
    deepFreeze(data);
    expect(Object.isFrozen(data.run)).to.equal(false);
  });

  it('freezes plain data of another realm', () => {
    const data: unknown = runInNewContext('({ list: [{ a: 1 }] })');
    deepFreeze(data);
    expect(loose(data)).to.deep.equal([]);
  });

  it('freezes data that is nested 100,000 deep', () => {
    let data: unknown[] = [];
    const inmost = data;
    for (let depth = 0; depth < 100_000; depth++) data = [data];
    deepFreeze(data);
    expect(Object.isFrozen(inmost)).to.equal(true);
  });
});
