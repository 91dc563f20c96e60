import { expect } from 'chai';
import fc from 'fast-check';
import { type Backoff, constant, decorrelatedJitter, exponential, linear } from '../../operators/index.js';

/** The first waits in turn, each random number the same. */
function waits(backoff: Backoff, count: number, random = 0.5): number[] {
  const result: number[] = [];
  for (let retry = 1; retry <= count; retry++) {
    result.push(backoff({ retry, previousMs: result.at(-1) ?? 0, random: () => random }));
  }
  return result;
}

/** Random numbers that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many of 10,000 waits fall into each quarter from `least` to `most`; the first number counts those outside. */
function quarters(backoff: Backoff, retry: number, previousMs: number, [least, most]: [number, number]): number[] {
  const random = seeded(retry);
  const counts = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 10_000; draw++) {
    const part = (backoff({ retry, previousMs, random }) - least) / (most - least);
    const quarter = part >= 0 && part < 1 ? 1 + Math.floor(part * 4) : 0;
    counts[quarter] = (counts[quarter] ?? 0) + 1;
  }
  return counts;
}

const belowOne = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const ms = fc.oneof(fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }), fc.integer({ min: 1 }));
const maxMs = fc.oneof(ms, fc.constant(Infinity));
const retryNumber = fc.oneof(
  fc.integer({ min: 1, max: 2_000 }),
  fc.maxSafeNat().map((nat) => nat + 1),
);

