import { expect } from 'chai';
import { concat, ignoreElements, NEVER, Observable, of, retry, timer } from 'rxjs';
import { Semaphore } from '../operators/index.js';
import { type AnyTool, isToolTimeout, type ToolError } from '../src/index.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

/** How a call times out, and when. */
function timeoutOf(run: (stage: Stage) => unknown, settings: Partial<AnyTool>, before?: (stage: Stage) => void) {
  const stage: Stage = new Stage([toolOf((given) => given ?? run(stage), settings)]);
  before?.(stage);
  let error: ToolError | undefined;
  stage.call('a', null, { error: (told) => (error = told) });
  stage.flush();
  if (!isToolTimeout(error)) throw new Error(`expected a ToolTimeout, got ${error?.message ?? 'none'}`);
  const { limit, ms, outstanding, attempt, message } = error;
  const { at, durationMs } = stage.event('call.timedOut', 'a');
  return { said: { limit, ms, outstanding, attempt }, message, at, durationMs, stage };
}

describe('timeoutMs', () => {
  failOnUnhandledRejections();

  it('ends an attempt that gives nothing: on time, with what was still to come', () => {
    const { said, message, at } = timeoutOf(() => NEVER, { timeoutMs: 5 });
    expect(said).to.deep.equal({ limit: 'timeoutMs', ms: 5, outstanding: 'the first value', attempt: 1 });
    expect(message).to.equal("'t' exceeded its timeoutMs of 5 ms in attempt 1, waiting for the first value");
    expect(at).to.equal(5);
  });

  for (const [values, outstanding] of [
    [1, 'the end after 1 value'],
    [2, 'the end after 2 values'],
  ] as const) {
    it(`ends an attempt that has given ${String(values)} and no end: waiting for ${outstanding}`, () => {
      const given = Array.from({ length: values }, (_, index) => index);
      expect(timeoutOf(() => concat(given, NEVER), { timeoutMs: 5 }).said).to.include({ outstanding });
    });
  }

  it('is 30,000 where none is given', () => {
    expect(timeoutOf(() => NEVER, {})).to.include({ at: 30_000 });
  });

  it('is switched off by Infinity', () => {
    const stage: Stage = new Stage([toolOf(() => timer(10_000_000, stage.scheduler), { timeoutMs: Infinity })]);
    stage.call('a');
    stage.flush();
    expect(stage.log.at(-1)).to.equal('10000000 a > end');
  });

  it('counts from the start of the attempt: waiting for a slot or a permit is not part of it', () => {
    const { at, durationMs } = timeoutOf(
      () => NEVER,
      { timeoutMs: 5, concurrency: 1 },
      (stage) => {
        stage.call('before', timer(4, stage.scheduler));
      },
    );
    expect({ at, durationMs }).to.deep.equal({ at: 9, durationMs: 9 });
    const limited = timeoutOf(
      () => NEVER,
      { timeoutMs: 5, rateLimit: { limit: 1, perMs: 7 } },
      (stage) => {
        stage.call('before', of(1));
      },
    );
    expect(limited.at).to.equal(12);
  });

  it('counts for each attempt anew', () => {
    const { said, stage } = timeoutOf(() => NEVER, { timeoutMs: 5, operators: [retry(2)] });
    expect(said.attempt).to.equal(3);
    expect(stage.log).to.deep.equal([
      '0 a started',
      '5 a attemptFailed',
      '5 a started',
      '10 a attemptFailed',
      '10 a started',
      '15 a timedOut',
      '15 a > ToolTimeout',
    ]);
  });

  for (const [what, run] of [
    ['value and an end', (stage: Stage) => timer(5, stage.scheduler)],
    ['an end without a value', (stage: Stage) => timer(5, stage.scheduler).pipe(ignoreElements())],
  ] as const) {
    it(`is kept by ${what} in the frame in which it passes`, () => {
      const stage: Stage = new Stage([toolOf(() => run(stage), { timeoutMs: 5 })]);
      stage.call('a');
      stage.flush();
      expect(stage.log.slice(-2)).to.deep.equal(['5 a succeeded', '5 a > end']);
      stage.expectNothingHeld();
    });
  }

  it('is kept by a promise that resolves in the frame in which it passes', async () => {
    const stage: Stage = new Stage([toolOf(() => stage.later(5, 'x'), { timeoutMs: 5 })]);
    stage.call('a');
    await stage.play();
    expect(stage.log.slice(-2)).to.deep.equal(['5 a succeeded', '5 a > end']);
  });

  it('tears the source down before the caller is told, and gives the slot back', () => {
    const order: string[] = [];
    const stage: Stage = new Stage([
      toolOf(
        (_args, call) => {
          call.signal.addEventListener('abort', () => order.push('signal'));
          return NEVER;
        },
        { timeoutMs: 5, concurrency: 1 },
      ),
    ]);
    stage.call(
      'a',
      {},
      {
        error: () => {
          order.push('caller');
          expect(stage.orchestrator.stats()).to.include({ running: 0, permits: 0 });
        },
      },
    );
    stage.flush();
    expect(order).to.deep.equal(['signal', 'caller']);
  });

  it('tells the caller on time and gives the slot back, where the source throws as it is torn down', () => {
    const careless$ = new Observable(() => () => {
      throw new Error('careless');
    });
    const stage = new Stage([toolOf(() => careless$, { timeoutMs: 5, concurrency: 1 })]);
    stage.call('a');
    expect(() => {
      stage.flush();
    }).to.throw('careless');
    expect(stage.log.at(-1)).to.equal('5 a > ToolTimeout');
    stage.expectNothingHeld();
  });

  it('takes one timer, however many attempts run', () => {
    const stage = new Stage([toolOf(() => NEVER, { timeoutMs: 5 })]);
    for (let call = 0; call < 100; call++) stage.call(`a${String(call)}`);
    expect(stage.orchestrator.stats()).to.include({ running: 100, timers: 1 });
    stage.flush();
    stage.expectNothingHeld();
  });
});

