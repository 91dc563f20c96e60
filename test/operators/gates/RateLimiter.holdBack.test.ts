import { expect } from 'chai';
import { RateLimiter, type RateLimitOptions } from '../../../operators/gates/RateLimiter.js';
import { RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function limited(options: RateLimitOptions): { limiter: RateLimiter; clock: VirtualClock; requests: RateRequests } {
  const limiter = new RateLimiter(options);
  const clock = new VirtualClock();
  return { limiter, clock, requests: new RateRequests(limiter, clock) };
}

const told = ({ outcomes }: RateRequests): string[] =>
  outcomes.map(
    ([name, at, refusal, after]) => `${name}@${String(at)}${refusal ? `: ${refusal}, ${String(after)}` : ''}`,
  );

describe('RateLimiter, held back', () => {
  it('lets nobody start before the time is over, then as many as the limit says', () => {
    const { limiter, clock, requests } = limited({ limit: 2, perMs: 10 });
    limiter.holdBack(clock, 7);
    for (const name of 'abc') requests.ask(name);
    clock.advance(30);
    expect(told(requests)).to.deep.equal(['a@7', 'b@7', 'c@17']);
    expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('keeps those who wait already from starting when they would be due', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5 });
    for (const name of 'abc') requests.ask(name);
    clock.advance(2);
    limiter.holdBack(clock, 20);
    clock.advance(60);
    expect(told(requests)).to.deep.equal(['a@0', 'b@22', 'c@27']);
  });

  it('is held for its key only', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5 });
    limiter.holdBack(clock, 9, 'x');
    requests.ask('x', { key: 'x' });
    requests.ask('y', { key: 'y' });
    requests.ask('none');
    clock.advance(20);
    expect(told(requests)).to.deep.equal(['y@0', 'none@0', 'x@9']);
  });

  it('ends with the later of two holds, whichever was said first', () => {
    for (const holds of [
      [20, 5],
      [5, 20],
    ]) {
      const { limiter, clock, requests } = limited({ limit: 1, perMs: 1 });
      for (const ms of holds) limiter.holdBack(clock, ms);
      requests.ask('a');
      clock.advance(30);
      expect(told(requests)).to.deep.equal(['a@20']);
    }
  });

  it('tells those whom it refuses when the hold is over, or the limit if that is later', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 10, overflow: 'reject' });
    requests.ask('a');
    limiter.holdBack(clock, 4);
    requests.ask('b');
    limiter.holdBack(clock, 25);
    clock.advance(1);
    requests.ask('c');
    clock.advance(24);
    requests.ask('d');
    expect(told(requests)).to.deep.equal(['a@0', 'b@0: limit, 10', 'c@1: limit, 24', 'd@25']);
  });

  it('foresees that those who wait start one after another once the hold is over', () => {
    for (const algorithm of ['slidingWindow', 'tokenBucket'] as const) {
      const { limiter, clock, requests } = limited({ limit: 1, perMs: 5, algorithm });
      requests.ask('a');
      limiter.holdBack(clock, 10);
      const foreseen = ['b', 'c', 'd'].map((name) => requests.ask(name)?.availableAt);
      expect(limiter.availableAt(clock)).to.equal(25);
      clock.advance(60);
      expect(told(requests)).to.deep.equal(['a@0', 'b@10', 'c@15', 'd@20']);
      expect(foreseen).to.deep.equal([10, 15, 20]);
    }
  });

  it('refuses at once whoever would have to wait too long behind those who wait for the hold to be over', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5, maxWaitMs: 12 });
    limiter.holdBack(clock, 10);
    for (const name of 'ab') requests.ask(name);
    clock.advance(30);
    expect(told(requests)).to.deep.equal(['b@0: maxWait, 15', 'a@10']);
  });

  it('refuses those who wait when a hold keeps them longer than maxWaitMs', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5, maxWaitMs: 8 });
    for (const name of 'ab') requests.ask(name);
    limiter.holdBack(clock, 30);
    clock.advance(40);
    expect(told(requests)).to.deep.equal(['a@0', 'b@8: maxWait, 22']);
    expect(clock.pending).to.equal(0);
  });

  it('has refused those whose time is over before somebody else asks, though the timer is late', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5, maxWaitMs: 8, maxQueue: 1 });
    for (const name of 'ab') requests.ask(name);
    limiter.holdBack(clock, 12);
    clock.block(8);
    requests.ask('c');
    clock.advance(40);
    expect(told(requests)).to.deep.equal(['a@0', 'b@8: maxWait, 4', 'c@12']);
  });

  it('is not let go by a higher limit', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5 });
    limiter.holdBack(clock, 10);
    requests.ask('a');
    requests.ask('b');
    limiter.update({ limit: 2 });
    clock.advance(20);
    expect(told(requests)).to.deep.equal(['a@10', 'b@10']);
  });

  it('keeps a key that is held when others want its room, until the hold is over', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5, maxKeys: 1 });
    limiter.holdBack(clock, 20, 'x');
    requests.ask('y', { key: 'y' });
    expect([limiter.accepts(clock, 'y'), limiter.keys]).to.deep.equal([false, 1]);
    clock.advance(19);
    requests.ask('z', { key: 'z' });
    clock.advance(1);
    requests.ask('y', { key: 'y' });
    expect(told(requests).map((line) => line.split(',')[0])).to.deep.equal(['y@0: maxKeys', 'z@19: maxKeys', 'y@20']);
  });

  it('says that a key for which there is no room is not held, and holds it from when there is', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5, maxKeys: 1 });
    expect(limiter.holdBack(clock, 8, 'x')).to.equal(true);
    expect([limiter.holdBack(clock, 50, 'y'), limiter.holdBack(clock, 9, 'x')]).to.deep.equal([false, true]);
    clock.advance(9);
    requests.ask('y', { key: 'y' });
    clock.advance(5);
    expect([limiter.holdBack(clock, 50, 'z'), limiter.keys]).to.deep.equal([true, 1]);
    requests.ask('y again', { key: 'y' });
    expect(told(requests)).to.deep.equal(['y@9', 'y again@14: maxKeys, 50']);
  });

  it('lasts as long as it was said, and the millisecond that a host may be early by, when the clock is set back', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5 });
    limiter.holdBack(clock, 10);
    requests.ask('a');
    clock.advance(3);
    clock.jump(-1_000);
    clock.advance(30);
    expect(told(requests)).to.deep.equal(['a@11']);
  });

  it('leaves nothing behind when those who wait for it leave', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5 });
    limiter.holdBack(clock, 10);
    const places = ['a', 'b'].map((name) => requests.ask(name));
    for (const place of places) place?.cancel();
    expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  for (const [ms, error] of [
    [Number.NaN, RangeError],
    [Infinity, RangeError],
    [-1, RangeError],
    ['5', TypeError],
  ] as const) {
    it(`refuses to be held back for ${JSON.stringify(ms)} (${String(ms)}), and is not`, () => {
      const { limiter, clock, requests } = limited({ limit: 1, perMs: 5 });
      expect(() => {
        limiter.holdBack(clock, ms as never);
      }).to.throw(error, 'ms: expected a finite number above 0');
      requests.ask('a');
      expect([told(requests), limiter.keys]).to.deep.equal([['a@0'], 1]);
    });
  }
});
