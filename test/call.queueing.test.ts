import { expect } from 'chai';
import { of } from 'rxjs';
import { Semaphore } from '../operators/index.js';
import { type AnyTool, createOrchestrator, isRateLimitExceeded, isToolBusy } from '../src/index.js';
import { type CallDiagram, callDiagram } from './support/marbles.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

function diagram(settings: Partial<AnyTool>, rows: CallDiagram): void {
  callDiagram(rows, (sourceOf) =>
    createOrchestrator({ tools: [toolOf((letter: string) => sourceOf(letter), settings)] }),
  );
}

describe('a call that waits for a slot', () => {
  failOnUnhandledRejections();

  it('is queued, starts in the tick in which the one before it ends, and after that one has ended', () => {
    diagram(
      { concurrency: 1 },
      {
        calls: ' ab',
        of: {
          a: { gives: '---(1|)', events: 's--(eS)' },
          b: { gives: '  --(2|)', events: '-q-s-(eS)' },
        },
        output: '---1-2',
      },
    );
  });

  it('is let in in the order of the calls, as many as there are slots', () => {
    diagram(
      { concurrency: 2 },
      {
        calls: ' abcd',
        of: {
          a: { gives: '------(1|)', events: 's-----(eS)' },
          b: { gives: '---(2|)', events: '-s--(eS)' },
          c: { gives: '-(3|)', events: '--q-s(eS)' },
          d: { gives: '--(4|)', events: '---q-s-(eS)' },
        },
        output: '----2314',
      },
    );
  });

  it('moves up when one before it leaves the queue', () => {
    diagram(
      { concurrency: 1 },
      {
        calls: ' abc',
        leaves: '---b',
        of: {
          a: { gives: '-----(1|)', events: 's----(eS)' },
          b: { events: '-q-C' },
          c: { gives: '-(3|)', events: '--q--s(eS)' },
        },
        output: '-----13',
      },
    );
  });

  it('starts in the tick in which the one that runs is cancelled, after its cancel', () => {
    const stage = new Stage([toolOf(() => of('x'), { concurrency: 1 })]);
    stage.orchestrator.register(toolOf(() => new Promise(() => undefined), { name: 'slow', concurrency: 1 }));
    const running = stage.call('a', {}, { tool: 'slow' });
    stage.call('b', {}, { tool: 'slow' });
    stage.at(5, () => {
      running.unsubscribe();
    });
    stage.flush(6);
    expect(stage.log).to.deep.equal(['0 a started', '0 b queued', '5 a cancelled', '5 b started', '5 a abandoned']);
  });

  it('is refused with ToolBusy where the queue is full, and says how many run and wait', () => {
    const stage = new Stage([
      toolOf(() => new Promise(() => undefined), { concurrency: new Semaphore({ concurrency: 2, maxQueue: 1 }) }),
    ]);
    for (const name of ['a', 'b', 'c', 'd']) stage.call(name);
    const { error, values, durationMs } = stage.event('call.rejected', 'd');
    expect(isToolBusy(error) && { ...error }).to.deep.equal({
      _tag: 'ToolBusy',
      tool: 't',
      callId: 'd',
      reason: 'queueFull',
      running: 2,
      queued: 1,
    });
    expect(error.message).to.equal(
      "'t' was not started: all slots are taken and the queue is full (2 running, 1 waiting)",
    );
    expect({ values, durationMs }).to.deep.equal({ values: 0, durationMs: 0 });
  });

  it('is refused with ToolBusy when it has waited for maxWaitMs', () => {
    const stage = new Stage([
      toolOf(() => new Promise(() => undefined), { concurrency: new Semaphore({ concurrency: 1, maxWaitMs: 5 }) }),
    ]);
    stage.call('a');
    stage.call('b');
    stage.flush(10);
    expect(stage.log).to.deep.equal(['0 a started', '0 b queued', '5 b rejected', '5 b > ToolBusy']);
    expect(stage.event('call.rejected').error.message).to.equal(
      "'t' was not started: no slot became free within maxWaitMs (1 running, 0 waiting)",
    );
  });

  it('says in its events what it waits for, and how long it has waited', async () => {
    const stage: Stage = new Stage([toolOf((ms: number) => stage.later(ms, 'x'), { concurrency: 1 })]);
    stage.call('a', 4);
    stage.at(1, () => stage.call('b', 1));
    await stage.play();
    expect(stage.event('call.queued')).to.include({ reason: 'concurrency', args: 1, attempt: 1 });
    expect(stage.event('call.queued')).not.to.have.property('availableAt');
    expect(stage.event('call.started', 'b').waitedMs).to.equal(3);
    expect(stage.event('call.succeeded', 'b').durationMs).to.equal(4);
  });

  for (const [end, ends] of [
    ['completes', () => Promise.resolve(1)],
    ['fails', () => Promise.reject(new Error('broken'))],
  ] as const) {
    it(`is let in at once, when it is made by the caller of the only call as that ${end}`, async () => {
      const single = new Semaphore({ concurrency: 1, maxQueue: 0 });
      const stage = new Stage([toolOf((make: () => unknown) => make(), { concurrency: single })]);
      const again = () => stage.call('b', () => of(1));
      stage.call('a', ends, { error: again, complete: again });
      await stage.play();
      expect(stage.log).to.include('0 b started').and.not.include('0 b rejected');
    });
  }

  it('is let in before one that the caller of the call that ends makes', async () => {
    const stage = new Stage([toolOf((given) => given, { concurrency: 1 })]);
    stage.call('a', Promise.resolve(1), { complete: () => stage.call('c', of(3)) });
    stage.call('b', of(2));
    await stage.play();
    expect(stage.log.filter((line) => /started|queued|succeeded/.test(line))).to.deep.equal([
      '0 a started',
      '0 b queued',
      '0 a succeeded',
      '0 c queued',
      '0 b started',
      '0 b succeeded',
      '0 c started',
      '0 c succeeded',
    ]);
  });
});

