import { expect } from 'chai';
import * as t from 'io-ts';
import { defer, finalize, firstValueFrom, map, type Observable, of, take, throwError, timer } from 'rxjs';
import { Circuit, constant, RateLimiter, ResultCache } from '../operators/index.js';
import { InvalidResult, isCircuitOpen, isToolFailed, type ToolError } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

/** The stage of the test that runs: tools take their time from it. */
let stage: Stage;

/** 0, after some virtual time. */
function after(ms: number): Observable<0> {
  return defer(() => timer(ms, stage.scheduler));
}

/** Fails with each error in turn, then gives its number of calls; takes 1 ms. */
function flaky(...errors: unknown[]): () => unknown {
  let calls = 0;
  return () =>
    after(1).pipe(
      map(() => {
        const error = errors[calls++];
        if (error !== undefined) throw error as Error;
        return calls;
      }),
    );
}

describe('the retry of a tool', () => {
  it('makes further attempts after its backoff, and tells of each', () => {
    const retry = { maxAttempts: 3, backoff: constant(5) };
    stage = new Stage([toolOf(flaky(new Error('1'), new Error('2')), { retry })]);
    stage.call('a');
    stage.flush();
    expect(stage.log).to.deep.equal([
      '0 a started',
      '1 a retryScheduled',
      '6 a started',
      '7 a retryScheduled',
      '12 a started',
      '13 a emitted',
      '13 a > 3',
      '13 a succeeded',
      '13 a > end',
    ]);
    const { error, delayMs, attempt } = stage.events.filter(
      ({ type }) => type === 'call.retryScheduled',
    )[0] as never as {
      error: ToolError;
      delayMs: number;
      attempt: number;
    };
    expect([error.message, delayMs, attempt]).to.deep.equal(["'t' failed: 1", 5, 1]);
    stage.expectNothingHeld();
  });

  it('waits as long as the error that the tool threw says', () => {
    stage = new Stage([
      toolOf(flaky(Object.assign(new Error('429'), { retryAfterMs: 40 })), { retry: { backoff: constant(5) } }),
    ]);
    stage.call('a');
    stage.flush();
    expect(stage.event('call.started').at).to.equal(41);
  });

  it('fails with the last error, and as often as maxAttempts', () => {
    const run = flaky(new Error('1'), new Error('2'), new Error('3'));
    stage = new Stage([toolOf(run, { retry: { maxAttempts: 2, backoff: constant(0) } })]);
    stage.call('a');
    stage.flush();
    const { error, attempt } = stage.event('call.failed');
    expect([error.message, attempt]).to.deep.equal(["'t' failed: 2", 2]);
  });

  it('does not retry what a limit of ours has refused', () => {
    const settings = {
      retry: { backoff: constant(0) },
      rateLimit: { limit: 1, perMs: 100, overflow: 'reject' as const },
    };
    stage = new Stage([toolOf(() => of(1), settings)]);
    stage.call('a');
    stage.call('b');
    stage.flush();
    expect(stage.log.filter((line) => line.includes(' b '))).to.deep.equal(['0 b rejected', '0 b > RateLimitExceeded']);
  });

  it('takes a slot and a rate permit for each attempt anew', () => {
    const settings = { retry: { backoff: constant(0) }, rateLimit: { limit: 1, perMs: 10 }, concurrency: 1 };
    stage = new Stage([toolOf(flaky(new Error('1')), settings)]);
    stage.call('a');
    stage.flush();
    expect(stage.log.filter((line) => /started|queued/.test(line))).to.deep.equal([
      '0 a started',
      '1 a queued',
      '10 a started',
    ]);
  });

  it('ends at once when the caller leaves during the wait, and calls nothing again', () => {
    stage = new Stage([toolOf(flaky(new Error('1')), { retry: { backoff: constant(50) } })]);
    const call = stage.call('a');
    stage.at(20, () => {
      call.unsubscribe();
    });
    stage.flush();
    expect(stage.log).to.deep.equal(['0 a started', '1 a retryScheduled', '20 a cancelled']);
    stage.expectNothingHeld();
  });

  it('ends with the deadline of the call, whatever the backoff', () => {
    const settings = { retry: { maxAttempts: 9, backoff: constant(50) }, deadlineMs: 60 };
    stage = new Stage([toolOf(() => throwError(() => new Error('no')), settings)]);
    stage.call('a');
    stage.flush();
    expect(stage.log.at(-1)).to.equal('60 a > ToolTimeout');
    stage.expectNothingHeld();
  });
});

