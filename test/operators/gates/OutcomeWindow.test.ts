import { expect } from 'chai';
import fc from 'fast-check';
import { CountWindow, type Outcome, type OutcomeWindow, TimeWindow } from '../../../operators/gates/OutcomeWindow.js';

const outcome = fc.record({ failed: fc.boolean(), slow: fc.boolean() });

/** What a list of outcomes comes to. */
const tallied = (outcomes: readonly Outcome[]): object => ({
  calls: outcomes.length,
  failed: outcomes.filter(({ failed }) => failed).length,
  slow: outcomes.filter(({ slow }) => slow).length,
});

const add = (window: OutcomeWindow, ...times: readonly number[]): void => {
  for (const time of times) window.add(time, { failed: true, slow: false });
};

describe('CountWindow', () => {
  it('counts the last outcomes, and no others', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(outcome, { maxLength: 40, size: 'max' }), (size, all) => {
        const window = new CountWindow(size);
        all.forEach((one, index) => {
          window.add(0, one);
          expect(window.tally()).to.deep.equal(tallied(all.slice(0, index + 1).slice(-size)));
        });
      }),
    );
  });

  it('keeps them however old they are', () => {
    const window = new CountWindow(2);
    add(window, 0);
    add(window, 1e15);
    expect(window.tally()).to.deep.equal({ calls: 2, failed: 2, slow: 0 });
  });

  for (const [size, error] of [
    [0, RangeError],
    [1.5, RangeError],
    [Infinity, RangeError],
    ['3', TypeError],
  ] as const) {
    it(`refuses a size of ${JSON.stringify(size)}`, () => {
      expect(() => new CountWindow(size as number)).to.throw(error, 'size: expected a whole number of at least 1');
    });
  }
});

describe('TimeWindow', () => {
  it('counts all that are younger than nine tenths of it, and none that are as old as it is', () => {
    const step = fc.tuple(fc.nat(40), outcome);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(step, { maxLength: 40, size: 'max' }), (ms, steps) => {
        const window = new TimeWindow(ms);
        const all: (Outcome & { readonly at: number })[] = [];
        let now = 0;
        for (const [waitMs, one] of steps) {
          now += waitMs;
          window.add(now, one);
          all.push({ ...one, at: now });
          const within = (age: number): object => tallied(all.filter(({ at }) => now - at < age));
          const tally = window.tally(now);
          for (const kind of ['calls', 'failed', 'slow'] as const) {
            expect(tally[kind]).to.be.within(
              (within(0.9 * ms) as typeof tally)[kind],
              (within(ms) as typeof tally)[kind],
            );
          }
        }
      }),
    );
  });

  it('lets go of a tenth at a time', () => {
    const window = new TimeWindow(100);
    add(window, 0, 9, 10, 19, 20);
    const calls = [99, 100, 109, 110, 119, 120].map((now) => window.tally(now).calls);
    expect(calls).to.deep.equal([5, 3, 3, 1, 1, 0]);
  });

  it('takes outcomes in again after all have left', () => {
    const window = new TimeWindow(100);
    add(window, 0, 1_000_005);
    expect(window.tally(1_000_005)).to.deep.equal({ calls: 1, failed: 1, slow: 0 });
  });

  it('takes times before 0, as from a clock that counts from some other day', () => {
    const window = new TimeWindow(100);
    add(window, -1_000, -950, -901);
    expect([window.tally(-901).calls, window.tally(-900).calls, window.tally(-850).calls]).to.deep.equal([3, 2, 1]);
  });

  it('lets go of none when it has no end', () => {
    const window = new TimeWindow(Infinity);
    add(window, 0, 1e15);
    expect(window.tally(2e15).calls).to.equal(2);
  });

  it('refuses a length that is no time', () => {
    expect(() => new TimeWindow(0)).to.throw(RangeError, 'ms: expected milliseconds above 0, got 0');
  });
});
