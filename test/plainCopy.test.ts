import { expect } from 'chai';
import fc from 'fast-check';
import { PlainCopier, Uncopyable } from '../src/plainCopy.js';
import { anyData } from './support/flowArbitraries.js';

const copierOf = (bounds: Partial<{ maxDepth: number; maxValues: number }> = {}): PlainCopier =>
  new PlainCopier({ maxDepth: 64, maxValues: 1_000, ...bounds });

/** Twice the same, twice the same, … */
function doubled(levels: number): unknown {
  let data: unknown = 'end';
  for (let level = 0; level < levels; level++) data = [data, data];
  return data;
}

describe('PlainCopier', () => {
  it('gives the same data, frozen all through', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        const copy = copierOf({ maxValues: 100_000 }).copy(data);
        expect(copy).to.deep.equal(data);
        expectFrozen(copy);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves what is no plain data as it is', () => {
    const given = { date: new Date(0), map: new Map(), run: () => 1 };
    expect(copierOf().copy(given)).to.deep.equal(given);
  });

  it('reads each field once, and stays as it was', () => {
    let reads = 0;
    const changing = {
      get a() {
        return ++reads;
      },
    };
    const copy = copierOf().copy({ x: changing, y: [changing] });
    expect(copy).to.deep.equal({ x: { a: 1 }, y: [{ a: 1 }] });
    expect(reads).to.equal(1);
  });

  it('counts each value, up to the bound and no further', () => {
    expect(copierOf({ maxValues: 5 }).copy({ a: [1, 2], b: 3 })).to.deep.equal({ a: [1, 2], b: 3 });
    expect(() => copierOf({ maxValues: 4 }).copy({ a: [1, 2], b: 3 })).to.throw(Uncopyable, 'at most 4 values');
  });

  it('counts over all that it copies', () => {
    const copier = copierOf({ maxValues: 5 });
    copier.copy([1, 2]);
    expect(copier.exhausted).to.equal(false);
    expect(() => copier.copy([1, 2])).to.throw(Uncopyable);
    expect(copier.exhausted).to.equal(true);
  });

  it('counts what stands in two places twice', () => {
    expect(copierOf({ maxValues: 7 }).copy(doubled(2))).to.deep.equal([
      ['end', 'end'],
      ['end', 'end'],
    ]);
    expect(() => copierOf({ maxValues: 6 }).copy(doubled(2))).to.throw(Uncopyable);
  });

  it('refuses at once what shares its parts a quadrillionfold', () => {
    expect(() => copierOf({ maxValues: 10_000_000 }).copy(doubled(60))).to.throw(Uncopyable, 'at most 10000000 values');
  });

  it('counts the levels of what it has copied before', () => {
    const shared = [[['x']]];
    const copier = copierOf({ maxDepth: 4 });
    expect(copier.copy([shared])).to.deep.equal([shared]);
    expect(copier.copy({ a: shared })).to.deep.equal({ a: shared });
    expect(() => copier.copy([[shared]])).to.throw(Uncopyable, 'at most 4 levels');
  });

  it('refuses an array of four thousand million places', () => {
    expect(() => copierOf({ maxValues: 10_000_000 }).copy(new Array(4e9))).to.throw(Uncopyable);
  });

  it('refuses data that contains itself, each time that it is asked', () => {
    const data: unknown[] = [1];
    data.push({ data });
    const copier = copierOf();
    for (let time = 0; time < 2; time++) expect(() => copier.copy(data)).to.throw(Uncopyable, 'contains itself');
    expect(copier.copy([1])).to.deep.equal([1]);
  });

  it('forgets what it has copied when it is told to', () => {
    const data = { a: 1 };
    const copier = copierOf();
    copier.copy(data);
    data.a = 2;
    copier.forget();
    expect(copier.copy(data)).to.deep.equal({ a: 2 });
  });
});

function expectFrozen(data: unknown): void {
  if (typeof data !== 'object' || data === null) return;
  expect(Object.isFrozen(data)).to.equal(true);
  for (const value of Object.values(data)) expectFrozen(value);
}