describe('the hedge of a tool', () => {
  it('makes a second attempt beside a slow one, and stops the loser', () => {
    let calls = 0;
    const stopped: number[] = [];
    const run = (_args: unknown, call: { readonly signal: AbortSignal; readonly attempt: number }): unknown => {
      call.signal.addEventListener('abort', () => stopped.push(call.attempt));
      return after(calls++ === 0 ? 50 : 10);
    };
    stage = new Stage([toolOf(run, { hedge: { delayMs: 20 }, idempotent: true, concurrency: 2 })]);
    stage.call('a');
    stage.at(25, () => {
      expect(stage.status()).to.include({ state: 'busy', running: 1 });
    });
    stage.flush();
    expect(stage.log).to.deep.equal([
      '0 a started',
      '20 a started',
      '30 a emitted',
      '30 a > 0',
      '30 a succeeded',
      '30 a > end',
    ]);
    expect(stopped).to.deep.equal([1]);
    stage.expectNothingHeld();
  });

  it('is refused for a tool that is not idempotent', () => {
    expect(() => toolOf(() => of(1), { hedge: { delayMs: 1 } })).to.throw(
      TypeError,
      'hedge: expected a tool that is idempotent: true',
    );
  });
});

describe('the circuit breaker of a tool', () => {
  const window = { kind: 'consecutive', failures: 2 } as const;

  it('opens after its failures, lets a probe through later, and closes when that succeeds', () => {
    const run = flaky(new Error('1'), new Error('2'));
    stage = new Stage([toolOf(run, { circuitBreaker: { window, openMs: 100 } })]);
    for (const [ms, name] of [
      [0, 'a'],
      [10, 'b'],
      [20, 'c'],
      [120, 'd'],
    ] as const) {
      stage.at(ms, () => {
        stage.call(name);
      });
    }
    stage.flush();
    expect(
      stage.events.map(({ at, type }) => `${at} ${type}`).filter((line) => line.includes('circuit')),
    ).to.deep.equal(['11 circuit.opened', '120 circuit.halfOpened', '121 circuit.closed']);
    expect(stage.log.filter((line) => line.includes(' c '))).to.deep.equal(['20 c rejected', '20 c > CircuitOpen']);
    const { error } = stage.event('call.rejected', 'c');
    expect(isCircuitOpen(error) && error.retryAfterMs).to.equal(91);
  });

  it('makes the status an error that accepts nothing, until its time has come', () => {
    stage = new Stage([toolOf(flaky(new Error('1'), new Error('2')), { circuitBreaker: { window, openMs: 100 } })]);
    const seen: string[] = [];
    stage.orchestrator
      .status$('t')
      .subscribe(({ state, accepting }) => seen.push(`${stage.now} ${state} ${accepting}`));
    stage.call('a');
    stage.at(5, () => {
      stage.call('b');
    });
    stage.flush();
    expect(seen).to.deep.equal([
      '0 available true',
      '0 busy true',
      '1 error true',
      '5 busy true',
      '6 busy false',
      '6 error false',
      '106 error true',
    ]);
  });

  it('counts an invalid result and a timeout, but no refusal of ours and no cancel', () => {
    let given: unknown = 'text';
    const circuit = new Circuit({ window });
    const settings = { circuitBreaker: circuit, output: t.number, timeoutMs: 10, concurrency: 1 };
    stage = new Stage([toolOf(() => (given === undefined ? after(99) : of(given)), settings)]);
    stage.call('a');
    expect(stage.event('call.failed').error).to.be.instanceOf(InvalidResult);
    given = undefined;
    stage.call('b').unsubscribe();
    stage.flush();
    expect(circuit.current({ now: () => stage.now } as never)).to.equal('closed');
    stage.call('c');
    stage.flush();
    expect(circuit.current({ now: () => stage.now } as never)).to.equal('open');
  });

  it('goes by isFailure', () => {
    const circuitBreaker = { window, isFailure: (error: ToolError) => !isToolFailed(error) };
    stage = new Stage([toolOf(() => throwError(() => new Error('no')), { circuitBreaker })]);
    for (const name of ['a', 'b', 'c']) stage.call(name);
    expect(stage.log.filter((line) => line.includes('ToolFailed'))).to.have.length(3);
  });

  it('is one for all tools that share it, and each of them tells of it', () => {
    const circuit = new Circuit({ window: { kind: 'consecutive', failures: 1 } });
    stage = new Stage([
      toolOf(() => throwError(() => new Error('no')), { name: 'x', circuitBreaker: circuit }),
      toolOf(() => of(1), { name: 'y', circuitBreaker: circuit }),
    ]);
    stage.call('a', {}, { tool: 'x' });
    stage.call('b', {}, { tool: 'y' });
    expect(stage.log.at(-1)).to.equal('0 b > CircuitOpen');
    const opened = stage.events.filter(({ type }) => type === 'circuit.opened');
    expect(opened.map((event) => 'tool' in event && event.tool)).to.deep.equal(['x', 'y']);
  });

  it('shows as an error while it is held open by hand, and not after', () => {
    const circuit = new Circuit();
    stage = new Stage([toolOf(() => of(1), { circuitBreaker: circuit })]);
    const handle = circuit.isolate();
    expect(stage.status()).to.include({ state: 'error', accepting: false });
    handle.release();
    expect(stage.status()).to.include({ state: 'available', accepting: true });
  });

  it('is not heard of any more once the tool is unregistered', () => {
    const circuit = new Circuit();
    stage = new Stage([toolOf(() => of(1), { circuitBreaker: circuit })]);
    stage.orchestrator.unregister('t');
    circuit.isolate();
    expect(stage.events.at(-1)?.type).to.equal('tool.unregistered');
  });
});

