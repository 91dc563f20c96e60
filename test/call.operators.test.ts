import { expect } from 'chai';
import {
  catchError,
  concat,
  defaultIfEmpty,
  type MonoTypeOperatorFunction,
  merge,
  NEVER,
  Observable,
  of,
  race,
  retry,
  switchMap,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { isToolFailed, isToolTimeout } from '../src/index.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

type Operators = readonly MonoTypeOperatorFunction<unknown>[];
const broken = () => throwError(() => new Error('broken'));

describe('operators on a tool', () => {
  failOnUnhandledRejections();

  it('make an attempt of each subscription: retry(2) gives the attempts 1, 2 and 3', () => {
    const attempts: number[] = [];
    const stage = new Stage([
      toolOf(
        (_args, { attempt }) => {
          attempts.push(attempt);
          return broken();
        },
        { operators: [retry(2)] },
      ),
    ]);
    stage.call('a');
    expect(attempts).to.deep.equal([1, 2, 3]);
    expect(stage.log).to.deep.equal([
      '0 a started',
      '0 a attemptFailed',
      '0 a started',
      '0 a attemptFailed',
      '0 a started',
      '0 a failed',
      '0 a > ToolFailed',
    ]);
  });

  it('leave it to the events to say how each attempt failed, and after how long', () => {
    const stage: Stage = new Stage([
      toolOf((_args, { attempt }) => concat(timer(attempt, stage.scheduler), broken()), { operators: [retry(1)] }),
    ]);
    stage.call('a');
    stage.flush();
    const { error, attempt, durationMs } = stage.event('call.attemptFailed');
    expect({ message: error.message, attempt, durationMs }).to.deep.equal({
      message: "'t' failed: broken",
      attempt: 1,
      durationMs: 1,
    });
    expect(stage.event('call.failed')).to.include({ attempt: 2, durationMs: 3, values: 2 });
  });

  it('say in an event of an attempt which one it is', () => {
    const stage = new Stage([
      toolOf((_args, { attempt }) => (attempt === 3 ? of('x') : broken()), { operators: [retry(2)] }),
    ]);
    stage.call('a');
    const attempts = stage.events.flatMap((event) => ('attempt' in event ? [[event.type, event.attempt]] : []));
    expect(attempts).to.deep.equal([
      ['call.started', 1],
      ['call.attemptFailed', 1],
      ['call.started', 2],
      ['call.attemptFailed', 2],
      ['call.started', 3],
      ['call.emitted', 3],
      ['call.succeeded', 3],
    ]);
  });

  it('give each attempt its slot and its permit anew, so that others come in between', () => {
    const stage: Stage = new Stage([
      toolOf((given) => given, {
        concurrency: 1,
        operators: [retry({ count: 1, delay: () => timer(5, stage.scheduler) })],
      }),
    ]);
    stage.call('a', broken());
    stage.call('b', of('x'));
    stage.flush();
    expect(stage.log.filter((line) => !line.includes('>'))).to.deep.equal([
      '0 a started',
      '0 a attemptFailed',
      '0 b started',
      '0 b emitted',
      '0 b succeeded',
      '5 a started',
      '5 a failed',
    ]);
  });

  it('replace a failure: what catchError gives is what the caller is given', () => {
    const stage = new Stage([toolOf(broken, { operators: [catchError(() => of('instead'))] })]);
    stage.call('a');
    expect(stage.log).to.deep.equal([
      '0 a started',
      '0 a attemptFailed',
      '0 a emitted',
      '0 a > instead',
      '0 a succeeded',
      '0 a > end',
    ]);
    expect(stage.status()).to.include({ state: 'available' });
  });

  it('are given the ToolError of the attempt, not what run threw', () => {
    const seen: unknown[] = [];
    const operators: Operators = [tap({ error: (error) => seen.push(isToolFailed(error) && error.attempt) }), retry(1)];
    new Stage([toolOf(broken, { operators })]).call('a');
    expect(seen).to.deep.equal([1, 2]);
  });

  it('are applied innermost first', () => {
    const operators: Operators = [catchError(() => of('inner')), catchError(() => of('outer'))];
    const stage = new Stage([toolOf(broken, { operators })]);
    stage.call('a');
    expect(stage.event('call.succeeded').result).to.equal('inner');
  });

  it('are composed for each call anew', () => {
    let composed = 0;
    const counting: MonoTypeOperatorFunction<unknown> = (source) => {
      composed++;
      return source;
    };
    const stage = new Stage([toolOf(() => of(1), { operators: [counting] })]);
    expect(composed).to.equal(0);
    stage.call('a');
    stage.call('b');
    expect(composed).to.equal(2);
  });

  for (const [what, operator] of [
    [
      'throws as it is composed',
      () => {
        throw new Error('mine');
      },
    ],
    [
      'throws as it is subscribed to',
      () =>
        new Observable<unknown>(() => {
          throw new Error('mine');
        }),
    ],
    ['errors with its own error', () => throwError(() => new Error('mine'))],
  ] as const) {
    it(`fail the call with ToolFailed, where one ${what}, and run is not called`, () => {
      const stage = new Stage([toolOf(() => expect.fail('run'), { concurrency: 1, operators: [operator] })]);
      stage.call('a');
      const { error, attempt } = stage.event('call.failed');
      expect(isToolFailed(error) && error.cause)
        .to.be.an('error')
        .with.property('message', 'mine');
      expect(error).to.include({ tool: 't', callId: 'a', attempt: 0 });
      expect(attempt).to.equal(0);
      stage.expectNothingHeld();
    });
  }

  it('fail the call with ToolFailed, where one gives no Observable', () => {
    const stage = new Stage([toolOf(() => of(1), { operators: [() => undefined as never] })]);
    stage.call('a');
    expect(stage.event('call.failed').error).to.have.property('_tag', 'ToolFailed');
  });

  it('fail the call with ToolFailed and tear the attempt down, where one errors beside it', () => {
    const stage: Stage = new Stage([
      toolOf(() => NEVER, {
        concurrency: 1,
        operators: [(source) => merge(source, timer(5, stage.scheduler).pipe(switchMap(broken)))],
      }),
    ]);
    stage.call('a');
    stage.flush(5);
    expect(stage.log.slice(-2)).to.deep.equal(['5 a failed', '5 a > ToolFailed']);
    expect(stage.event('call.failed')).to.include({ attempt: 1 });
    stage.expectNothingHeld();
  });

  it('fail the call with ToolFailed, where one lets the error of another call through', () => {
    const stage: Stage = new Stage([
      toolOf(broken, {
        operators: [catchError(() => stage.orchestrator.execute('none', {}, { callId: 'other', parentId: 'a' }))],
      }),
    ]);
    stage.call('a');
    const { error } = stage.event('call.failed', 'a');
    expect(isToolFailed(error) && error.callId).to.equal('a');
    expect(isToolFailed(error) && error.cause).to.include({ _tag: 'ToolNotFound', callId: 'other' });
    expect(stage.event('call.rejected')).to.include({ callId: 'other', parentId: 'a' });
  });

  it('keep the error of the attempt where they let it through, with its tag', () => {
    const stage = new Stage([toolOf(() => NEVER, { timeoutMs: 5, operators: [retry(1)] })]);
    stage.call('a');
    stage.flush();
    expect(isToolTimeout(stage.event('call.timedOut').error)).to.equal(true);
  });

  it('may add values of their own, which are events like any other', () => {
    const stage = new Stage([toolOf(() => of(), { operators: [defaultIfEmpty<unknown, unknown>('nothing')] })]);
    stage.call('a');
    expect(stage.event('call.succeeded')).to.include({ values: 1, result: 'nothing' });
  });

  it('may make two attempts at a time: the call ends once, and the loser is torn down', () => {
    const torndown: number[] = [];
    const hedged: MonoTypeOperatorFunction<unknown> = (source) =>
      race(source, timer(5, stage.scheduler).pipe(switchMap(() => source)));
    const stage: Stage = new Stage([
      toolOf(
        (_args, { attempt }) =>
          new Observable((subscriber) => {
            subscriber.add(() => torndown.push(attempt));
            if (attempt === 2) {
              subscriber.next('second');
              subscriber.complete();
            }
          }),
        { concurrency: 2, operators: [hedged] },
      ),
    ]);
    stage.call('a');
    stage.flush();
    expect(stage.log).to.deep.equal([
      '0 a started',
      '5 a started',
      '5 a emitted',
      '5 a > second',
      '5 a succeeded',
      '5 a > end',
    ]);
    expect(torndown).to.have.members([1, 2]);
    stage.expectNothingHeld();
  });

  it('may make two attempts at a time: a failure is that of the attempt that it was', () => {
    const stage: Stage = new Stage([
      toolOf(
        (_args, { attempt }) =>
          attempt === 1 ? concat(timer(7, stage.scheduler), broken()) : timer(9, stage.scheduler),
        {
          operators: [
            (source) =>
              merge(source.pipe(catchError(() => of())), timer(5, stage.scheduler).pipe(switchMap(() => source))),
          ],
        },
      ),
    ]);
    stage.call('a');
    stage.flush();
    expect(stage.event('call.attemptFailed')).to.include({ at: 7, attempt: 1, durationMs: 7 });
    expect(stage.event('call.attemptFailed').load).to.include({ running: 1 });
    expect(stage.event('call.succeeded')).to.include({ at: 14, attempt: 2 });
  });

  it('are as many as there are: a tool without any runs as it is', () => {
    for (const operators of [[], undefined]) {
      const stage = new Stage([toolOf(() => of('x'), operators ? { operators } : {})]);
      stage.call('a');
      expect(stage.log.at(-1)).to.equal('0 a > end');
    }
  });

  it('that retry two hundred times at once end with the last error', () => {
    const stage = new Stage([toolOf(broken, { concurrency: 1, operators: [retry(200)] })]);
    stage.call('a');
    expect(stage.event('call.failed').attempt).to.equal(201);
    expect(stage.events.filter(({ type }) => type === 'call.attemptFailed')).to.have.length(200);
    stage.expectNothingHeld();
  });
});
