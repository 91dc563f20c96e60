import { expect } from 'chai';
import { NEVER, of } from 'rxjs';
import { RateLimiter, Semaphore } from '../operators/index.js';
import { isToolFailed } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

describe('a semaphore that two tools share', () => {
  it('holds both to its slots, first come, first served', () => {
    const concurrency = new Semaphore({ concurrency: 1 });
    const stage = new Stage([
      toolOf((given) => given, { name: 'x', concurrency }),
      toolOf((given) => given, { name: 'y', concurrency }),
    ]);
    const running = stage.call('a', NEVER, { tool: 'x' });
    stage.call('b', of(1), { tool: 'y' });
    stage.call('c', of(1), { tool: 'x' });
    running.unsubscribe();
    expect(stage.log.filter((line) => /queued|started|cancelled/.test(line))).to.deep.equal([
      '0 a started',
      '0 b queued',
      '0 c queued',
      '0 a cancelled',
      '0 b started',
      '0 c started',
    ]);
    stage.expectNothingHeld();
  });

  it('is counted once in stats', () => {
    const concurrency = new Semaphore({ concurrency: 1 });
    const stage = new Stage([
      toolOf(() => NEVER, { name: 'x', concurrency }),
      toolOf(() => NEVER, { name: 'y', concurrency }),
    ]);
    stage.call('a', {}, { tool: 'x' });
    stage.call('b', {}, { tool: 'y' });
    expect(stage.orchestrator.stats()).to.include({ running: 1, queued: 1, permits: 1, waiting: 1 });
  });

  it('is shared by two orchestrators too', () => {
    const tool = toolOf(() => NEVER, { concurrency: new Semaphore({ concurrency: 1 }) });
    const [one, two] = [new Stage([tool]), new Stage([tool])];
    const running = one.call('a');
    two.call('b');
    expect(two.log).to.deep.equal(['0 b queued']);
    running.unsubscribe();
    expect(two.log).to.deep.equal(['0 b queued', '0 b started']);
  });
});

describe('a concurrency that is a number', () => {
  it('is for each orchestrator its own', () => {
    const tool = toolOf(() => NEVER, { concurrency: 1 });
    const [one, two] = [new Stage([tool]), new Stage([tool])];
    one.call('a');
    two.call('b');
    expect(two.log).to.deep.equal(['0 b started']);
  });

  it('may be Infinity', () => {
    const stage = new Stage([toolOf(() => NEVER, { concurrency: Infinity })]);
    for (const name of 'abc') stage.call(name);
    expect(stage.orchestrator.stats()).to.include({ running: 3, permits: 3, queued: 0 });
  });
});

describe('a rate limiter that two tools share', () => {
  for (const [how, setting] of [
    ['as it is', (limiter: RateLimiter) => limiter],
    ['in a setting', (limiter: RateLimiter) => ({ limiter })],
  ] as const) {
    it(`holds both to one limit, named ${how}`, () => {
      const rateLimit = setting(new RateLimiter({ limit: 1, perMs: 10 }));
      const stage = new Stage([
        toolOf(() => of(1), { name: 'x', rateLimit }),
        toolOf(() => of(1), { name: 'y', rateLimit }),
      ]);
      stage.call('a', {}, { tool: 'x' });
      stage.call('b', {}, { tool: 'y' });
      stage.call('c', {}, { tool: 'x' });
      stage.flush();
      expect(stage.log.filter((line) => line.includes('started'))).to.deep.equal([
        '0 a started',
        '10 b started',
        '20 c started',
      ]);
      stage.expectNothingHeld();
    });
  }
});

describe('a rate limit with a key', () => {
  const limited = (cost?: number | ((args: never) => number)) =>
    toolOf(() => of(1), {
      rateLimit: {
        limit: 3,
        perMs: 10,
        key: ({ user }: { user: string }) => user,
        ...(cost === undefined ? {} : { cost }),
      } as never,
    });

  it('is one for each key of the arguments', () => {
    const stage = new Stage([limited(3)]);
    for (const [name, user] of [
      ['a', 'ann'],
      ['b', 'bob'],
      ['c', 'ann'],
      ['d', 'bob'],
    ] as const)
      stage.call(name, { user });
    stage.flush();
    expect(stage.log.filter((line) => line.includes('started'))).to.deep.equal([
      '0 a started',
      '0 b started',
      '10 c started',
      '10 d started',
    ]);
  });

  it('leaves the tool available: each key has an answer of its own', () => {
    const stage = new Stage([limited(3)]);
    stage.call('a', { user: 'ann' });
    expect(stage.status()).to.include({ state: 'available', accepting: true });
  });

  it('takes as much of the limit as the arguments cost', () => {
    const stage = new Stage([limited(({ n }: { n: number }) => n)]);
    for (const [name, n] of [
      ['a', 2],
      ['b', 1],
      ['c', 3],
    ] as const)
      stage.call(name, { user: 'ann', n });
    stage.flush();
    expect(stage.log.filter((line) => line.includes('started'))).to.deep.equal([
      '0 a started',
      '0 b started',
      '10 c started',
    ]);
  });

  it('fails the call with ToolFailed, and frees its slot, where the cost throws', () => {
    const stage = new Stage([
      toolOf(() => expect.fail('run'), {
        concurrency: 1,
        rateLimit: {
          limit: 1,
          perMs: 10,
          cost: () => {
            throw new Error('no cost');
          },
        },
      }),
    ]);
    stage.call('a');
    const { error, attempt } = stage.event('call.failed');
    expect(isToolFailed(error) && error.cause).to.have.property('message', 'no cost');
    expect(attempt).to.equal(1);
    stage.expectNothingHeld();
  });

  it('fails the call with ToolFailed, where the key throws', () => {
    const stage = new Stage([limited()]);
    stage.call('a', null);
    expect(stage.event('call.failed').error).to.have.property('_tag', 'ToolFailed');
    stage.expectNothingHeld();
  });

  for (const [cost, message] of [
    [4, "'t' failed: cost: expected at most 3, got 4"],
    [0, "'t' failed: cost: expected a whole number of at least 1, got 0"],
    [NaN, "'t' failed: cost: expected a whole number of at least 1, got NaN"],
  ] as const) {
    it(`fails the call with ToolFailed, where the cost comes to ${String(cost)}`, () => {
      const stage = new Stage([limited(() => cost)]);
      stage.call('a', { user: 'ann' });
      expect(stage.event('call.failed').error.message).to.equal(message);
      stage.call('b', { user: 'bob' });
      stage.expectNothingHeld();
    });
  }
});