describe('the cache of a tool', () => {
  const slow = ({ id }: { id: number }): unknown => after(10).pipe(map(() => ({ id })));

  it('makes one call for equal arguments at the same time, and answers later ones from what it keeps', () => {
    stage = new Stage([toolOf(slow, { cache: { ttlMs: 100 } })]);
    stage.call('a', { id: 1, more: 2 });
    stage.at(5, () => {
      stage.call('b', { more: 2, id: 1 });
    });
    stage.at(50, () => {
      stage.call('c', { id: 1, more: 2 });
    });
    stage.flush();
    expect(stage.events.filter(({ type }) => type === 'call.started')).to.have.length(1);
    expect(stage.log.filter((line) => / [abc] >/.test(line))).to.deep.equal([
      '10 a > [object Object]',
      '10 b > [object Object]',
      '10 a > end',
      '10 b > end',
      '50 c > [object Object]',
      '50 c > end',
    ]);
    expect(stage.event('call.succeeded', 'c').attempt).to.equal(0);
    stage.expectNothingHeld();
  });

  it('goes on while anybody listens, and stops with the last', () => {
    stage = new Stage([toolOf(slow, { cache: {} })]);
    const first = stage.call('a', { id: 1 });
    const second = stage.call('b', { id: 1 });
    stage.at(3, () => {
      first.unsubscribe();
    });
    stage.at(6, () => {
      expect(stage.orchestrator.stats().running).to.equal(1);
      second.unsubscribe();
    });
    stage.flush();
    expect(stage.events.filter(({ type }) => type === 'call.cancelled')).to.have.length(3);
    stage.expectNothingHeld();
  });

  it('fails each of those who share a call with an error of their own call, and keeps nothing', () => {
    stage = new Stage([toolOf(flaky(new Error('no')), { cache: {} })]);
    stage.call('a', {});
    stage.call('b', {});
    stage.flush();
    expect(['a', 'b'].map((id) => (stage.event('call.failed', id).error as { callId?: string }).callId)).to.deep.equal([
      'a',
      'b',
    ]);
    stage.call('c', {});
    stage.flush();
    expect(stage.log.at(-2)).to.match(/c succeeded/);
  });

  it('keeps the tools that share it apart', () => {
    const cache = new ResultCache();
    stage = new Stage([toolOf(() => of('x'), { name: 'x', cache }), toolOf(() => of('y'), { name: 'y', cache })]);
    stage.call('a', {}, { tool: 'x' });
    stage.call('b', {}, { tool: 'y' });
    expect(stage.log.filter((line) => line.includes('>'))).to.deep.equal([
      '0 a > x',
      '0 a > end',
      '0 b > y',
      '0 b > end',
    ]);
  });

  it('goes by the key function', () => {
    let runs = 0;
    const cache = { key: ({ id }: { id: number }) => id };
    stage = new Stage([toolOf(() => of(++runs), { cache: cache as never })]);
    stage.call('a', { id: 1, trace: 'x' });
    stage.call('b', { id: 1, trace: 'y' });
    expect(runs).to.equal(1);
  });
});

