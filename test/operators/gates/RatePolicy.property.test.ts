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
