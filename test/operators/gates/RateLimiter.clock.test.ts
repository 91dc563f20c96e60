import { expect } from 'chai';
import fc from 'fast-check';
import { RateLimiter } from '../../../operators/gates/RateLimiter.js';
import { RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

const hour = 3_600_000;

/** A clock of a host: it counts whole milliseconds, and does not show what has passed of the next one. */
class WholeMsClock extends VirtualClock {
  override now(): number {
    return Math.floor(super.now());
  }

  unseenMs(): number {
    return 1;
  }
}

describe('RateLimiter, on a clock that counts whole milliseconds', () => {
  it('counts a start from the end of the millisecond in which it is made', () => {
    const clock = new WholeMsClock();
    const limiter = new RateLimiter({ limit: 1, perMs: 10 });
    const requests = new RateRequests(limiter, clock);
    clock.advance(0.9);
    for (const name of 'abc') requests.ask(name);
    expect(limiter.availableAt(clock)).to.equal(33);
    clock.advance(100);
    expect(requests.outcomes.map(([name, at]) => [name, Math.floor(at)])).to.deep.equal([
      ['a', 0],
      ['b', 11],
      ['c', 22],
    ]);
  });

  it('never exceeds the limit in the time that really passes, and refuses nobody whom it let wait', () => {
    const step = fc.record({ waitMs: fc.integer({ min: 0, max: 60 }), asks: fc.nat(4) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 2, max: 40 }),
        fc.array(step, { maxLength: 30 }),
        (limit, perMs, maxWaitMs, steps) => {
          const clock = new WholeMsClock();
          const limiter = new RateLimiter({ limit, perMs, maxWaitMs });
          const requests = new RateRequests(limiter, clock);
          let asked = 0;
          for (const { waitMs, asks } of steps) {
            clock.advance(waitMs / 10);
            for (let count = 0; count < asks; count++) {
              const waiting = requests.ask(String(asked++));
              const last = requests.outcomes.at(-1);
              if (waiting) expect(waiting.availableAt).to.be.at.most(clock.now() + maxWaitMs);
              else expect(last?.[0]).to.equal(String(asked - 1));
            }
          }
          const refusedAtOnce = requests.outcomes.filter(([, , refusal]) => refusal).length;
          clock.advance(asked * (perMs + 2));
          const starts = requests.outcomes.filter(([, , refusal]) => !refusal).map(([, at]) => at);
          expect([starts.length, limiter.queued]).to.deep.equal([asked - refusedAtOnce, 0]);
          starts.forEach((start, index) => {
            const before = starts[index - limit];
            if (before !== undefined) expect(start - before).to.be.at.least(perMs - 1e-9);
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('RateLimiter, on a clock with faults', () => {
  it('delays nobody for the hour by which the clock is set back while it is idle', () => {
    const clock = new VirtualClock({ startMs: 1e12 });
    const limiter = new RateLimiter({ limit: 2, perMs: 1_000 });
    const requests = new RateRequests(limiter, clock);
    requests.ask('a');
    requests.ask('b');
    clock.advance(400);
    clock.jump(-hour);
    requests.ask('c');
    clock.advance(5_000);
    requests.ask('d');
    expect(requests.outcomes.map(([name]) => name)).to.deep.equal(['a', 'b', 'c', 'd']);
    // What passed unseen before the jump, 400 ms, is not counted: stricter, never laxer.
    expect(requests.outcomes[2]?.[1]).to.be.within(1_000, 1_400 + 1);
    expect(requests.outcomes[3]?.[1]).to.equal(5_400);
  });

  it('delays nobody by what the clock is set back while one waits', () => {
    for (const jumpMs of [-hour, -500, -1]) {
      const clock = new VirtualClock({ startMs: 1e12 });
      const limiter = new RateLimiter({ limit: 1, perMs: 1_000 });
      const requests = new RateRequests(limiter, clock);
      for (const name of 'abc') requests.ask(name);
      clock.advance(600);
      clock.jump(jumpMs);
      clock.advance(10_000);
      expect(requests.outcomes.map(([name]) => name)).to.deep.equal(['a', 'b', 'c']);
      expect(requests.outcomes[1]?.[1]).to.be.within(1_000, 1_001);
      expect(requests.outcomes[2]?.[1]).to.be.within(2_000, 2_002);
    }
  });

  it("says when a start will be possible in the clock's time, also after the clock was set back", () => {
    const clock = new VirtualClock({ startMs: 1e12 });
    const limiter = new RateLimiter({ limit: 1, perMs: 1_000 });
    const requests = new RateRequests(limiter, clock);
    requests.ask('a');
    expect(limiter.availableAt(clock)).to.equal(1e12 + 1_000);
    expect(limiter.availableAt(clock, 'other')).to.equal(1e12);
    clock.jump(-hour);
    expect(limiter.availableAt(clock)).to.equal(1e12 - hour + 1_000);
    expect(requests.ask('b')?.availableAt).to.equal(1e12 - hour + 1_000);
    expect(limiter.availableAt(clock)).to.equal(1e12 - hour + 2_000);
    clock.advance(5_000);
  });

  it('refuses nobody early for maxWaitMs after the clock was set back', () => {
    const clock = new VirtualClock({ startMs: 1e12 });
    const requests = new RateRequests(new RateLimiter({ limit: 1, perMs: 1_000, maxWaitMs: 2_000 }), clock);
    requests.ask('a');
    clock.jump(-hour);
    requests.ask('b');
    clock.advance(5_000);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 1_000],
    ]);
  });

  it('refuses on time for maxWaitMs though the clock is set back', () => {
    const clock = new VirtualClock({ startMs: 1e12 });
    const limiter = new RateLimiter({ limit: 3, perMs: 1_000, maxWaitMs: 2_000 });
    const requests = new RateRequests(limiter, clock);
    requests.ask('a', { cost: 3 });
    for (const name of 'bcd') requests.ask(name, { cost: 2 });
    clock.advance(1_500);
    clock.jump(-hour);
    clock.advance(10_000);
    expect(requests.outcomes.map(([name, at, refusal]) => [name, Math.round(at / 10) * 10, refusal])).to.deep.equal([
      ['a', 0, undefined],
      ['b', 1_000, undefined],
      ['c', 2_000, undefined],
      ['d', 2_000, 'maxWait'],
    ]);
  });

  it('starts nobody early when the timers of the host go off a millisecond early', () => {
    const clock = new VirtualClock({ earlyMs: 1 });
    const limiter = new RateLimiter({ limit: 1, perMs: 10 });
    const requests = new RateRequests(limiter, clock);
    for (const name of 'abc') requests.ask(name);
    clock.advance(100);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 10],
      ['c', 20],
    ]);
  });

  it('waits out delays longer than 31 bits can count', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 1, perMs: 30 * 24 * hour });
    const requests = new RateRequests(limiter, clock);
    for (const name of 'ab') requests.ask(name);
    clock.advance(60 * 24 * hour);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 30 * 24 * hour],
    ]);
  });

  it('counts a start from when it is made, however long those before it in the queue took to begin', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 2, perMs: 1_000 });
    const requests = new RateRequests(limiter, clock);
    requests.ask('a', { cost: 2 });
    requests.ask('b', { then: () => clock.block(400) });
    for (const name of 'cde') requests.ask(name);
    clock.advance(5_000);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 1_000],
      ['c', 1_400],
      ['d', 2_000],
      ['e', 2_400],
    ]);
  });

  it('never exceeds the limit in the time that really passes, however the clock is set back and timers round', () => {
    const step = fc.record({
      waitMs: fc.nat(25),
      jumpMs: fc.oneof(fc.constant(0), fc.integer({ min: -40, max: 0 }), fc.constant(-hour)),
      asks: fc.nat(3),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 5, max: 20 }),
        fc.constantFrom(0, 1),
        fc.array(step, { maxLength: 30 }),
        (limit, perMs, earlyMs, steps) => {
          const clock = new VirtualClock({ startMs: 1e12, earlyMs });
          const limiter = new RateLimiter({ limit, perMs });
          const requests = new RateRequests(limiter, clock);
          let asked = 0;
          let jumps = 0;
          for (const { waitMs, jumpMs, asks } of steps) {
            clock.advance(waitMs);
            clock.jump(jumpMs);
            if (jumpMs < 0) jumps++;
            for (let count = 0; count < asks; count++) requests.ask(String(asked++));
          }
          // Nobody waits for more than its turn, and for what passes unseen at each jump, which is less than `perMs`.
          clock.advance((asked / limit + jumps + 2) * (perMs + 3));
          expect(requests.outcomes.map(([name]) => name)).to.deep.equal(
            Array.from({ length: asked }, (_, index) => String(index)),
          );
          const starts = requests.outcomes.map(([, at]) => at);
          starts.forEach((start, index) => {
            const before = starts[index - limit];
            if (before !== undefined) expect(start - before).to.be.at.least(perMs);
          });
          expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
        },
      ),
      { numRuns: 500 },
    );
  }).timeout(30_000);
});
