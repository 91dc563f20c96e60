import { expect } from 'chai';
import fc from 'fast-check';
import { MonotonicTime } from '../../../operators/gates/MonotonicTime.js';

describe('MonotonicTime', () => {
  it('is what the clock says as long as the clock runs forwards', () => {
    const time = new MonotonicTime();
    expect([5, 5, 9, 1_000].map((reading) => time.at(reading))).to.deep.equal([5, 5, 9, 1_000]);
  });

  it('stands still when the clock is set back, and counts on from there', () => {
    const time = new MonotonicTime();
    expect([1_000, 400, 410, 1_400].map((reading) => time.at(reading))).to.deep.equal([1_000, 1_000, 1_010, 2_000]);
  });

  it('can be told that it is later than the clock says', () => {
    const time = new MonotonicTime();
    time.at(1_000);
    expect(time.advance(400, 1_500)).to.equal(1_500);
    expect(time.at(410)).to.equal(1_510);
  });

  it('is not set back by being told an earlier time', () => {
    const time = new MonotonicTime();
    time.at(1_000);
    expect(time.advance(1_200, 1_100)).to.equal(1_200);
  });

  it('never runs backwards, and between two readings forwards passes what the clock says', () => {
    const step = fc.record({ by: fc.integer({ min: -5_000_000, max: 5_000_000 }), ahead: fc.option(fc.nat(10_000)) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000_000 }), fc.array(step), (start, steps) => {
        const time = new MonotonicTime();
        let reading = start;
        let last = time.at(reading);
        for (const { by, ahead } of steps) {
          reading += by;
          const now = ahead === null ? time.at(reading) : time.advance(reading, last + ahead);
          expect(now).to.be.at.least(last);
          if (ahead === null) expect(now - last).to.equal(Math.max(0, by));
          else expect(now - last).to.equal(Math.max(ahead, by));
          last = now;
        }
      }),
    );
  });
});
