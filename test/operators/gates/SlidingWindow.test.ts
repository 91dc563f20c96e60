import { expect } from 'chai';
import fc from 'fast-check';
import { SlidingWindow } from '../../../operators/gates/SlidingWindow.js';

/** The same, word by word: would `cost` more at `at` be too many for any window that it falls into? */
function allowed(starts: readonly number[], limit: number, perMs: number, at: number, cost: number): boolean {
  return starts.filter((start) => start > at - perMs).length + cost <= limit;
}

describe('SlidingWindow', () => {
  it('lets as many start at once as the limit says, and the next when the first has left the window', () => {
    const window = new SlidingWindow({ limit: 2, perMs: 10 });
    window.take(0, 1);
    expect(window.waitMs(3, 1, 0)).to.equal(0);
    window.take(3, 1);
    expect([4, 9, 10].map((now) => window.waitMs(now, 1, 0))).to.deep.equal([6, 1, 0]);
  });

  it('counts what is ahead, over several windows', () => {
    const window = new SlidingWindow({ limit: 2, perMs: 10 });
    window.take(0, 1);
    window.take(3, 1);
    expect([0, 1, 2, 3, 4].map((ahead) => window.waitMs(4, 1, ahead))).to.deep.equal([6, 9, 16, 19, 26]);
  });

  it('has to wait for as much room as the cost needs', () => {
    const window = new SlidingWindow({ limit: 3, perMs: 10 });
    for (const now of [0, 2, 5]) window.take(now, 1);
    expect([1, 2, 3].map((cost) => window.waitMs(6, cost, 0))).to.deep.equal([4, 6, 9]);
  });

  it('is idle as soon as the last start has left the window', () => {
    const window = new SlidingWindow({ limit: 3, perMs: 10 });
    expect(window.isIdle(0)).to.equal(true);
    window.take(0, 1);
    window.take(4, 1);
    expect([4, 13, 14].map((now) => window.isIdle(now))).to.deep.equal([false, false, true]);
  });

  it('keeps its starts in order while its ring grows and turns', () => {
    const window = new SlidingWindow({ limit: 20, perMs: 100 });
    for (let now = 0; now < 6; now++) window.take(now, 1);
    expect(window.waitMs(102, 1, 0)).to.equal(0);
    for (let now = 102; now < 118; now++) window.take(now, 1);
    expect([4, 5, 6].map((cost) => window.waitMs(118, cost, 0))).to.deep.equal([0, 84, 85]);
  });

  it('counts fractions of a millisecond', () => {
    const window = new SlidingWindow({ limit: 1, perMs: 0.5 });
    window.take(1, 1);
    expect([window.waitMs(1.25, 1, 0), window.waitMs(1.5, 1, 0)]).to.deep.equal([0.25, 0]);
  });

  it('allows exactly what a list of all starts allows, at the first time at which it does', () => {
    const arrival = fc.record({ after: fc.nat(6), cost: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 15 }),
        fc.array(arrival),
        (limit, perMs, arrivals) => {
          const window = new SlidingWindow({ limit, perMs });
          const starts: number[] = [];
          let now = 0;
          for (const { after, cost: wanted } of arrivals) {
            const cost = Math.min(wanted, limit);
            now += after;
            let expected = 0;
            while (!allowed(starts, limit, perMs, now + expected, cost)) expected++;
            expect(window.waitMs(now, cost, 0)).to.equal(expected);
            now += expected;
            window.take(now, cost);
            for (let index = 0; index < cost; index++) starts.push(now);
          }
        },
      ),
    );
  });

  for (const [options, error, message] of [
    [{ limit: 0, perMs: 1 }, RangeError, 'limit: expected a whole number of at least 1, got 0'],
    [{ limit: 1.5, perMs: 1 }, RangeError, 'limit: expected a whole number of at least 1, got 1.5'],
    [{ limit: Infinity, perMs: 1 }, RangeError, 'limit: expected a whole number of at least 1, got Infinity'],
    [{ limit: '2', perMs: 1 }, TypeError, 'limit: expected a whole number of at least 1, got "2"'],
    [{ limit: 1, perMs: 0 }, RangeError, 'perMs: expected a finite number above 0, got 0'],
    [{ limit: 1, perMs: Infinity }, RangeError, 'perMs: expected a finite number above 0, got Infinity'],
    [{ limit: 1 }, TypeError, 'perMs: expected a finite number above 0, got undefined'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}: ${message}`, () => {
      expect(() => new SlidingWindow(options as never)).to.throw(error, message);
    });
  }

  it('counts whole costs only', () => {
    expect(() => new SlidingWindow({ limit: 1, perMs: 1 }).checkCost(0.5)).to.throw(
      RangeError,
      'cost: expected a whole number of at least 1, got 0.5',
    );
  });
});
