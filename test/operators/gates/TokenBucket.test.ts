import { expect } from 'chai';
import fc from 'fast-check';
import { TokenBucket } from '../../../operators/gates/TokenBucket.js';

describe('TokenBucket', () => {
  it('lets a burst through at once, then fills evenly', () => {
    const bucket = new TokenBucket({ limit: 2, perMs: 10, burst: 3 });
    bucket.take(0, 3);
    expect([0, 4, 5, 10].map((now) => bucket.waitMs(now, 1, 0))).to.deep.equal([5, 1, 0, 0]);
  });

  it('takes limit for the burst that is left out', () => {
    expect(new TokenBucket({ limit: 4, perMs: 10 }).capacity).to.equal(4);
  });

  it('never holds more than the burst', () => {
    const bucket = new TokenBucket({ limit: 2, perMs: 10, burst: 3 });
    bucket.take(0, 1);
    bucket.take(1_000, 3);
    expect(bucket.waitMs(1_000, 1, 0)).to.equal(5);
  });

  it('counts what is ahead, and rounds waits up to whole milliseconds', () => {
    const bucket = new TokenBucket({ limit: 3, perMs: 10, burst: 1 });
    bucket.take(0, 1);
    expect([0, 1, 2, 3].map((ahead) => bucket.waitMs(0, 1, ahead))).to.deep.equal([4, 7, 10, 14]);
  });

  it('takes costs that are no whole numbers', () => {
    const bucket = new TokenBucket({ limit: 1, perMs: 10 });
    bucket.take(0, 0.5);
    expect([bucket.waitMs(0, 0.5, 0), bucket.waitMs(0, 1, 0)]).to.deep.equal([0, 5]);
  });

  it('is idle when it is full again', () => {
    const bucket = new TokenBucket({ limit: 1, perMs: 10, burst: 2 });
    expect(bucket.isIdle(0)).to.equal(true);
    bucket.take(0, 2);
    expect([0, 19, 20].map((now) => bucket.isIdle(now))).to.deep.equal([false, false, true]);
  });

  it('loses nothing to rounding in a million steps', () => {
    const bucket = new TokenBucket({ limit: 3, perMs: 7 });
    bucket.take(0, 3);
    let taken = 0;
    for (let now = 1; now <= 1_000_000; now++) {
      while (bucket.waitMs(now, 1, 0) === 0) {
        bucket.take(now, 1);
        taken++;
      }
    }
    expect(taken).to.equal(Math.floor((1_000_000 * 3) / 7));
  });

  it('allows exactly what a bucket allows that is filled every millisecond', () => {
    const whole = fc.integer({ min: 1, max: 12 });
    const arrival = fc.record({ after: fc.nat(6), cost: whole });
    fc.assert(
      fc.property(whole, whole, whole, fc.array(arrival), (limit, perMs, burst, arrivals) => {
        const bucket = new TokenBucket({ limit, perMs, burst });
        // In tokens × perMs, so that a millisecond adds `limit`.
        let level = burst * perMs;
        const pass = (): void => {
          level = Math.min(burst * perMs, level + limit);
        };
        let now = 0;
        for (const { after, cost: wanted } of arrivals) {
          const cost = Math.min(wanted, burst);
          for (let ms = 0; ms < after; ms++, now++) pass();
          const waitMs = bucket.waitMs(now, cost, 0);
          let expected = 0;
          for (; level < cost * perMs; expected++, now++) pass();
          expect(waitMs).to.equal(expected);
          bucket.take(now, cost);
          level -= cost * perMs;
        }
      }),
    );
  });

  for (const [options, error, message] of [
    [{ limit: 0, perMs: 1 }, RangeError, 'limit: expected a finite number above 0, got 0'],
    [{ limit: Number.NaN, perMs: 1 }, RangeError, 'limit: expected a finite number above 0, got NaN'],
    [{ limit: 1, perMs: -1 }, RangeError, 'perMs: expected a finite number above 0, got -1'],
    [{ limit: 1, perMs: 1, burst: 0 }, RangeError, 'burst: expected a finite number above 0, got 0'],
    [{ limit: 1, perMs: 1, burst: '3' }, TypeError, 'burst: expected a finite number above 0, got "3"'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}: ${message}`, () => {
      expect(() => new TokenBucket(options as never)).to.throw(error, message);
    });
  }

  it('counts costs above 0 only', () => {
    expect(() => new TokenBucket({ limit: 1, perMs: 1 }).checkCost(0)).to.throw(
      RangeError,
      'cost: expected a finite number above 0, got 0',
    );
  });
});
