import { expect } from 'chai';
import { type RateLimitOptions, RateLimiter } from '../../../operators/gates/RateLimiter.js';
import type { Waiting } from '../../../operators/gates/Waiting.js';
import { RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function limiting(options: RateLimitOptions): { limiter: RateLimiter; clock: VirtualClock; requests: RateRequests } {
  const limiter = new RateLimiter(options);
  const clock = new VirtualClock();
  return { limiter, clock, requests: new RateRequests(limiter, clock) };
}

describe('RateLimiter', () => {
  it('lets the first ones start at once, the others in their order as soon as the window allows', () => {
    const { limiter, clock, requests } = limiting({ limit: 2, perMs: 10 });
    requests.ask('a');
    clock.advance(3);
    for (const name of 'bcde') requests.ask(name);
    expect([limiter.queued, limiter.timers]).to.deep.equal([3, 1]);
    clock.advance(100);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 3],
      ['c', 10],
      ['d', 13],
      ['e', 20],
    ]);
    expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('says of each who waits when it will be served', () => {
    const { clock, requests } = limiting({ limit: 2, perMs: 10 });
    expect('abcde'.split('').map((name) => requests.ask(name)?.availableAt)).to.deep.equal([
      undefined,
      undefined,
      10,
      10,
      20,
    ]);
    clock.advance(100);
  });

  it('does not let a cheap one overtake an expensive one', () => {
    const { clock, requests } = limiting({ limit: 3, perMs: 10 });
    requests.ask('a');
    requests.ask('expensive', { cost: 3 });
    requests.ask('cheap');
    clock.advance(100);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['expensive', 10],
      ['cheap', 20],
    ]);
  });

  it('weighs costs in a token bucket', () => {
    const { clock, requests } = limiting({ limit: 1, perMs: 2, algorithm: 'tokenBucket', burst: 4 });
    requests.ask('a', { cost: 2.5 });
    requests.ask('b', { cost: 2.5 });
    requests.ask('c', { cost: 0.5 });
    clock.advance(100);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('has forgotten the costs of a queue that is empty, also those that no sum is exact of', () => {
    const { clock, requests } = limiting({ limit: 1, perMs: 10, algorithm: 'tokenBucket', overflow: 'wait' });
    requests.ask('a');
    for (const cost of [0.1, 0.2, 0.3]) requests.ask('waiter', { cost });
    clock.advance(100);
    requests.ask('b', { cost: 0.4 });
    requests.ask('c', { cost: 0.6 });
    expect(requests.outcomes.slice(-2)).to.deep.equal([
      ['b', 100],
      ['c', 100],
    ]);
  });

  describe('when one leaves the queue', () => {
    it('moves up those behind it, at once where they may start now', () => {
      const { clock, requests } = limiting({ limit: 3, perMs: 10 });
      requests.ask('a', { cost: 2 });
      const expensive = requests.ask('expensive', { cost: 2 });
      requests.ask('cheap');
      clock.advance(4);
      expensive?.cancel();
      expect(requests.outcomes).to.deep.equal([
        ['a', 0],
        ['cheap', 4],
      ]);
      clock.advance(100);
      expect(requests.outcomes).to.have.length(2);
    });

    it('uses nothing up', () => {
      const { limiter, clock, requests } = limiting({ limit: 1, perMs: 10 });
      requests.ask('a');
      requests.ask('b')?.cancel();
      expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
      clock.advance(10);
      requests.ask('c');
      expect(requests.outcomes).to.deep.equal([
        ['a', 0],
        ['c', 10],
      ]);
    });

    it('gives its place in a full queue to the next who asks', () => {
      const { clock, requests } = limiting({ limit: 1, perMs: 10, maxQueue: 1 });
      requests.ask('a');
      const waiting = requests.ask('b');
      requests.ask('c');
      waiting?.cancel();
      waiting?.cancel();
      requests.ask('d');
      clock.advance(100);
      expect(requests.outcomes).to.deep.equal([
        ['a', 0],
        ['c', 0, 'queueFull', 20],
        ['d', 10],
      ]);
    });

    it('leaves the others alone when it had been served before', () => {
      const { limiter, clock, requests } = limiting({ limit: 1, perMs: 10 });
      requests.ask('a');
      const b = requests.ask('b');
      requests.ask('c');
      clock.advance(10);
      b?.cancel();
      expect(limiter.queued).to.equal(1);
      clock.advance(100);
      expect(requests.outcomes).to.deep.equal([
        ['a', 0],
        ['b', 10],
        ['c', 20],
      ]);
    });
  });

  describe('called from its own callbacks', () => {
    it('puts a newcomer behind those who wait', () => {
      const { clock, requests } = limiting({ limit: 3, perMs: 10 });
      requests.ask('a', { cost: 3 });
      requests.ask('b', { then: () => requests.ask('newcomer') });
      requests.ask('c');
      clock.advance(100);
      expect(requests.outcomes).to.deep.equal([
        ['a', 0],
        ['b', 10],
        ['c', 10],
        ['newcomer', 10],
      ]);
    });

    it('lets one that starts cancel the next', () => {
      const { limiter, clock, requests } = limiting({ limit: 1, perMs: 10 });
      requests.ask('a');
      requests.ask('b', { then: () => c?.cancel() });
      const c = requests.ask('c');
      requests.ask('d');
      clock.advance(100);
      expect(requests.outcomes).to.deep.equal([
        ['a', 0],
        ['b', 10],
        ['d', 20],
      ]);
      expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
    });

    it('lets each that starts cancel the next, 50,000 times, without nesting', () => {
      const { limiter, clock, requests } = limiting({ limit: 50_000, perMs: 10, maxQueue: 50_000 });
      requests.ask('all', { cost: 50_000 });
      const waiting: (Waiting | undefined)[] = [];
      for (let index = 0; index < 50_000; index++) {
        waiting.push(requests.ask(String(index), { then: () => waiting[index + 1]?.cancel() }));
      }
      clock.advance(10);
      expect([requests.outcomes.length, requests.outcomes.at(-1)?.[0], limiter.queued]).to.deep.equal([
        25_001,
        '49998',
        0,
      ]);
    }).timeout(30_000);

    it('serves the others when one that starts throws, whose error reaches the host', () => {
      const { limiter, clock, requests } = limiting({ limit: 1, perMs: 10 });
      requests.ask('a');
      const broken = (): never => {
        throw new Error('broken');
      };
      requests.ask('b', { then: broken });
      requests.ask('c');
      expect(() => {
        clock.advance(15);
      }).to.throw('broken');
      clock.advance(100);
      expect(requests.outcomes).to.deep.equal([
        ['a', 0],
        ['b', 10],
        ['c', 20],
      ]);
      expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
    });

    it('starts 100,000 waiters of one instant without nesting', () => {
      const { limiter, clock, requests } = limiting({ limit: 100_000, perMs: 10, maxQueue: 100_000 });
      requests.ask('all', { cost: 100_000 });
      for (let count = 0; count < 100_000; count++) requests.ask('waiter');
      clock.advance(10);
      expect([requests.outcomes.length, limiter.queued]).to.deep.equal([100_001, 0]);
    }).timeout(30_000);
  });

  for (const [cost, limit, error, message] of [
    [4, { limit: 3, perMs: 10 }, RangeError, 'cost: expected at most 3, got 4'],
    [2.5, { limit: 3, perMs: 10 }, RangeError, 'cost: expected a whole number of at least 1, got 2.5'],
    [0, { limit: 3, perMs: 10 }, RangeError, 'cost: expected a whole number of at least 1, got 0'],
    ['1', { limit: 3, perMs: 10 }, TypeError, 'cost: expected a whole number of at least 1, got "1"'],
    [6, { limit: 3, perMs: 10, algorithm: 'tokenBucket', burst: 5 }, RangeError, 'cost: expected at most 5, got 6'],
    [
      -1,
      { limit: 3, perMs: 10, algorithm: 'tokenBucket' },
      RangeError,
      'cost: expected a finite number above 0, got -1',
    ],
  ] as const) {
    it(`throws for a cost that can never be granted: ${message}`, () => {
      const { limiter, requests } = limiting(limit);
      expect(() => requests.ask('a', { cost: cost as number })).to.throw(error, message);
      expect([limiter.queued, limiter.keys, requests.outcomes.length]).to.deep.equal([0, 0, 0]);
    });
  }
});