describe('the cache of a tool, and a caller that leaves with the value', () => {
  function runsOf(run: () => unknown, many = 3): number {
    let runs = 0;
    stage = new Stage([
      toolOf(
        () => {
          runs++;
          return run();
        },
        { cache: {} },
      ),
    ]);
    for (let index = 0; index < many; index++) {
      stage.at(100 * index, () => {
        stage.orchestrator.execute('t', {}).pipe(take(1)).subscribe();
      });
    }
    stage.flush();
    return runs;
  }

  it('keeps what comes to its end in the same instant, be it at once or later', () => {
    expect(runsOf(() => [1])).to.equal(1);
    expect(runsOf(() => of(1))).to.equal(1);
    expect(runsOf(() => after(5))).to.equal(1);
    stage.expectNothingHeld();
  });

  it('keeps what a promise gave, for firstValueFrom', async () => {
    let runs = 0;
    stage = new Stage([toolOf(() => Promise.resolve(++runs), { cache: {} })]);
    const answers = [];
    for (let index = 0; index < 3; index++) answers.push(await firstValueFrom(stage.orchestrator.execute('t', {})));
    expect([answers, runs]).to.deep.equal([[1, 1, 1], 1]);
    stage.flush();
    stage.expectNothingHeld();
  });

  it('keeps nothing of what goes on, and leaves it in that instant', () => {
    const left: number[] = [];
    const endless = (): unknown =>
      timer(5, 5, stage.scheduler).pipe(
        finalize(() => {
          left.push(stage.scheduler.now());
        }),
      );
    expect(runsOf(endless, 2)).to.equal(2);
    expect(left).to.deep.equal([5, 105]);
    stage.expectNothingHeld();
  });

  it('leaves an endless synchronous source with its next value', () => {
    let given = 0;
    const endless = function* (): Generator<number> {
      for (;;) yield ++given;
    };
    expect(runsOf(endless, 2)).to.equal(2);
    expect(given).to.equal(4);
    stage.expectNothingHeld();
  });
});