describe('a call that waits for a rate permit', () => {
  failOnUnhandledRejections();

  it('is queued, and starts when it may', () => {
    diagram(
      { rateLimit: { limit: 2, perMs: 5 } },
      {
        calls: ' abcd',
        of: {
          a: { gives: '(1|)', events: '(seS)' },
          b: { gives: '(2|)', events: '-(seS)' },
          c: { gives: '(3|)', events: '--q--(seS)' },
          d: { gives: '(4|)', events: '---q--(seS)' },
        },
        output: '12---34',
      },
    );
  });

  it('moves up when one before it leaves the queue', () => {
    diagram(
      { rateLimit: { limit: 1, perMs: 5 } },
      {
        calls: ' abc',
        leaves: '---b',
        of: {
          a: { gives: '(1|)', events: '(seS)' },
          b: { events: '-q-C' },
          c: { gives: '(3|)', events: '--q--(seS)' },
        },
        output: '1----3',
      },
    );
  });

  it('says in its event when it will start, as things stand', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10 } })]);
    for (const name of ['a', 'b', 'c']) stage.call(name, name);
    expect(stage.event('call.queued', 'b')).to.include({ reason: 'rateLimit', availableAt: 10, args: 'b', attempt: 1 });
    expect(stage.event('call.queued', 'c')).to.include({ reason: 'rateLimit', availableAt: 20 });
    stage.flush();
    expect(stage.event('call.started', 'c')).to.include({ at: 20, waitedMs: 20 });
  });

  it('holds its slot while it waits', () => {
    const stage = new Stage([toolOf(() => of(1), { concurrency: 1, rateLimit: { limit: 1, perMs: 10 } })]);
    for (const name of ['a', 'b', 'c']) stage.call(name);
    stage.flush();
    expect(stage.log.filter((line) => /queued|started/.test(line))).to.deep.equal([
      '0 a started',
      '0 b queued',
      '0 c queued',
      '10 b started',
      '10 c queued',
      '20 c started',
    ]);
    expect(stage.events.flatMap((event) => (event.type === 'call.queued' ? [event.reason] : []))).to.deep.equal([
      'rateLimit',
      'concurrency',
      'rateLimit',
    ]);
  });

  it('is refused with RateLimitExceeded where overflow is reject, and says when to come again', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10, overflow: 'reject' } })]);
    stage.call('a');
    stage.at(4, () => stage.call('b'));
    stage.flush();
    const { error } = stage.event('call.rejected');
    expect(isRateLimitExceeded(error) && { ...error }).to.deep.equal({
      _tag: 'RateLimitExceeded',
      tool: 't',
      callId: 'b',
      reason: 'limit',
      retryAfterMs: 6,
    });
    expect(error.message).to.equal("'t' was not started: the rate limit is used up; retry after 6 ms");
  });

  it('uses up nothing when it is refused', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10, overflow: 'reject' } })]);
    for (const at of [0, 3, 9, 10]) stage.at(at, () => stage.call(`at ${String(at)}`));
    stage.flush();
    const started = stage.events.flatMap((event) => (event.type === 'call.started' ? [event.at] : []));
    expect(started).to.deep.equal([0, 10]);
  });

  for (const [reason, limits] of [
    ['queueFull', { maxQueue: 0 }],
    ['maxWait', { maxWaitMs: 9 }],
  ] as const) {
    it(`is refused where ${JSON.stringify(limits)} leaves it no place`, () => {
      const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10, ...limits } })]);
      stage.call('a');
      stage.call('b');
      expect(stage.event('call.rejected').error).to.include({ reason, retryAfterMs: 10 });
    });
  }

  it('takes the permit at its start: a call that is cancelled while it waits leaves it to the next', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10 } })]);
    stage.call('a');
    stage.call('b').unsubscribe();
    stage.call('c');
    stage.flush();
    expect(stage.event('call.started', 'c').at).to.equal(10);
  });
});
