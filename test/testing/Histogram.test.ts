import { expect } from 'chai';
import * as fc from 'fast-check';
import { Histogram } from '../../src/testing/Histogram.js';

const filled = (durations: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const ms of durations) histogram.add(ms);
  return histogram;
};

describe('Histogram', () => {
  it('knows the count, the mean, the least and the most exactly', () => {
    expect(filled([5, 0, 1_000, 15]).summary()).to.deep.include({ count: 4, mean: 255, min: 0, max: 1_000 });
  });

  it('has nothing to say of nothing', () => {
    const { count, ...durations } = new Histogram().summary();
    expect(count).to.equal(0);
    expect(new Set(Object.values(durations))).to.deep.equal(new Set([0]));
  });

  it('gives each quantile at most 1 % off', () => {
    const duration = fc.oneof(
      fc.nat(100),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-4, max: 1, noNaN: true }),
      fc.constantFrom(0, 1, 64, 1_023, 1_024, 1_025, 31_536_000_000),
    );
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 80 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (durations, share) => {
          const sorted = [...durations].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? NaN;
          // Below what its cells tell apart, a thousandth of a nanosecond may stand for another.
          const tolerance = Math.max(exact * 0.01, 1e-6);
          expect(filled(durations).quantile(share)).to.be.closeTo(exact, tolerance);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('grows with the share', () => {
    const histogram = filled(Array.from({ length: 5_000 }, (_, index) => index * 3.7));
    const { p50, p90, p95, p99, p999, max } = histogram.summary();
    expect([p50, p90, p95, p99, p999, max]).to.deep.equal([p50, p90, p95, p99, p999, max].sort((a, b) => a - b));
    expect(p50).to.be.closeTo(9_250, 92.5);
  });
});
