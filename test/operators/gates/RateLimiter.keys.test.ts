import { expect } from 'chai';
import { RateLimiter, type RateLimitOptions } from '../../../operators/gates/RateLimiter.js';
import { SlidingWindow } from '../../../operators/gates/SlidingWindow.js';
import { RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function limiting(options: Partial<RateLimitOptions>): {
  limiter: RateLimiter;
  clock: VirtualClock;
  requests: RateRequests;
} {
  const limiter = new RateLimiter({ limit: 1, perMs: 10, ...options });
  const clock = new VirtualClock();
  return { limiter, clock, requests: new RateRequests(limiter, clock) };
}

describe('RateLimiter, by key', () => {
  it('gives each key a limit and a queue of its own, with one timer each', () => {
    const { limiter, clock, requests } = limiting({ maxQueue: 1 });
    requests.ask('x1', { key: 'x' });
    requests.ask('x2', { key: 'x' });
    requests.ask('x3', { key: 'x' });
    clock.advance(4);
    requests.ask('y1', { key: 'y' });
    requests.ask('y2', { key: 'y' });
    requests.ask('z1', { key: 'z' });
    expect([limiter.queued, limiter.timers, limiter.keys]).to.deep.equal([2, 2, 3]);
    clock.advance(100);
    expect(requests.outcomes).to.deep.equal([
      ['x1', 0],
      ['x3', 0, 'queueFull', 20],
      ['y1', 4],
      ['z1', 4],
      ['x2', 10],
      ['y2', 14],
    ]);
  });

  it('takes keys that objects have by nature for keys like any other', () => {
    const { limiter, requests } = limiting({});
    for (const key of ['__proto__', 'constructor', 'toString', '']) requests.ask(key, { key });
    expect(requests.outcomes.map(([name]) => name)).to.deep.equal(['__proto__', 'constructor', 'toString', '']);
    expect(limiter.keys).to.equal(4);
  });

  it('drops idle keys as new ones come', () => {
    const { limiter, clock, requests } = limiting({});
    for (let user = 0; user < 1_000; user++) {
      requests.ask('user', { key: String(user) });
      clock.advance(1);
    }
    expect(limiter.keys).to.be.at.most(20);
  });

  it('never drops a key whose starts still count, or for which somebody waits', () => {
    const { limiter, clock, requests } = limiting({ maxKeys: 2 });
    requests.ask('x1', { key: 'x' });
    requests.ask('x2', { key: 'x' });
    clock.advance(9);
    for (let user = 0; user < 10; user++) requests.ask('other', { key: String(user) });
    requests.ask('x3', { key: 'x' });
    expect(limiter.keys).to.equal(2);
    clock.advance(100);
    expect(requests.outcomes.filter(([name]) => name.startsWith('x'))).to.deep.equal([
      ['x1', 0],
      ['x2', 10],
      ['x3', 20],
    ]);
  });

  it('refuses a new key when none of those it keeps is idle', () => {
    const { limiter, clock, requests } = limiting({ maxKeys: 2 });
    for (const key of 'xyz') requests.ask(key, { key });
    expect(requests.outcomes).to.deep.equal([
      ['x', 0],
      ['y', 0],
      ['z', 0, 'maxKeys', 10],
    ]);
    expect(limiter.keys).to.equal(2);
    clock.advance(10);
    requests.ask('z', { key: 'z' });
    expect(requests.outcomes.at(-1)).to.deep.equal(['z', 10]);
  });

  it('says in how many ms the first of the keys that it keeps will be idle', () => {
    const { clock, requests } = limiting({ maxKeys: 2 });
    requests.ask('x', { key: 'x' });
    clock.advance(4);
    requests.ask('y', { key: 'y' });
    requests.ask('z', { key: 'z' });
    clock.advance(3);
    requests.ask('z', { key: 'z' });
    expect(requests.outcomes.slice(2)).to.deep.equal([
      ['z', 4, 'maxKeys', 6],
      ['z', 7, 'maxKeys', 3],
    ]);
  });

  it('says when a key that is only held back will be idle', () => {
    const { clock, limiter, requests } = limiting({ maxKeys: 1 });
    clock.advance(5);
    limiter.holdBack(clock, 20, 'x');
    requests.ask('z', { key: 'z' });
    clock.advance(1);
    requests.ask('z', { key: 'z' });
    expect(requests.outcomes).to.deep.equal([
      ['z', 5, 'maxKeys', 20],
      ['z', 6, 'maxKeys', 19],
    ]);
  });

  it('finds room as soon as the hold of a key is over that nobody has started with', () => {
    const { clock, limiter, requests } = limiting({ perMs: 1_000, maxKeys: 6 });
    requests.ask('a', { key: 'a' });
    clock.advance(500);
    for (const key of 'bcdef') requests.ask(key, { key });
    requests.ask('too soon', { key: 'g' });
    clock.advance(500);
    // In the place of a.
    limiter.holdBack(clock, 5, 'h');
    clock.advance(5);
    expect(limiter.accepts(clock, 'g')).to.equal(true);
    requests.ask('g', { key: 'g' });
    expect(requests.outcomes.slice(6)).to.deep.equal([
      ['too soon', 500, 'maxKeys', 500],
      ['g', 1_005],
    ]);
  });

  it('finds room sooner when the window is made shorter', () => {
    const { clock, limiter, requests } = limiting({ perMs: 1_000, maxKeys: 6 });
    for (const key of 'abcdef') requests.ask(key, { key });
    requests.ask('too soon', { key: 'g' });
    clock.advance(10);
    limiter.update({ perMs: 10 });
    expect(limiter.accepts(clock, 'g')).to.equal(true);
    requests.ask('g', { key: 'g' });
    expect(requests.outcomes.at(-1)).to.deep.equal(['g', 10]);
  });

  it('finds room as soon as a key is idle, also one that came after the last look through all of them', () => {
    const { clock, requests } = limiting({ algorithm: 'tokenBucket', burst: 5, maxKeys: 30 });
    for (let slow = 0; slow < 29; slow++) requests.ask('slow', { key: String(slow), cost: 5 });
    for (const key of 'abcd') {
      requests.ask(key, { key });
      requests.ask(`${key} once more`, { key: 'another' });
      clock.advance(10);
    }
    expect(requests.outcomes.slice(29)).to.deep.equal([
      ['a', 0],
      ['a once more', 0, 'maxKeys', 10],
      ['b', 10],
      ['b once more', 10, 'maxKeys', 10],
      ['c', 20],
      ['c once more', 20, 'maxKeys', 10],
      ['d', 30],
      ['d once more', 30, 'maxKeys', 10],
    ]);
  });

  it('does not look through all keys for each one that it refuses', () => {
    const { requests } = limiting({ perMs: 1_000 });
    for (let user = 0; user < 10_000; user++) requests.ask('user', { key: String(user) });
    let looks = 0;
    const prototype = SlidingWindow.prototype as { isIdle: (now: number) => boolean };
    const { isIdle } = prototype;
    prototype.isIdle = function (now) {
      looks++;
      return isIdle.call(this, now);
    };
    try {
      for (let user = 0; user < 1_000; user++) requests.ask('refused', { key: `new ${String(user)}` });
    } finally {
      prototype.isIdle = isIdle;
    }
    expect(requests.outcomes.slice(10_000).every(([, , refusal]) => refusal === 'maxKeys')).to.equal(true);
    expect(looks).to.be.within(10_000, 20_000);
  });

  it('makes room for a new key by any that is idle, wherever it stands', () => {
    const { clock, requests } = limiting({ maxKeys: 10 });
    requests.ask('early', { key: 'early' });
    clock.advance(9);
    for (let user = 0; user < 9; user++) requests.ask(String(user), { key: String(user) });
    clock.advance(1);
    for (let user = 0; user < 9; user++) requests.ask('again', { key: String(user) });
    requests.ask('new', { key: 'new' });
    expect(requests.outcomes.at(-1)).to.deep.equal(['new', 10]);
    clock.advance(100);
  });

  it('drops a token bucket only when it is full again', () => {
    const { limiter, clock, requests } = limiting({ algorithm: 'tokenBucket', burst: 3, maxKeys: 1 });
    requests.ask('x', { key: 'x', cost: 3 });
    clock.advance(29);
    requests.ask('y', { key: 'y' });
    clock.advance(1);
    requests.ask('z', { key: 'z' });
    expect(requests.outcomes.map(([name, , refusal]) => [name, refusal])).to.deep.equal([
      ['x', undefined],
      ['y', 'maxKeys'],
      ['z', undefined],
    ]);
    expect(limiter.keys).to.equal(1);
  });

  it('keeps a key while those who wait for it are being told', () => {
    const { clock, requests } = limiting({ maxKeys: 1, maxWaitMs: 15, limit: 2 });
    requests.ask('x1', { key: 'x', cost: 2 });
    requests.ask('x2', { key: 'x', then: () => requests.ask('y', { key: 'y' }) });
    clock.advance(100);
    expect(requests.outcomes).to.deep.equal([
      ['x1', 0],
      ['x2', 10],
      ['y', 10, 'maxKeys', 10],
    ]);
  });

  describe('accepts', () => {
    it('is true while one who asks would start, or may wait', () => {
      const { limiter, clock, requests } = limiting({ maxQueue: 1 });
      expect(limiter.accepts(clock)).to.equal(true);
      requests.ask('a');
      expect(limiter.accepts(clock)).to.equal(true);
      requests.ask('b');
      expect(limiter.accepts(clock)).to.equal(false);
      clock.advance(10);
      expect(limiter.accepts(clock)).to.equal(true);
    });

    it('is false while one who asks would be rejected, or wait too long', () => {
      const rejecting = limiting({ overflow: 'reject' });
      rejecting.requests.ask('a');
      expect(rejecting.limiter.accepts(rejecting.clock)).to.equal(false);
      rejecting.clock.advance(10);
      expect(rejecting.limiter.accepts(rejecting.clock)).to.equal(true);
      const hasty = limiting({ maxWaitMs: 10 });
      hasty.requests.ask('a');
      expect(hasty.limiter.accepts(hasty.clock)).to.equal(true);
      hasty.requests.ask('b');
      expect(hasty.limiter.accepts(hasty.clock)).to.equal(false);
    });

    it('is false for a new key while no more can be kept', () => {
      const { limiter, clock, requests } = limiting({ maxKeys: 1 });
      requests.ask('a', { key: 'x' });
      expect([limiter.accepts(clock, 'x'), limiter.accepts(clock, 'y')]).to.deep.equal([true, false]);
      clock.advance(10);
      expect(limiter.accepts(clock, 'y')).to.equal(true);
    });

    it('changes nothing', () => {
      const { limiter, clock } = limiting({});
      limiter.accepts(clock, 'x');
      expect(limiter.keys).to.equal(0);
    });
  });
});
