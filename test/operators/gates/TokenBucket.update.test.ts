import { expect } from 'chai';
import fc from 'fast-check';
import { TokenBucket } from '../../../operators/gates/TokenBucket.js';

describe('TokenBucket, updated', () => {
  it('keeps its tokens, and fills by the new limit from then on', () => {
    const bucket = new TokenBucket({ limit: 1, perMs: 10, burst: 4 });
    bucket.take(0, 4);
    bucket.update(5, { limit: 5, perMs: 10, burst: 4 });
    expect([1, 2, 4].map((cost) => bucket.waitMs(5, cost, 0))).to.deep.equal([1, 3, 7]);
  });

  it('keeps as many tokens when perMs changes', () => {
    const bucket = new TokenBucket({ limit: 1, perMs: 10, burst: 4 });
    bucket.take(0, 2);
    bucket.update(0, { limit: 1, perMs: 100, burst: 4 });
    expect([2, 3].map((cost) => bucket.waitMs(0, cost, 0))).to.deep.equal([0, 100]);
  });

  it('drops the tokens that a smaller bucket has no room for', () => {
    const bucket = new TokenBucket({ limit: 1, perMs: 10, burst: 4 });
    bucket.update(0, { limit: 1, perMs: 10, burst: 2 });
    expect([bucket.capacity, bucket.isIdle(0)]).to.deep.equal([2, true]);
    bucket.take(0, 2);
    expect(bucket.waitMs(0, 1, 0)).to.equal(10);
  });

  it('does not fill up a larger bucket at once', () => {
    const bucket = new TokenBucket({ limit: 1, perMs: 10, burst: 2 });
    bucket.update(0, { limit: 1, perMs: 10, burst: 4 });
    expect([bucket.waitMs(0, 2, 0), bucket.waitMs(0, 3, 0), bucket.isIdle(19), bucket.isIdle(20)]).to.deep.equal([
      0,
      10,
      false,
      true,
    ]);
  });

  it('holds as many as the new limit where no burst is given', () => {
    const bucket = new TokenBucket({ limit: 2, perMs: 10 });
    bucket.update(0, { limit: 5, perMs: 10 });
    expect(bucket.capacity).to.equal(5);
  });

  it('counts from when on something may start, and is none the emptier or fuller for being asked', () => {
    const bucket = new TokenBucket({ limit: 1, perMs: 10, burst: 2 });
    bucket.take(0, 2);
    expect([1, 2, 3].map((cost) => bucket.waitMs(1, cost, 0, 51))).to.deep.equal([50, 50, 60]);
    expect(bucket.waitMs(1, 1, 0)).to.equal(9);
  });

  it('fills by limit a perMs until then', () => {
    const bucket = new TokenBucket({ limit: 2, perMs: 10, burst: 6 });
    bucket.take(0, 6);
    expect([2, 3, 4].map((cost) => bucket.waitMs(0, cost, 0, 10))).to.deep.equal([10, 15, 20]);
  });

  for (const [changes, message] of [
    [{ limit: 0, perMs: 1 }, 'limit: expected a finite number above 0, got 0'],
    [{ limit: 1, perMs: 0 }, 'perMs: expected a finite number above 0, got 0'],
    [{ limit: 1, perMs: 1, burst: 0 }, 'burst: expected a finite number above 0, got 0'],
  ] as const) {
    it(`refuses to be updated, and says ${message}`, () => {
      expect(() => {
        new TokenBucket({ limit: 1, perMs: 1 }).update(0, changes);
      }).to.throw(RangeError, message);
    });
  }

  it('never lets more start after a change than a burst and what has come in since', () => {
    const limits = fc.record({
      limit: fc.integer({ min: 1, max: 5 }),
      perMs: fc.integer({ min: 1, max: 10 }),
      burst: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(limits, limits, fc.nat(12), fc.array(fc.nat(5)), (before, after, used, waits) => {
        const bucket = new TokenBucket(before);
        bucket.take(0, Math.min(used, before.burst));
        bucket.update(3, after);
        let now = 3;
        let started = 0;
        for (const wait of waits) {
          now += wait;
          while (bucket.waitMs(now, 1, 0) === 0) {
            bucket.take(now, 1);
            started++;
          }
          expect(started).to.be.at.most(after.burst + ((now - 3) * after.limit) / after.perMs + 1e-9);
        }
      }),
    );
  });

  for (const changes of [
    { limit: 0, perMs: 5, burst: 1 },
    { limit: 5, perMs: NaN, burst: 1 },
    { limit: 5, perMs: 5, burst: 0 },
  ]) {
    it(`refuses ${String(Object.values(changes))}, and changes nothing`, () => {
      const bucket = new TokenBucket({ limit: 1, perMs: 10, burst: 2 });
      bucket.take(0, 2);
      expect(() => {
        bucket.update(1, changes);
      }).to.throw(RangeError);
      expect([bucket.capacity, bucket.waitMs(1, 1, 0), bucket.waitMs(1, 2, 0)]).to.deep.equal([2, 9, 19]);
    });
  }
});
