import { expect } from 'chai';
import fc from 'fast-check';
import { RateLimiter, type RateLimitOptions } from '../../../operators/gates/RateLimiter.js';
import { RateRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function limited(options: RateLimitOptions): { limiter: RateLimiter; clock: VirtualClock; requests: RateRequests } {
  const limiter = new RateLimiter(options);
  const clock = new VirtualClock();
  return { limiter, clock, requests: new RateRequests(limiter, clock) };
}

/** What became of each, as `a@0` or `b@3: maxWait, 5`. */
const told = ({ outcomes }: RateRequests): string[] =>
  outcomes.map(
    ([name, at, refusal, after]) => `${name}@${String(at)}${refusal ? `: ${refusal}, ${String(after)}` : ''}`,
  );

describe('RateLimiter, updated', () => {
  it('lets those who wait start at once under a higher limit, in their order', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 10 });
    for (const name of 'abcd') requests.ask(name);
    clock.advance(2);
    limiter.update({ limit: 3 });
    expect(told(requests)).to.deep.equal(['a@0', 'b@2', 'c@2']);
    clock.advance(20);
    expect(told(requests)).to.deep.equal(['a@0', 'b@2', 'c@2', 'd@10']);
    expect([limiter.queued, limiter.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('sets its timer anew: sooner for a shorter window, later for a longer one', () => {
    for (const [perMs, at] of [
      [6, 6],
      [25, 25],
      [3, 4],
    ] as const) {
      const { limiter, clock, requests } = limited({ limit: 1, perMs: 10 });
      for (const name of 'ab') requests.ask(name);
      clock.advance(4);
      limiter.update({ perMs });
      expect(clock.pending).to.equal(at === 4 ? 0 : 1);
      clock.advance(40);
      expect(told(requests)).to.deep.equal(['a@0', `b@${String(at)}`]);
    }
  });

  it('counts what has started before against a lower limit', () => {
    const { limiter, clock, requests } = limited({ limit: 3, perMs: 10 });
    for (const name of 'abcde') {
      requests.ask(name);
      clock.advance(1);
    }
    limiter.update({ limit: 1 });
    clock.advance(40);
    expect(told(requests)).to.deep.equal(['a@0', 'b@1', 'c@2', 'd@12', 'e@22']);
  });

  it('fills a bucket by the new limit for those who wait', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 10, burst: 2, algorithm: 'tokenBucket' });
    for (const name of 'abcd') requests.ask(name);
    clock.advance(5);
    limiter.update({ limit: 5 });
    clock.advance(10);
    expect(told(requests)).to.deep.equal(['a@0', 'b@0', 'c@6', 'd@8']);
  });

  it('refuses one that wants more than the new limit when it is its turn, and lets those behind start', () => {
    const { limiter, clock, requests } = limited({ limit: 3, perMs: 10 });
    requests.ask('a', { cost: 3 });
    requests.ask('b', { cost: 3 });
    requests.ask('c');
    clock.advance(4);
    limiter.update({ limit: 2 });
    expect(told(requests)).to.deep.equal(['a@0', 'b@4: limit, 10']);
    clock.advance(40);
    expect(told(requests).slice(2)).to.deep.equal(['c@10']);
    expect([limiter.queued, clock.pending]).to.deep.equal([0, 0]);
  });

  it('does not let one in the middle of the queue delay those behind it', () => {
    const { limiter, clock, requests } = limited({ limit: 3, perMs: 10 });
    requests.ask('a', { cost: 3 });
    requests.ask('b');
    requests.ask('c', { cost: 3 });
    requests.ask('d');
    limiter.update({ limit: 2 });
    clock.advance(40);
    expect(told(requests)).to.deep.equal(['a@0', 'b@10', 'c@10: limit, 10', 'd@10']);
  });

  it('checks costs by the new limit', () => {
    const { limiter } = limited({ limit: 3, perMs: 10 });
    limiter.update({ limit: 2 });
    expect(() => {
      limiter.checkCost(3);
    }).to.throw(RangeError, 'cost: expected at most 2, got 3');
    limiter.update({ limit: 4 });
    limiter.checkCost(4);
  });

  it('serves every key, and goes by the new limit for keys that come later', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 10 });
    for (const key of ['x', 'y']) for (const count of [1, 2, 3]) requests.ask(`${key}${String(count)}`, { key });
    limiter.update({ limit: 2 });
    for (const count of [1, 2, 3]) requests.ask(`z${String(count)}`, { key: 'z' });
    expect(told(requests)).to.deep.equal(['x1@0', 'y1@0', 'x2@0', 'y2@0', 'z1@0', 'z2@0']);
    expect([limiter.queued, clock.pending]).to.deep.equal([3, 3]);
  });

  it('goes by the new maxQueue, and leaves those who wait already where they are', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 10 });
    for (const name of 'abc') requests.ask(name);
    limiter.update({ maxQueue: 1 });
    requests.ask('d');
    limiter.update({ maxQueue: 3 });
    requests.ask('e');
    clock.advance(40);
    expect(told(requests)).to.deep.equal(['a@0', 'd@0: queueFull, 30', 'b@10', 'c@20', 'e@30']);
  });

  it('counts a new maxWaitMs from when each began to wait, also for those behind the first', () => {
    const { limiter, clock, requests } = limited({ limit: 2, perMs: 100 });
    requests.ask('a', { cost: 2 });
    requests.ask('b', { cost: 2 });
    clock.advance(3);
    requests.ask('c');
    limiter.update({ maxWaitMs: 8 });
    clock.advance(50);
    expect(told(requests)).to.deep.equal(['a@0', 'b@8: maxWait, 192', 'c@11: maxWait, 89']);
    expect([limiter.queued, clock.pending]).to.deep.equal([0, 0]);
  });

  it('refuses one behind the first on time when only it came under the lower maxWaitMs', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 5, maxWaitMs: 100 });
    for (const name of 'ab') requests.ask(name);
    limiter.update({ maxWaitMs: 10 });
    requests.ask('c');
    limiter.holdBack(clock, 1_000);
    clock.advance(2_000);
    expect(told(requests)).to.deep.equal(['a@0', 'b@10: maxWait, 995', 'c@10: maxWait, 990']);
  });

  it('refuses all who wait at once when nobody may wait any more', () => {
    const { limiter, clock, requests } = limited({ limit: 1, perMs: 10 });
    for (const name of 'abc') requests.ask(name);
    limiter.update({ maxWaitMs: 0 });
    expect(told(requests)).to.deep.equal(['a@0', 'b@0: maxWait, 20', 'c@0: maxWait, 10']);
    expect([limiter.queued, clock.pending]).to.deep.equal([0, 0]);
  });

  it('goes by the latest limit when it is changed again by one whom it lets start', () => {
    const { limiter, requests } = limited({ limit: 1, perMs: 10 });
    requests.ask('a');
    requests.ask('b', {
      then: () => {
        limiter.update({ limit: 2 });
      },
    });
    requests.ask('c');
    requests.ask('y1', { key: 'y' });
    for (const name of ['y2', 'y3']) requests.ask(name, { key: 'y' });
    limiter.update({ limit: 9 });
    expect(told(requests)).to.deep.equal(['a@0', 'y1@0', 'b@0', 'y2@0']);
    expect(limiter.queued).to.equal(2);
  });

  it('never lets more start than the new limit in a window that begins after the change, nor later than needed', () => {
    const limits = fc.record({ limit: fc.integer({ min: 1, max: 6 }), perMs: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(
        limits,
        limits,
        fc.array(fc.nat(20), { maxLength: 25 }),
        fc.nat(25),
        (before, after, asked, changeAt) => {
          const { limiter, clock, requests } = limited(before);
          const expected: number[] = [];
          let waiting = 0;
          let startedBefore = 0;
          let limits = before;
          let known: number[] = [];
          const serve = (now: number): void => {
            known = known.filter((start) => start > now - limits.perMs);
            for (; waiting > 0 && known.length < limits.limit; waiting--) {
              known.push(now);
              expected.push(now);
            }
          };
          for (let now = 0; now <= 400; now++) {
            serve(now);
            if (now === changeAt) {
              startedBefore = expected.length;
              limits = after;
              limiter.update(after);
            }
            for (const at of asked) {
              if (at !== now) continue;
              requests.ask('-');
              waiting++;
            }
            serve(now);
            clock.advance(1);
          }
          expect(requests.outcomes.map(([, at]) => at)).to.deep.equal(expected);
          const since = expected.slice(startedBefore);
          for (const from of since) {
            const within = since.filter((at) => at >= from && at < from + after.perMs).length;
            expect(within).to.be.at.most(after.limit);
          }
          expect([waiting, limiter.queued, clock.pending]).to.deep.equal([0, 0, 0]);
        },
      ),
      { numRuns: 300 },
    );
  });

  for (const [changes, message] of [
    [{ limit: 9, perMs: 0 }, 'perMs: expected a finite number above 0, got 0'],
    [{ limit: 0 }, 'limit: expected a whole number of at least 1, got 0'],
    [{ limit: 9, burst: 2 }, `burst: expected algorithm 'tokenBucket' beside it, got 'slidingWindow'`],
    [{ limit: 9, maxQueue: -1 }, 'maxQueue: expected a whole number of at least 0, got -1'],
    [{ limit: 9, maxWaitMs: Number.NaN }, 'maxWaitMs: expected milliseconds, 0 or more, got NaN'],
  ] as const) {
    it(`changes nothing when it throws: ${message}`, () => {
      const { limiter, clock, requests } = limited({ limit: 1, perMs: 10 });
      for (const name of 'ab') requests.ask(name);
      expect(() => {
        limiter.update(changes);
      }).to.throw(message);
      requests.ask('x', { key: 'other' });
      requests.ask('y', { key: 'other' });
      limiter.update({});
      clock.advance(40);
      expect(told(requests)).to.deep.equal(['a@0', 'x@0', 'b@10', 'y@10']);
    });
  }
});
