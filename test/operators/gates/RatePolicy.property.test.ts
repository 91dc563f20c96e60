import { expect } from 'chai';
import fc from 'fast-check';
import type { RatePolicy } from '../../../operators/gates/RatePolicy.js';
import { SlidingWindow } from '../../../operators/gates/SlidingWindow.js';
import { TokenBucket } from '../../../operators/gates/TokenBucket.js';

const amount = fc.integer({ min: 1, max: 12 });
const limits = fc.record({ limit: amount, perMs: amount, burst: amount });

const step = fc.record({
  after: fc.nat(6),
  cost: fc.integer({ min: 1, max: 14 }),
  asks: fc.boolean(),
  limits: fc.option(limits, { freq: 12 }),
});

describe('a rate policy', () => {
  for (const [name, create] of [
    ['sliding window', (given) => new SlidingWindow(given)],
    ['token bucket', (given) => new TokenBucket(given)],
  ] as readonly (readonly [string, (given: { limit: number; perMs: number; burst: number }) => RatePolicy])[]) {
    it(`gives what can be had at once, and what it refuses leaves nothing behind (${name})`, () => {
      fc.assert(
        fc.property(limits, fc.array(step, { maxLength: 60 }), (given, steps) => {
          /** Asked before each start, and taken from only where there is nothing to wait for. */
          const asked = create(given);
          const tried = create(given);
          let now = 0;
          for (const { after, cost, asks, limits: changed } of steps) {
            now += after;
            if (changed) for (const policy of [asked, tried]) policy.update(now, changed);
            const free = asked.waitMs(now, cost, 0) === 0;
            if (free) asked.take(now, cost);
            expect(tried.take(now, cost), `${String(cost)} at ${String(now)}`).to.equal(free);
            if (!asks) continue;
            const answers = (policy: RatePolicy): unknown => [
              policy.isIdle(now),
              ...[0, 3].map((ahead) => policy.waitMs(now, 1, ahead, now + ahead)),
            ];
            expect(answers(tried)).to.deep.equal(answers(asked));
          }
        }),
        { numRuns: 500 },
      );
    });
  }
});

describe('a sliding window whose clock does not show all of the time', () => {
  it('lets start what may, counted from when each start may have been at the latest', () => {
    const start = fc.record({ after: fc.nat(6), unseenMs: fc.nat(2), cost: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(amount, amount, fc.array(start, { maxLength: 60 }), (limit, perMs, starts) => {
        const window = new SlidingWindow({ limit, perMs });
        /** When each may have been at the latest. */
        const latest: number[] = [];
        let now = 0;
        for (const { after, unseenMs, cost } of starts) {
          now += after;
          const used = latest.filter((at) => at + perMs > now).length;
          expect(window.take(now, cost, unseenMs)).to.equal(used + cost <= limit);
          if (used + cost > limit) continue;
          // One clock sees what the other does not: the order is that of the starts all the same.
          const at = Math.max(now + unseenMs, latest.at(-1) ?? 0);
          for (let taken = 0; taken < cost; taken++) latest.push(at);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('foretells when each of those ahead may start', () => {
    fc.assert(
      fc.property(amount, amount, fc.nat(2), fc.nat(20), fc.nat(30), (limit, perMs, unseenMs, heldMs, ahead) => {
        const window = new SlidingWindow({ limit, perMs });
        window.take(0, 1, unseenMs);
        const foretold = window.waitMs(0, 1, ahead, heldMs, unseenMs);
        let now = heldMs;
        for (let index = 0; index <= ahead; index++) while (!window.take(now, 1, unseenMs)) now++;
        expect(foretold).to.equal(now);
      }),
    );
  });
});

describe('the ring of a sliding window', () => {
  it('keeps room for the starts of a window, and not for all that there have been', () => {
    const window = new SlidingWindow({ limit: 1_000_000, perMs: 10 });
    const before = process.memoryUsage().arrayBuffers;
    for (let now = 0; now < 1_000_000; now++) window.take(now, 1);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(1_000_000);
    expect(window.waitMs(1_000_000, 999_991, 0)).to.equal(0);
    expect(window.waitMs(1_000_000, 999_992, 0)).to.equal(1);
  });
});