describe('deadlineMs', () => {
  failOnUnhandledRejections();

  it('ends a call that runs too long, with what was still to come', () => {
    const { said, message, at } = timeoutOf(() => NEVER, { deadlineMs: 8 });
    expect(said).to.deep.equal({ limit: 'deadlineMs', ms: 8, outstanding: 'the first value', attempt: 1 });
    expect(message).to.equal("'t' exceeded its deadlineMs of 8 ms in attempt 1, waiting for the first value");
    expect(at).to.equal(8);
  });

  it('spans the wait for a slot', () => {
    const concurrency = new Semaphore({ concurrency: 1 });
    const { said, at } = timeoutOf(
      () => NEVER,
      { deadlineMs: 8, concurrency },
      (before) => {
        before.orchestrator.register(toolOf(() => NEVER, { name: 'long', concurrency, timeoutMs: 50 }));
        before.call('before', {}, { tool: 'long' });
      },
    );
    expect(said).to.include({ outstanding: 'a free slot', attempt: 1 });
    expect(at).to.equal(8);
  });

  it('spans the wait for a rate permit', () => {
    const { said, stage } = timeoutOf(
      () => NEVER,
      { deadlineMs: 8, rateLimit: { limit: 1, perMs: 50 } },
      (before) => {
        before.call('before', of(1));
      },
    );
    expect(said).to.include({ outstanding: 'a rate permit' });
    stage.expectNothingHeld();
  });

  it('spans all attempts', () => {
    const { said, at, stage } = timeoutOf(() => NEVER, { deadlineMs: 8, timeoutMs: 5, operators: [retry(5)] });
    expect(said).to.deep.equal({ limit: 'deadlineMs', ms: 8, outstanding: 'the first value', attempt: 2 });
    expect(at).to.equal(8);
    expect(stage.event('call.timedOut')).to.include({ attempt: 2 });
  });

  it('ends a call whose operators have not begun an attempt', () => {
    const { said } = timeoutOf(() => NEVER, { deadlineMs: 8, operators: [() => NEVER] });
    expect(said).to.deep.equal({ limit: 'deadlineMs', ms: 8, outstanding: 'its start', attempt: 0 });
  });

  it('is kept by an end in the frame in which it passes', () => {
    const stage: Stage = new Stage([toolOf(() => timer(8, stage.scheduler), { deadlineMs: 8 })]);
    stage.call('a');
    stage.flush();
    expect(stage.log.at(-1)).to.equal('8 a > end');
  });

  it('lets the one that waits start in the same tick, after the end', () => {
    const { stage } = timeoutOf(
      () => NEVER,
      { deadlineMs: 8, concurrency: 1 },
      (before) => {
        before.at(4, () => before.call('b', of('x')));
      },
    );
    expect(stage.log).to.deep.equal([
      '0 a started',
      '4 b queued',
      '8 a timedOut',
      '8 a > ToolTimeout',
      '8 b started',
      '8 b emitted',
      '8 b > x',
      '8 b succeeded',
      '8 b > end',
    ]);
  });

  it('is no limit where none is given', () => {
    const stage: Stage = new Stage([toolOf(() => timer(10_000_000, stage.scheduler), { timeoutMs: Infinity })]);
    stage.call('a');
    expect(stage.orchestrator.stats()).to.include({ timers: 0 });
  });
});
