import { expect } from 'chai';
import fc from 'fast-check';
import { SlidingWindow } from '../../../operators/gates/SlidingWindow.js';

const used = (starts: readonly number[], perMs: number, at: number): number =>
  starts.filter((start) => start > at - perMs).length;

/** In how long `cost` could start behind `ahead`, bit by bit, where nothing starts before `from`. */
function naiveWait(
  known: readonly number[],
  limits: { readonly limit: number; readonly perMs: number },
  now: number,
  wanted: number,
  from: number,
): number {
  const starts = [...known];
  for (let at = from, left = wanted; ; at++) {
    for (; left > 0 && used(starts, limits.perMs, at) < limits.limit; left--) starts.push(at);
    if (left === 0) return at - now;
  }
}

describe('SlidingWindow, updated', () => {
  it('waits until enough starts have left when more are remembered than the new limit', () => {
    const window = new SlidingWindow({ limit: 4, perMs: 10 });
    for (const now of [0, 1, 2, 3]) window.take(now, 1);
    window.update(4, { limit: 2, perMs: 10 });
    expect(window.capacity).to.equal(2);
    expect([0, 1, 2, 3].map((ahead) => window.waitMs(4, 1, ahead))).to.deep.equal([8, 9, 18, 19]);
    expect(window.waitMs(4, 2, 0)).to.equal(9);
  });

  it('has room at once under a higher limit, for the difference', () => {
    const window = new SlidingWindow({ limit: 1, perMs: 10 });
    window.take(0, 1);
    window.update(4, { limit: 3, perMs: 10 });
    expect([1, 2, 3].map((cost) => window.waitMs(4, cost, 0))).to.deep.equal([0, 0, 6]);
  });

  it('lets starts leave a shorter window at once, and does not bring them back into a longer one', () => {
    const window = new SlidingWindow({ limit: 2, perMs: 10 });
    window.take(0, 1);
    window.take(6, 1);
    window.update(7, { limit: 2, perMs: 5 });
    expect(window.waitMs(7, 1, 0)).to.equal(0);
    window.update(7, { limit: 2, perMs: 20 });
    expect([1, 2].map((cost) => window.waitMs(7, cost, 0))).to.deep.equal([0, 19]);
  });

  it('keeps starts that are still in the window in a longer one', () => {
    const window = new SlidingWindow({ limit: 1, perMs: 10 });
    window.take(0, 1);
    window.update(9, { limit: 1, perMs: 30 });
    expect([window.waitMs(9, 1, 0), window.isIdle(29), window.isIdle(30)]).to.deep.equal([21, false, true]);
  });

  it('forgets nothing when it is asked about a later time', () => {
    const window = new SlidingWindow({ limit: 1, perMs: 5 });
    window.take(0, 1);
    expect([window.waitMs(1, 1, 0, 8), window.waitMs(1, 1, 1, 8)]).to.deep.equal([7, 12]);
    window.update(2, { limit: 1, perMs: 20 });
    expect(window.waitMs(2, 1, 0)).to.equal(18);
  });

  it('allows exactly what a list of all starts allows, whatever the limits are changed to and from when on', () => {
    const step = fc.record({
      after: fc.nat(6),
      cost: fc.integer({ min: 1, max: 4 }),
      ahead: fc.nat(5),
      heldMs: fc.nat(12),
      limits: fc.option(fc.record({ limit: fc.integer({ min: 1, max: 8 }), perMs: fc.integer({ min: 1, max: 15 }) })),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let limits = { limit: 8, perMs: 10 };
        const window = new SlidingWindow(limits);
        let starts: number[] = [];
        let now = 0;
        for (const { after, cost: wanted, ahead, heldMs, limits: changed } of steps) {
          now += after;
          if (changed) {
            // What has left the window by then does not come back.
            starts = starts.filter((start) => start > now - limits.perMs);
            limits = changed;
            window.update(now, limits);
            starts = starts.filter((start) => start > now - limits.perMs);
          }
          const cost = Math.min(wanted, limits.limit);
          for (const from of [now, now + heldMs]) {
            expect(window.waitMs(now, cost, ahead, from)).to.equal(naiveWait(starts, limits, now, ahead + cost, from));
          }
          now += window.waitMs(now, cost, 0);
          window.take(now, cost);
          for (let index = 0; index < cost; index++) starts.push(now);
          expect(used(starts, limits.perMs, now)).to.be.at.most(limits.limit);
        }
      }),
      { numRuns: 500 },
    );
  });

  for (const changes of [
    { limit: 0, perMs: 5 },
    { limit: 5, perMs: 0 },
    { limit: 5, perMs: Infinity },
    { limit: 1.5, perMs: 5 },
  ]) {
    it(`refuses limit ${String(changes.limit)}, perMs ${String(changes.perMs)}, and changes nothing`, () => {
      const window = new SlidingWindow({ limit: 2, perMs: 10 });
      window.take(0, 2);
      expect(() => {
        window.update(1, changes);
      }).to.throw(RangeError, changes.limit === 5 ? 'perMs: expected a finite' : 'limit: expected a whole');
      expect([window.capacity, window.waitMs(1, 1, 0), window.isIdle(9), window.isIdle(10)]).to.deep.equal([
        2,
        9,
        false,
        true,
      ]);
    });
  }
});