describe('backoff', () => {
  describe('constant', () => {
    it('waits the same each time', () => {
      expect(waits(constant(250), 4)).to.deep.equal([250, 250, 250, 250]);
    });

    it('waits not at all when it is 0', () => {
      expect(waits(constant(0), 2)).to.deep.equal([0, 0]);
    });
  });

  describe('linear', () => {
    it('waits baseMs longer each time, up to maxMs', () => {
      expect(waits(linear({ baseMs: 100, maxMs: 350 }), 5)).to.deep.equal([100, 200, 300, 350, 350]);
    });

    it('waits 30 s at most by default', () => {
      expect(waits(linear({ baseMs: 20_000 }), 3)).to.deep.equal([20_000, 30_000, 30_000]);
    });
  });

  describe('exponential', () => {
    it('waits twice as long each time, up to maxMs, when there is no jitter', () => {
      const backoff = exponential({ baseMs: 100, maxMs: 1_000, jitter: 'none' });
      expect(waits(backoff, 6)).to.deep.equal([100, 200, 400, 800, 1_000, 1_000]);
    });

    it('waits factor times as long each time', () => {
      expect(waits(exponential({ baseMs: 2, factor: 10, jitter: 'none' }), 4)).to.deep.equal([2, 20, 200, 2_000]);
      expect(waits(exponential({ baseMs: 5, factor: 1, jitter: 'none' }), 3)).to.deep.equal([5, 5, 5]);
    });

    it('waits 30 s at most by default', () => {
      expect(waits(exponential({ baseMs: 20_000, jitter: 'none' }), 2)).to.deep.equal([20_000, 30_000]);
    });

    it('takes a random part of the wait by default', () => {
      expect(waits(exponential({ baseMs: 100 }), 3, 0.25)).to.deep.equal([25, 50, 100]);
      expect(waits(exponential({ baseMs: 100, jitter: 'full' }), 3, 0)).to.deep.equal([0, 0, 0]);
    });

    it('takes at least half of the wait with equal jitter', () => {
      expect(waits(exponential({ baseMs: 100, jitter: 'equal' }), 3, 0)).to.deep.equal([50, 100, 200]);
      expect(waits(exponential({ baseMs: 100, jitter: 'equal' }), 3, 0.5)).to.deep.equal([75, 150, 300]);
    });

    it('takes the random part of maxMs once the wait has grown to it', () => {
      expect(waits(exponential({ baseMs: 100, maxMs: 150 }), 3, 0.5)).to.deep.equal([50, 75, 75]);
    });

    it('spreads evenly over the whole wait with full jitter, over its upper half with equal jitter', () => {
      for (const [jitter, range] of [
        ['full', [0, 800]],
        ['equal', [400, 800]],
      ] as const) {
        const [outside, ...inside] = quarters(exponential({ baseMs: 100, jitter }), 4, 0, [...range]);
        expect(outside, jitter).to.equal(0);
        for (const count of inside) expect(count, jitter).to.be.within(2_350, 2_650);
      }
    });

    it('asks for no random number without jitter, and for one with it', () => {
      let asked = 0;
      const retry = { retry: 1, previousMs: 0, random: () => asked++ / 10 };
      exponential({ baseMs: 100, jitter: 'none' })(retry);
      expect(asked).to.equal(0);
      exponential({ baseMs: 100 })(retry);
      expect(asked).to.equal(1);
    });
  });

  describe('decorrelatedJitter', () => {
    it('waits between baseMs and three times the wait before', () => {
      expect(waits(decorrelatedJitter({ baseMs: 100 }), 3, 0)).to.deep.equal([100, 100, 100]);
      expect(waits(decorrelatedJitter({ baseMs: 100 }), 3, 0.5)).to.deep.equal([200, 350, 575]);
    });

    it('spreads those who fail together already over the first wait', () => {
      const [outside, ...inside] = quarters(decorrelatedJitter({ baseMs: 100 }), 1, 0, [100, 300]);
      expect(outside).to.equal(0);
      for (const count of inside) expect(count).to.be.within(2_350, 2_650);
    });

    it('spreads evenly over the waits that it may take later on', () => {
      const [outside, ...inside] = quarters(decorrelatedJitter({ baseMs: 100 }), 7, 500, [100, 1_500]);
      expect(outside).to.equal(0);
      for (const count of inside) expect(count).to.be.within(2_350, 2_650);
    });

    it('waits maxMs at most, 30 s by default', () => {
      expect(waits(decorrelatedJitter({ baseMs: 100, maxMs: 120 }), 2)).to.deep.equal([120, 120]);
      expect(waits(decorrelatedJitter({ baseMs: 20_000 }), 2, 0.75)).to.deep.equal([30_000, 30_000]);
    });

    it('counts from baseMs again after a wait shorter than that', () => {
      expect(decorrelatedJitter({ baseMs: 100 })({ retry: 2, previousMs: 0, random: () => 0.5 })).to.equal(200);
    });
  });

  describe('for any retry, however late', () => {
    const growing = fc.record({ baseMs: ms, maxMs });

    it('is a finite wait from 0 to maxMs that depends on nothing but what it is given', () => {
      const factor = fc.double({ min: 1, noNaN: true });
      const jitter = fc.constantFrom('full', 'equal', 'none');
      const backoff = fc.oneof(
        growing.map((options) => [linear(options), options] as const),
        growing.map((options) => [decorrelatedJitter(options), options] as const),
        fc
          .record({ bounds: growing, factor, jitter })
          .map(({ bounds, ...options }) => [exponential({ ...bounds, ...options }), bounds] as const),
      );
      fc.assert(
        fc.property(backoff, retryNumber, maxMs, belowOne, ([next, options], retry, previousMs, random) => {
          const wait = next({ retry, previousMs, random: () => random });
          expect(wait).to.be.within(0, Math.min(options.maxMs, Number.MAX_VALUE));
          expect(next({ retry, previousMs, random: () => random })).to.equal(wait);
        }),
        { numRuns: 2_000 },
      );
    });

    it('never shrinks from one retry to the next without jitter', () => {
      fc.assert(
        fc.property(growing, fc.integer({ min: 1, max: 2_000 }), ({ baseMs, maxMs: most }, retry) => {
          for (const next of [linear({ baseMs, maxMs: most }), exponential({ baseMs, maxMs: most, jitter: 'none' })]) {
            const [first, second] = [retry, retry + 1].map((number) =>
              next({ retry: number, previousMs: 0, random: () => 0 }),
            );
            expect(second).to.be.at.least(first ?? Infinity);
          }
        }),
      );
    });

    it('waits baseMs, or maxMs if that is less, before the first one without jitter', () => {
      fc.assert(
        fc.property(growing, ({ baseMs, maxMs: most }) => {
          const first = Math.min(baseMs, most);
          expect(waits(linear({ baseMs, maxMs: most }), 1)).to.deep.equal([first]);
          expect(waits(exponential({ baseMs, maxMs: most, jitter: 'none' }), 1)).to.deep.equal([first]);
        }),
      );
    });
  });

  for (const [create, error, message] of [
    [() => constant(-1), RangeError, 'ms: expected milliseconds, 0 or more, got -1'],
    [() => constant(Number.NaN), RangeError, 'ms: expected milliseconds, 0 or more, got NaN'],
    [() => constant('1' as never), TypeError, 'ms: expected milliseconds, 0 or more, got "1"'],
    [() => linear({ baseMs: 0 }), RangeError, 'baseMs: expected a finite number above 0, got 0'],
    [() => linear({ baseMs: Infinity }), RangeError, 'baseMs: expected a finite number above 0, got Infinity'],
    [() => linear({ baseMs: 1, maxMs: 0 }), RangeError, 'maxMs: expected milliseconds above 0, got 0'],
    [() => exponential(5 as never), TypeError, 'exponential: expected an object, got 5'],
    [() => exponential({} as never), TypeError, 'baseMs: expected a finite number above 0, got undefined'],
    [() => exponential({ baseMs: -5 }), RangeError, 'baseMs: expected a finite number above 0, got -5'],
    [() => exponential({ baseMs: 1, maxMs: -1 }), RangeError, 'maxMs: expected milliseconds above 0, got -1'],
    [
      () => exponential({ baseMs: 1, jitter: 'some' as never }),
      TypeError,
      `jitter: expected 'full' or 'equal' or 'none', got "some"`,
    ],
    [() => exponential({ baseMs: 1, factor: 0.5 }), RangeError, 'factor: expected a number of at least 1, got 0.5'],
    [
      () => exponential({ baseMs: 1, factor: Number.NaN }),
      RangeError,
      'factor: expected a number of at least 1, got NaN',
    ],
    [() => decorrelatedJitter({ baseMs: 0 }), RangeError, 'baseMs: expected a finite number above 0, got 0'],
    [() => decorrelatedJitter({ baseMs: 1, maxMs: 0 }), RangeError, 'maxMs: expected milliseconds above 0, got 0'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(create).to.throw(error, message);
    });
  }
});
