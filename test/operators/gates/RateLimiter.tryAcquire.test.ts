import { expect } from 'chai';
import { RateLimiter } from '../../../operators/gates/RateLimiter.js';
import { RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

describe('tryAcquire of a RateLimiter', () => {
  it('takes what can be had at once, and says so', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 2, perMs: 10 });
    expect([limiter.tryAcquire(clock), limiter.tryAcquire(clock), limiter.tryAcquire(clock)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    clock.advance(10);
    expect(limiter.tryAcquire(clock, '', 2)).to.equal(true);
    expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('has a limit for each key', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 1, perMs: 10, maxKeys: 2 });
    const tried = ['x', 'y', 'x', 'z'].map((key) => limiter.tryAcquire(clock, key));
    expect(tried).to.deep.equal([true, true, false, false]);
    clock.advance(10);
    expect([limiter.tryAcquire(clock, 'z'), limiter.keys]).to.deep.equal([true, 1]);
  });

  it('overtakes nobody who waits, also where there is room for a smaller cost', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 3, perMs: 10 });
    const requests = new RateRequests(limiter, clock);
    for (const name of 'ab') requests.ask(name, { cost: 2 });
    expect(limiter.tryAcquire(clock)).to.equal(false);
    clock.block(10);
    // Whoever waits is due, but the timer has not gone off yet.
    expect(limiter.tryAcquire(clock)).to.equal(false);
    clock.advance(0);
    expect([requests.outcomes.length, limiter.tryAcquire(clock)]).to.deep.equal([2, true]);
  });

  it('takes nothing while the limiter is held back', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 3, perMs: 10 });
    limiter.holdBack(clock, 5);
    expect(limiter.tryAcquire(clock)).to.equal(false);
    clock.advance(5);
    expect(limiter.tryAcquire(clock)).to.equal(true);
  });

  it('refuses a cost that can never be granted, also after an update, and uses nothing up', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 3, perMs: 10 });
    expect(() => limiter.tryAcquire(clock, '', 0.5)).to.throw(
      RangeError,
      'cost: expected a whole number of at least 1',
    );
    limiter.update({ limit: 2 });
    expect(() => limiter.tryAcquire(clock, '', 3)).to.throw(RangeError, 'cost: expected at most 2, got 3');
    expect(limiter.tryAcquire(clock, '', 2)).to.equal(true);
  });

  it('counts for updates in the clock of whoever came last', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ limit: 1, perMs: 10 });
    limiter.tryAcquire(clock);
    clock.advance(6);
    limiter.update({ perMs: 5 });
    limiter.update({ perMs: 20 });
    // What has left the shorter window does not come back.
    expect(limiter.tryAcquire(clock)).to.equal(true);
  });
});
