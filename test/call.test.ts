import { expect } from 'chai';
import * as t from 'io-ts';
import { concat, EMPTY, firstValueFrom, NEVER, Observable, of, throwError, timer } from 'rxjs';
import {
  InvalidArguments,
  InvalidResult,
  type ToolError,
  ToolFailed,
  ToolNotFound,
  ToolTimeout,
} from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

describe('a call', () => {
  it('begins when it is subscribed to, not before', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    const call$ = stage.orchestrator.execute('t', {}, { callId: 'a' });
    expect(stage.log).to.deep.equal([]);
    call$.subscribe();
    expect(stage.log).to.have.length(3);
  });

  it('is another call, with another id, each time it is subscribed to', () => {
    const ids: string[] = [];
    const stage = new Stage([toolOf((_args, { callId }) => of(ids.push(callId)))]);
    const call$ = stage.orchestrator.execute('t', {});
    call$.subscribe();
    call$.subscribe();
    expect(new Set(ids)).to.have.length(2);
  });

  it('runs the tool that has the name when it is subscribed to', () => {
    const stage = new Stage([toolOf(() => of('old'))]);
    const call$ = stage.orchestrator.execute('t', {});
    stage.orchestrator.unregister('t');
    stage.orchestrator.register(toolOf(() => of('new')));
    const given: unknown[] = [];
    call$.subscribe((value) => given.push(value));
    expect(given).to.deep.equal(['new']);
  });

  it('says that it started, each value before the caller is given it, and its end before the caller is told', () => {
    const stage = new Stage([toolOf(() => of('x', 'y'))]);
    stage.call('a');
    expect(stage.log).to.deep.equal([
      '0 a started',
      '0 a emitted',
      '0 a > x',
      '0 a emitted',
      '0 a > y',
      '0 a succeeded',
      '0 a > end',
    ]);
  });

  it('hands run the decoded arguments, and shows those that came', () => {
    const NumberFromText = new t.Type<number, string>(
      'NumberFromText',
      t.number.is,
      (input, context) => (typeof input === 'string' ? t.success(Number(input)) : t.failure(input, context)),
      String,
    );
    const stage = new Stage([toolOf((args) => of(args), { input: NumberFromText })]);
    const given: unknown[] = [];
    stage.call('a', '42', { next: (value) => given.push(value) });
    expect(given).to.deep.equal([42]);
    expect(stage.event('call.succeeded')).to.include({ args: '42', result: 42 });
  });

  it('gives what the output codec makes of each value', () => {
    const Trimmed = new t.Type<string, string, unknown>(
      'Trimmed',
      t.string.is,
      (input, context) => (typeof input === 'string' ? t.success(input.trim()) : t.failure(input, context)),
      t.identity,
    );
    const stage = new Stage([toolOf(() => of(' x ', 'y '), { output: Trimmed })]);
    stage.call('a');
    expect(stage.log.filter((line) => line.includes('>'))).to.deep.equal(['0 a > x', '0 a > y', '0 a > end']);
    expect(stage.event('call.succeeded').result).to.equal('y');
  });

  it('hands run its ids, the attempt and the tool', () => {
    const handed: object[] = [];
    const stage = new Stage([
      toolOf((_args, { tool, callId, attempt, runId, step }) =>
        of(handed.push({ tool, callId, attempt, runId, step })),
      ),
    ]);
    stage.call('a');
    expect(handed).to.deep.equal([{ tool: 't', callId: 'a', attempt: 1, runId: undefined, step: undefined }]);
  });

  it('hands run the run and the step that it belongs to, and says them in its events', () => {
    const handed: object[] = [];
    const stage = new Stage([toolOf((_args, { runId, step }) => of(handed.push({ runId, step })))], {
      createId: () => 'r1',
    });
    stage.orchestrator.parallel({ first: { tool: 't', arguments: {} } }).subscribe();
    expect(handed).to.deep.equal([{ runId: 'r1', step: 'first' }]);
    expect(stage.event('call.succeeded')).to.include({ runId: 'r1', step: 'first', callId: 'r1.first' });
  });

  it('says on whose behalf it is made, where that is given', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    stage.orchestrator.execute('t', {}, { callId: 'a', parentId: 'p' }).subscribe();
    stage.orchestrator.execute({ tool: 't', arguments: 7 }, { callId: 'b', parentId: 'q' }).subscribe();
    expect(stage.event('call.started', 'a')).to.include({ parentId: 'p' });
    expect(stage.event('call.succeeded', 'b')).to.include({ parentId: 'q', args: 7 });
  });

  it('tells of progress, in order with the values, and gives the caller nothing of it', () => {
    const stage = new Stage([
      toolOf((_args, call) => {
        call.progress({ percent: 10 });
        return of('x');
      }),
    ]);
    stage.call('a');
    expect(stage.log.slice(0, 4)).to.deep.equal(['0 a started', '0 a progressed', '0 a emitted', '0 a > x']);
    expect(stage.event('call.progressed')).to.deep.include({ attempt: 1, progress: { percent: 10 } });
  });

  it('gives the tool a context that can be taken apart', () => {
    const stage: Stage = new Stage([
      toolOf((_args, { callId, progress, run, signal }) => {
        progress({ percent: 10 });
        return run({ steps: [{ tool: 't2', arguments: { aborted: signal.aborted, callId } }] });
      }),
      toolOf((args) => of(args), { name: 't2' }),
    ]);
    stage.call('a');
    stage.flush();
    expect(stage.event('call.progressed').progress).to.deep.equal({ percent: 10 });
    expect(stage.event('call.succeeded', 'a').result).to.deep.equal({ t2: { aborted: false, callId: 'a' } });
  });

  it('ignores progress after its end', () => {
    let report = (): void => undefined;
    const stage = new Stage([
      toolOf((_args, call) => {
        report = () => {
          call.progress('late');
        };
        return of(1);
      }),
    ]);
    stage.call('a');
    report();
    expect(stage.log.at(-1)).to.equal('0 a > end');
  });

  it('counts its values from 0, and gives each in an event', () => {
    const stage = new Stage([toolOf(() => of('x', 'y'))]);
    stage.call('a');
    const emitted = stage.events.flatMap((event) =>
      event.type === 'call.emitted' ? [[event.index, event.value]] : [],
    );
    expect(emitted).to.deep.equal([
      [0, 'x'],
      [1, 'y'],
    ]);
  });

  it('is a promise, by way of firstValueFrom, that rejects with the ToolError', async () => {
    const stage = new Stage([toolOf(() => throwError(() => new Error('broken')))]);
    const rejected: unknown = await firstValueFrom(stage.orchestrator.execute('t', {})).catch(
      (error: unknown) => error,
    );
    expect(rejected).to.be.instanceOf(ToolFailed).with.property('message', "'t' failed: broken");
  });
});

