import { expect } from 'chai';
import { type RateLimitOptions, RateLimiter } from '../../../operators/gates/RateLimiter.js';
import { RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function limiting(options: RateLimitOptions): { limiter: RateLimiter; clock: VirtualClock; requests: RateRequests } {
  const limiter = new RateLimiter(options);
  const clock = new VirtualClock();
  return { limiter, clock, requests: new RateRequests(limiter, clock) };
}

describe('RateLimiter, refusing', () => {
  it('says exactly when a start would be possible', () => {
    const { clock, requests } = limiting({ limit: 2, perMs: 10, overflow: 'reject' });
    requests.ask('a');
    clock.advance(3);
    requests.ask('b');
    clock.advance(1);
    requests.ask('c');
    requests.ask('two', { cost: 2 });
    clock.advance(5);
    requests.ask('too early');
    clock.advance(1);
    requests.ask('d');
    expect(requests.outcomes.slice(2)).to.deep.equal([
      ['c', 4, 'limit', 6],
      ['two', 4, 'limit', 9],
      ['too early', 9, 'limit', 1],
      ['d', 10],
    ]);
  });

  it('uses nothing up, holds nothing and sets no timer', () => {
    const { limiter, clock, requests } = limiting({ limit: 1, perMs: 10, overflow: 'reject' });
    for (const name of 'abcd') requests.ask(name);
    expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
    clock.advance(10);
    requests.ask('e');
    expect(requests.outcomes.at(-1)).to.deep.equal(['e', 10]);
  });

  it('bounds the queue, and says when one who had queued would have started', () => {
    const { clock, requests } = limiting({ limit: 1, perMs: 10, maxQueue: 2 });
    for (const name of 'abcd') requests.ask(name);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['d', 0, 'queueFull', 30],
    ]);
    clock.advance(100);
  });

  it('lets nobody wait where maxQueue is 0', () => {
    const { limiter, requests } = limiting({ limit: 1, perMs: 10, maxQueue: 0 });
    for (const name of 'ab') requests.ask(name);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 0, 'queueFull', 10],
    ]);
    expect(limiter.queued).to.equal(0);
  });

  it('does not refuse for a queue of those who are due, but whose timer has not gone off yet', () => {
    const { clock, requests } = limiting({ limit: 1, perMs: 10, maxQueue: 1 });
    requests.ask('a');
    requests.ask('b');
    clock.block(25);
    requests.ask('c');
    requests.ask('d');
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 25],
      ['d', 25, 'queueFull', 20],
    ]);
    clock.advance(100);
    expect(requests.outcomes.at(-1)).to.deep.equal(['c', 35]);
  });

  it('refuses at once whoever would have to wait too long', () => {
    const { clock, requests } = limiting({ limit: 1, perMs: 10, maxWaitMs: 20 });
    for (const name of 'abcd') requests.ask(name);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['d', 0, 'maxWait', 30],
    ]);
    clock.advance(100);
    expect(requests.outcomes.slice(2)).to.deep.equal([
      ['b', 10],
      ['c', 20],
    ]);
  });

  it('lets nobody wait where maxWaitMs is 0', () => {
    const { requests } = limiting({ limit: 1, perMs: 10, maxWaitMs: 0 });
    for (const name of 'ab') requests.ask(name);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 0, 'maxWait', 10],
    ]);
  });

  it('refuses on time whom the costs of those ahead delay beyond what could be foreseen', () => {
    const { limiter, clock, requests } = limiting({ limit: 3, perMs: 10, maxWaitMs: 15 });
    requests.ask('a');
    clock.advance(5);
    requests.ask('b');
    requests.ask('c', { cost: 3 });
    requests.ask('d');
    clock.advance(14);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 5],
      ['c', 15],
    ]);
    clock.advance(1);
    expect(requests.outcomes.at(-1)).to.deep.equal(['d', 20, 'maxWait', 5]);
    expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('uses nothing up of those whom it refuses on time', () => {
    const { clock, requests } = limiting({ limit: 3, perMs: 10, maxWaitMs: 20 });
    requests.ask('a', { cost: 3 });
    for (const name of 'bcd') requests.ask(name, { cost: 2 });
    clock.advance(20);
    expect(requests.outcomes.at(-1)?.slice(0, 3)).to.deep.equal(['d', 20, 'maxWait']);
    requests.ask('e', { cost: 1 });
    expect(requests.outcomes.at(-1)).to.deep.equal(['e', 20]);
  });

  it('says to whom it refuses on time when a start would be possible behind those who still wait', () => {
    const { clock, requests } = limiting({ limit: 3, perMs: 10, maxWaitMs: 20 });
    requests.ask('a', { cost: 3 });
    for (const name of 'bcd') requests.ask(name, { cost: 2 });
    clock.advance(10);
    requests.ask('e', { cost: 3 });
    clock.advance(10);
    expect(requests.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 10],
      ['c', 20],
      ['d', 20, 'maxWait', 20],
    ]);
  });
});