describe('the fallback of a tool', () => {
  const failing = (): unknown => throwError(() => new Error('no'));

  it('answers with a value instead, says so, and leaves the failure on the status', () => {
    stage = new Stage([toolOf(failing, { fallback: { value: 'old' } })]);
    stage.call('a');
    expect(stage.log).to.deep.equal([
      '0 a started',
      '0 a attemptFailed',
      '0 a emitted',
      '0 a > old',
      '0 a succeeded',
      '0 a > end',
    ]);
    const succeeded = stage.event('call.succeeded');
    expect([succeeded.fellBack, succeeded.error?._tag]).to.deep.equal([true, 'ToolFailed']);
    const status = stage.status();
    expect([status?.state, status && 'error' in status && status.error]).to.deep.equal(['error', succeeded.error]);
  });

  it('shows the failure until the tool itself succeeds again', () => {
    let healthy = false;
    const run = (): unknown => (healthy ? of('new') : failing());
    stage = new Stage([toolOf(run, { fallback: { value: 'old' } })]);
    const states = [false, true, false].map((well) => {
      healthy = well;
      stage.call(String(well));
      return stage.status()?.state;
    });
    expect(states).to.deep.equal(['error', 'available', 'error']);
  });

  it('leaves the status as it was where a limit of ours refused the call', () => {
    const rateLimit = { limit: 1, perMs: 50, overflow: 'reject' as const };
    stage = new Stage([toolOf(() => of('new'), { rateLimit, fallback: { value: 'old' } })]);
    stage.call('a');
    stage.call('b');
    expect([stage.event('call.succeeded', 'b').fellBack, stage.event('call.succeeded', 'b').error?._tag]).to.deep.equal(
      [true, 'RateLimitExceeded'],
    );
    const status = stage.status();
    expect(status).to.include({ state: 'rate_limited' });
    expect(status).not.to.have.property('error');
  });

  it('begins what a function makes of the error and the arguments', () => {
    const use = (error: ToolError, args: unknown): unknown => of(`${error._tag} ${JSON.stringify(args)}`);
    stage = new Stage([toolOf(failing, { fallback: { use } as never })]);
    stage.call('a', { id: 1 });
    expect(stage.log).to.include('0 a > ToolFailed {"id":1}');
  });

  it('calls another tool, as a call of its own on behalf of this one', () => {
    const other = toolOf((args) => of(JSON.stringify(args)), { name: 'other' });
    stage = new Stage([toolOf(failing, { fallback: { tool: 'other' } }), other]);
    stage.call('a', { id: 1 });
    expect(stage.log).to.include('0 a > {"id":1}');
    const inner = stage.events.find((event) => event.type === 'call.succeeded' && event.tool === 'other');
    expect(inner && 'parentId' in inner && inner.parentId).to.equal('a');
  });

  it('is for the errors that `when` says', () => {
    const fallback = { value: 1, when: isCircuitOpen };
    stage = new Stage([toolOf(failing, { fallback })]);
    stage.call('a');
    expect(stage.log.at(-1)).to.equal('0 a > ToolFailed');
  });

  it('fails with what the fallback fails with, as its cause', () => {
    stage = new Stage([toolOf(failing, { fallback: { tool: 'nowhere' } })]);
    stage.call('a');
    const { error } = stage.event('call.failed', 'a');
    expect(isToolFailed(error) && (error.cause as ToolError)._tag).to.equal('ToolNotFound');
  });

  it('may need the slot that the attempt held', () => {
    const use = (): unknown => stage.orchestrator.execute('t', { again: true });
    const run = (args: { again?: boolean }): unknown => (args.again ? of('second') : failing());
    stage = new Stage([toolOf(run, { concurrency: 1, fallback: { use } as never })]);
    stage.call('a');
    expect(stage.log).to.include('0 a > second');
    stage.expectNothingHeld();
  });

  it('is refused where it names no way, or several', () => {
    expect(() => toolOf(failing, { fallback: {} as never })).to.throw(TypeError, 'got none');
    expect(() => toolOf(failing, { fallback: { value: 1, tool: 'x' } })).to.throw(TypeError, 'got value and tool');
  });

  for (const [fallback, message] of [
    [{ value: Promise.resolve(1) }, 'fallback.value: expected a value, or use: () => promise, got a promise'],
    [{ value: 1, arguments: () => 1 }, 'fallback.arguments: expected tool beside it, got none'],
    [{ value: 1, whne: () => true }, "whne: expected an option of fallback, got 'whne'; did you mean 'when'?"],
    [{ value: 1, when: true }, 'fallback.when: expected a function, got true'],
    [{ use: 1 }, 'fallback.use: expected a function, got 1'],
  ] as const) {
    it(`is refused: ${message}`, () => {
      expect(() => toolOf(failing, { fallback: fallback as never })).to.throw(TypeError, message);
    });
  }
});

describe('feedback to the rate limit of a tool', () => {
  it('holds back all tools that share the limiter, until the service wants to be asked again', () => {
    const limiter = new RateLimiter({ limit: 100, perMs: 10 });
    const busy = Object.assign(new Error('429'), { retryAfterMs: 30 });
    stage = new Stage([
      toolOf(() => throwError(() => busy), { name: 'x', rateLimit: { limiter, feedback: true } }),
      toolOf(() => of(1), { name: 'y', rateLimit: limiter }),
    ]);
    stage.call('a', {}, { tool: 'x' });
    stage.call('b', {}, { tool: 'y' });
    stage.flush();
    expect(stage.log.filter((line) => line.includes(' b '))).to.deep.equal([
      '0 b queued',
      '30 b started',
      '30 b emitted',
      '30 b > 1',
      '30 b succeeded',
      '30 b > end',
    ]);
    stage.expectNothingHeld();
  });

  it('goes by a function of the error or value', () => {
    const limiter = new RateLimiter({ limit: 100, perMs: 10 });
    const feedback = (said: unknown): number | undefined => (said === 'slow down' ? 7 : undefined);
    stage = new Stage([toolOf(() => of('slow down'), { rateLimit: { limiter, feedback } })]);
    stage.call('a');
    stage.call('b');
    stage.flush();
    expect(stage.event('call.started', 'b').at).to.equal(7);
  });

  it('does not take a refusal of the limiter itself for the word of the service', () => {
    const rateLimit = { limit: 1, perMs: 10, overflow: 'reject' as const, feedback: true };
    stage = new Stage([toolOf(() => of(1), { rateLimit })]);
    stage.call('a');
    stage.at(5, () => {
      stage.call('b');
    });
    stage.at(10, () => {
      stage.call('c');
    });
    stage.flush();
    expect(stage.log.at(-1)).to.equal('10 c > end');
  });
});