describe('the end of a call says its arguments, its values, how long it took, and the attempt', () => {
  const ends: (readonly [
    type: 'call.succeeded' | 'call.failed' | 'call.timedOut' | 'call.rejected' | 'call.cancelled',
    tool: (stage: Stage) => Parameters<typeof toolOf>,
    said: object,
    error?: ToolError,
  ])[] = [
    [
      'call.succeeded',
      (stage) => [() => concat(of('x'), timer(4, stage.scheduler))],
      { values: 2, durationMs: 4, attempt: 1, result: 0 },
    ],
    ['call.succeeded', () => [() => EMPTY], { values: 0, durationMs: 0, attempt: 1, result: null }],
    [
      'call.failed',
      (stage) => [
        () =>
          concat(
            timer(3, stage.scheduler),
            throwError(() => new Error('broken')),
          ),
      ],
      { values: 1, durationMs: 3, attempt: 1 },
      new ToolFailed({ tool: 't', callId: 'a', attempt: 1, cause: new Error('broken') }),
    ],
    [
      'call.failed',
      () => [() => of(1, 'two'), { output: t.number }],
      { values: 1, durationMs: 0, attempt: 1 },
      new InvalidResult({
        tool: 't',
        callId: 'a',
        attempt: 1,
        faults: [{ path: '', expected: 'number', received: '"two"' }],
      }),
    ],
    [
      'call.timedOut',
      () => [() => concat(of(1), NEVER), { timeoutMs: 5 }],
      { values: 1, durationMs: 5, attempt: 1 },
      new ToolTimeout({
        tool: 't',
        callId: 'a',
        attempt: 1,
        limit: 'timeoutMs',
        ms: 5,
        outstanding: 'the end after 1 value',
      }),
    ],
    [
      'call.rejected',
      () => [() => NEVER, { input: t.number }],
      { values: 0, durationMs: 0, attempt: 0 },
      new InvalidArguments({
        tool: 't',
        callId: 'a',
        faults: [{ path: '', expected: 'number', received: '{"x":1}' }],
      }),
    ],
    [
      'call.rejected',
      () => [() => NEVER, { name: 'tt' }],
      { values: 0, durationMs: 0, attempt: 0 },
      new ToolNotFound({ tool: 't', callId: 'a', closest: ['tt'] }),
    ],
    ['call.cancelled', () => [() => concat(of(1), NEVER)], { values: 1, durationMs: 7, attempt: 1 }],
  ];

  for (const [type, tool, said, error] of ends) {
    it(`${type}${error ? ` with ${error._tag}` : ''}: ${JSON.stringify(said)}`, () => {
      const stage: Stage = new Stage([toolOf(...tool(undefined as never))].slice(1));
      const made = toolOf(...tool(stage));
      stage.orchestrator.register(made);
      const told: ToolError[] = [];
      const call = stage.call('a', { x: 1 }, { error: (given) => told.push(given) });
      stage.at(7, () => {
        call.unsubscribe();
      });
      stage.flush();
      const end = stage.event(type);
      expect(end).to.deep.include({ args: { x: 1 }, tool: 't', callId: 'a', ...said });
      if (error) {
        expect(told.map((given) => given.toJSON())).to.deep.equal([error.toJSON()]);
        expect(end).to.have.property('error', told[0]);
      } else {
        expect(told).to.deep.equal([]);
      }
      stage.expectNothingHeld();
    });
  }

  it('is one event each, also where the caller, its handlers and the tool do their worst', () => {
    const twice$ = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.complete();
      subscriber.error(new Error('after the end'));
      subscriber.next(2);
      return () => {
        subscriber.next(3);
      };
    });
    const stage = new Stage([toolOf(() => twice$)]);
    const call = stage.call('a');
    call.unsubscribe();
    expect(stage.log).to.deep.equal(['0 a started', '0 a emitted', '0 a > 1', '0 a succeeded', '0 a > end']);
  });
});
