import { expect } from 'chai';
import fc from 'fast-check';
import { RateLimiter, type RateLimitOptions } from '../../../operators/gates/RateLimiter.js';
import type { Waiting } from '../../../operators/gates/Waiting.js';
import { NaiveRateLimiter } from '../../support/naiveRateLimiter.js';
import { type RateOutcome, RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

interface Arrival {
  readonly at: number;
  /** Before the timers that are due at that time, or after them. */
  readonly early: boolean;
  readonly key: string;
  readonly cost: number;
  /** Whether it first tries to be spared the queue. */
  readonly tries: boolean;
  /** When it leaves, if it has not been served by then. */
  readonly leaves: { readonly afterMs: number; readonly early: boolean } | null;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  at: fc.nat(25),
  early: fc.boolean(),
  key: fc.constantFrom('x', 'x', 'x', 'y', 'z'),
  cost: fc.integer({ min: 1, max: 4 }),
  tries: fc.boolean(),
  leaves: fc.option(fc.record({ afterMs: fc.nat(30), early: fc.boolean() })),
});

const limits = {
  limit: fc.integer({ min: 1, max: 4 }),
  perMs: fc.integer({ min: 1, max: 12 }),
  overflow: fc.constantFrom('wait' as const, 'wait' as const, 'reject' as const),
  maxQueue: fc.constantFrom(0, 1, 1, 2, 3, 100),
  maxWaitMs: fc.constantFrom(0, 5, 12, 30, Infinity),
  maxKeys: fc.constantFrom(1, 2, 3, 3),
};

const slidingWindows: fc.Arbitrary<RateLimitOptions> = fc.record(limits);
const tokenBuckets: fc.Arbitrary<RateLimitOptions> = fc.record({
  ...limits,
  algorithm: fc.constant('tokenBucket' as const),
  burst: fc.integer({ min: 1, max: 5 }),
});

const horizon = 700;

/** Plays the arrivals to a limiter, millisecond by millisecond. */
function play(
  arrivals: readonly Arrival[],
  ask: (now: number, index: number, arrival: Arrival) => void,
  leave: (now: number, index: number) => void,
  tick: (now: number) => void,
): void {
  const steps = new Map<number, (() => void)[]>();
  const plan = (now: number, early: boolean, step: () => void): void => {
    const moment = early ? now : now + 0.5;
    steps.set(moment, [...(steps.get(moment) ?? []), step]);
  };
  arrivals.forEach((one, index) => {
    plan(one.at, one.early, () => ask(one.at, index, one));
  });
  arrivals.forEach(({ at, leaves }, index) => {
    if (leaves) plan(at + leaves.afterMs, leaves.early, () => leave(at + leaves.afterMs, index));
  });
  for (let now = 0; now <= horizon; now++) {
    for (const step of steps.get(now) ?? []) step();
    tick(now);
    for (const step of steps.get(now + 0.5) ?? []) step();
  }
}

function capped(arrivals: readonly Arrival[], { algorithm, limit, burst = limit }: RateLimitOptions): Arrival[] {
  // Half tokens in a bucket, whole starts in a window.
  return algorithm === 'tokenBucket'
    ? arrivals.map((one) => ({ ...one, cost: Math.min(one.cost / 2, burst) }))
    : arrivals.map((one) => ({ ...one, cost: Math.min(one.cost, limit) }));
}

type Outcomes = Record<string, readonly RateOutcome[]>;

function actual(options: RateLimitOptions, arrivals: readonly Arrival[]): Outcomes {
  const clock = new VirtualClock();
  const limiter = new RateLimiter(options);
  const waiting: (Waiting | undefined)[] = [];
  const lanes = Object.fromEntries([...'xyz'].map((key) => [key, new RateRequests(limiter, clock)]));
  const goTo = (now: number): void => {
    clock.block(now - clock.elapsedMs);
  };
  play(
    arrivals,
    (now, index, { key, cost, tries }) => {
      goTo(now);
      if (tries && limiter.tryAcquire(clock, key, cost)) lanes[key]?.outcomes.push([String(index), now]);
      else waiting[index] = lanes[key]?.ask(String(index), { key, cost });
    },
    (now, index) => {
      goTo(now);
      waiting[index]?.cancel();
    },
    (now) => {
      goTo(now);
      clock.advance(0);
    },
  );
  expect([limiter.queued, limiter.timers, clock.pending], 'queued, timers, pending').to.deep.equal([0, 0, 0]);
  // In how many ms a key will be free, the list does not know.
  const comparable = (outcome: RateOutcome): RateOutcome => {
    const [name, at, refusal] = outcome;
    return refusal === 'maxKeys' ? [name, at, refusal] : outcome;
  };
  return Object.fromEntries([...'xyz'].map((key) => [key, (lanes[key]?.outcomes ?? []).map(comparable)]));
}

function expected(options: RateLimitOptions, arrivals: readonly Arrival[]): Outcomes {
  const model = new NaiveRateLimiter(options);
  play(
    arrivals,
    (now, index, { key, cost }) => {
      model.ask(now, String(index), key, cost);
    },
    (now, index) => {
      model.cancel(now, String(index));
    },
    (now) => {
      model.tick(now);
    },
  );
  return Object.fromEntries([...'xyz'].map((key) => [key, model.lanes.get(key)?.outcomes ?? []]));
}

const startsOf = (outcomes: readonly RateOutcome[]): RateOutcome[] =>
  outcomes.filter(([, , refusal]) => refusal === undefined);

describe('RateLimiter, against a limiter that looks through a list of everything', () => {
  for (const [algorithm, options] of [
    ['sliding window', slidingWindows],
    ['token bucket', tokenBuckets],
  ] as const) {
    it(`starts and refuses the same ones at the same times for the same reasons (${algorithm})`, () => {
      fc.assert(
        fc.property(options, fc.array(arrival, { maxLength: 25 }), (given, arrivals) => {
          const all = capped(arrivals, given);
          expect(actual(given, all)).to.deep.equal(expected(given, all));
        }),
        { numRuns: 1_000 },
      );
    }).timeout(30_000);
  }

  it('starts no more than the limit in any window, in the order of arrival, and each exactly once or never', () => {
    fc.assert(
      fc.property(slidingWindows, fc.array(arrival, { maxLength: 40 }), (given, arrivals) => {
        const all = capped(arrivals, given);
        const order = all.map((_, index) => index).sort((a, b) => rank(all, a) - rank(all, b));
        for (const [key, outcomes] of Object.entries(actual(given, all))) {
          const starts = startsOf(outcomes);
          for (const [, from] of starts) {
            const inWindow = starts.filter(([, at]) => at >= from && at < from + given.perMs);
            expect(inWindow.reduce((sum, [name]) => sum + (all[Number(name)]?.cost ?? 0), 0)).to.be.at.most(
              given.limit,
            );
          }
          const started = starts.map(([name]) => Number(name));
          expect(started).to.deep.equal(order.filter((index) => started.includes(index)));
          const told = outcomes.map(([name]) => name);
          expect(new Set(told).size).to.equal(told.length);
          expect(told.every((name) => all[Number(name)]?.key === key)).to.equal(true);
        }
      }),
    );
  });
});

/** In which order they ask. */
function rank(arrivals: readonly Arrival[], index: number): number {
  const { at = 0, early = true } = arrivals[index] ?? {};
  return (at * 2 + (early ? 0 : 1)) * arrivals.length + index;
}
