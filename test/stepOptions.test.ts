import { expect } from 'chai';
import { concat, map, NEVER, of, throwError, timer } from 'rxjs';
import { type AnyTool, type FlowData, type StepData, type ToolEvent, type ToolTimeout } from '../src/index.js';
import { countedIds, echo, failing, silent, type Told, watch } from './support/flowTools.js';
import { Stage, toolOf } from './support/stage.js';

interface Played {
  readonly told: Told<object>;
  readonly stage: Stage;
  readonly context: unknown;
  readonly error: { readonly _tag: string; readonly cause: Error & { readonly _tag: string } };
}

/** Runs steps in virtual time, beside tools of which some take as many ms as their arguments say. */
function play(kind: 'chain' | 'plan', steps: readonly StepData[], input: object = {}): Played {
  const scheduled = (name: string, after: (args: unknown) => AnyTool['run']): AnyTool =>
    toolOf((args, call) => after(args)(args, call), { name });
  const stage: Stage = new Stage(
    [
      echo,
      failing,
      silent,
      toolOf(() => [1, 2, 3], { name: 'many' }),
      toolOf(
        () =>
          concat(
            of(1, 2),
            throwError(() => new Error('broken')),
          ),
        { name: 'breaks' },
      ),
      toolOf(() => concat(of(1), NEVER), { name: 'endless' }),
      scheduled('wait', (ms) => () => timer(ms as number, stage.scheduler).pipe(map(() => ms))),
    ],
    { createId: countedIds() },
  );
  const flow: FlowData = { kind, name: 'f', steps };
  const told = watch(stage.orchestrator.run(flow, input));
  stage.flush();
  stage.expectNothingHeld();
  return { told, stage, context: told.values.at(-1), error: told.error as Played['error'] };
}

const linesOf = (events: readonly ToolEvent[]): readonly string[] =>
  events.flatMap((event) =>
    event.type.startsWith('call.') && 'callId' in event ? [`${event.at} ${event.type.slice(5)} ${event.callId}`] : [],
  );

for (const kind of ['chain', 'plan'] as const) {
  const run = (steps: readonly StepData[], input?: object): Played => play(kind, steps, input);

  describe(`the options of a step in a ${kind}`, () => {
    describe('take', () => {
      it('is the last value, the first, or all of them', () => {
        const many = (outputKey: string, take?: StepData['take']): StepData => ({
          tool: 'many',
          outputKey,
          ...(take ? { take } : {}),
        });
        const { context } = run([many('none'), many('last', 'last'), many('first', 'first'), many('all', 'all')]);
        expect(context).to.deep.equal({ none: 3, last: 3, first: 1, all: [1, 2, 3] });
      });

      it('is no value where there is none, but for all', () => {
        expect(run([{ tool: 'silent', take: 'all' }]).context).to.deep.equal({ silent: [] });
        for (const take of ['first', 'last'] as const) {
          const { error } = run([{ tool: 'silent', take }]);
          expect(error.cause).to.include({ _tag: 'ToolFailed' });
          expect(String(error.cause)).to.include('completed without a value');
        }
      });

      it('leaves the call once it has the first, before anything follows from it', () => {
        const { context, stage } = run([
          { tool: 'endless', take: 'first' },
          { tool: 'echo', arguments: '$endless' },
        ]);
        expect(context).to.deep.equal({ endless: 1, echo: 1 });
        const ofTypes = stage.events.map(({ type }) => type).filter((type) => /succeeded|advanced/.test(type));
        expect(ofTypes).to.deep.equal([
          'call.succeeded',
          'run.advanced',
          'call.succeeded',
          'run.advanced',
          'run.succeeded',
        ]);
      });

      it('fails where the call fails, whatever came before, unless it has been left by then', () => {
        expect(run([{ tool: 'breaks', take: 'all' }]).error.cause._tag).to.equal('ToolFailed');
        expect(run([{ tool: 'breaks' }]).error.cause._tag).to.equal('ToolFailed');
        expect(run([{ tool: 'breaks', take: 'first' }]).context).to.deep.equal({ breaks: 1 });
      });
    });

    describe('each', () => {
      it('makes a call for each element, which its arguments know, with its position', () => {
        const step = { tool: 'echo', each: '$list', arguments: ['$index', '$item.x', 'no ${index}', '$n'] };
        expect(run([step], { list: [{ x: 'a' }, { x: 'b' }], n: 7 }).context).to.deep.include({
          echo: [
            [0, 'a', 'no 0', 7],
            [1, 'b', 'no 1', 7],
          ],
        });
      });

      it('takes an array that is written there, with references in it', () => {
        const { context } = run([{ tool: 'echo', each: [1, '$n', ['$n']], arguments: '$item' }], { n: 2 });
        expect(context).to.deep.equal({ n: 2, echo: [1, 2, [2]] });
      });

      it('makes no call for an array without elements', () => {
        const { context, stage } = run([{ tool: 'failing', each: [] }]);
        expect(context).to.deep.equal({ failing: [] });
        expect(linesOf(stage.events)).to.deep.equal([]);
      });

      it('keeps the order of the elements, whichever ends first, and begins as many as it may', () => {
        const { context, stage } = run([{ tool: 'wait', each: [3, 1, 2, 0], concurrency: 2, arguments: '$item' }]);
        expect(context).to.deep.equal({ wait: [3, 1, 2, 0] });
        const starts = linesOf(stage.events).filter((line) => line.includes('started'));
        expect(starts).to.deep.equal([
          '0 started r1.wait#0',
          '0 started r1.wait#1',
          '1 started r1.wait#2',
          '3 started r1.wait#3',
        ]);
      });

      it('takes of each call what is to be taken', () => {
        const { context } = run([{ tool: 'many', each: [1, 2], take: 'all' }]);
        expect(context).to.deep.equal({
          many: [
            [1, 2, 3],
            [1, 2, 3],
          ],
        });
      });

      it('fails as soon as one call does, when the others have ended, and makes no more', () => {
        const { error, stage } = run([
          { tool: 'wait', outputKey: 'a', each: [5, 1, 9, 9], concurrency: 3, arguments: '$item', timeoutMs: 1 },
        ]);
        expect(error.cause._tag).to.equal('ToolTimeout');
        expect(linesOf(stage.events).filter((line) => !line.includes('started'))).to.deep.equal([
          '1 emitted r1.a#1',
          '1 succeeded r1.a#1',
          '1 timedOut r1.a#0',
          '1 cancelled r1.a#3',
          '1 cancelled r1.a#2',
        ]);
      });

      it('fails when an element in the middle does at once', () => {
        const { error, stage } = run([
          { tool: 'echo', outputKey: 'a', each: [{ x: 1 }, {}, { x: 3 }], arguments: '$item.x' },
        ]);
        expect(error.cause).to.include({ _tag: 'UnresolvedReference', reference: '$item.x' });
        expect(linesOf(stage.events).filter((line) => line.includes('started'))).to.deep.equal(['0 started r1.a#0']);
      });

      it('needs an array', () => {
        const { error } = run([{ tool: 'echo', each: '$n' }], { n: 5 });
        expect(String(error.cause)).to.include('each: expected an array, got 5');
      });

      it('takes no getter for an element', () => {
        const list = Object.defineProperty([1, 2], 1, { get: () => 2 });
        const { error } = run([{ tool: 'echo', each: '$list', arguments: '$item' }], { list });
        expect(error.cause).to.include({ _tag: 'UnresolvedReference', reference: '$item' });
      });
    });

    describe('when and fallback', () => {
      it('run the step where the condition holds', () => {
        const step = { tool: 'echo', when: { greaterThan: ['$n', 1] as const }, arguments: 'ran' };
        expect(run([step], { n: 2 }).context).to.deep.equal({ n: 2, echo: 'ran' });
        expect(run([step], { n: 1 }).context).to.deep.equal({ n: 1 });
      });

      it('skip what is called with the result of a step that is skipped, and so on', () => {
        const { context, stage } = run([
          { tool: 'echo', outputKey: 'a', when: false },
          { tool: 'echo', outputKey: 'b', arguments: { deep: ['of ${a.x}'] } },
          { tool: 'echo', outputKey: 'c', each: '$b' },
          { tool: 'echo', outputKey: 'd', arguments: 1 },
        ]);
        expect(context).to.deep.equal({ d: 1 });
        const skips = stage.events.flatMap((event) =>
          event.type === 'call.skipped' ? [[event.step, event.reason, event.dependency, 'error' in event]] : [],
        );
        expect(skips).to.deep.equal([
          ['a', 'condition', undefined, false],
          ['b', 'dependency', 'a', false],
          ['c', 'dependency', 'b', false],
        ]);
      });

      it('do not skip what only asks for it, comes after it, or has it as its fallback', () => {
        const { context } = run([
          { tool: 'echo', outputKey: 'a', when: false },
          { tool: 'echo', outputKey: 'b', when: { not: { exists: '$a' } }, arguments: 'b' },
          { tool: 'echo', outputKey: 'c', after: ['a'], arguments: 'c' },
          { tool: 'echo', outputKey: 'd', fallback: '$a', arguments: 'd' },
        ]);
        expect(context).to.deep.equal({ b: 'b', c: 'c', d: 'd' });
      });

      it('give the fallback where the step is skipped, for whatever reason, and where it has failed', () => {
        const fallback = ['$n', 'instead'];
        const { context, stage } = run(
          [
            { tool: 'echo', outputKey: 'a', when: '$n.no', fallback },
            { tool: 'echo', outputKey: 'skipped', when: false },
            { tool: 'echo', outputKey: 'b', arguments: '$skipped', fallback },
            { tool: 'failing', outputKey: 'c', fallback },
            { tool: 'echo', outputKey: 'd', arguments: '$n.x', fallback },
            { tool: 'echo', outputKey: 'e', when: { lessThan: ['$n', 'x'] }, fallback },
            { tool: 'echo', outputKey: 'f', each: '$n', fallback },
            { tool: 'failing', outputKey: 'g', each: [1, 2], fallback: null },
            { tool: 'echo', outputKey: 'h', arguments: ['$a', '$g'] },
          ],
          { n: 1 },
        );
        const instead = [1, 'instead'];
        expect(context).to.deep.equal({
          n: 1,
          a: instead,
          b: instead,
          c: instead,
          d: instead,
          e: instead,
          f: instead,
          g: null,
          h: [instead, null],
        });
        const marks = stage.events.flatMap((event) =>
          event.type === 'run.advanced'
            ? [`${event.step}${event.fellBack ? ' fell back' : ''}${event.skipped ? ' skipped' : ''}`]
            : [],
        );
        expect(marks.sort()).to.deep.equal([
          'a fell back',
          'b fell back',
          'c fell back',
          'd fell back',
          'e fell back',
          'f fell back',
          'g fell back',
          'h',
          'skipped skipped',
        ]);
      });

      it('fail where the fallback leads nowhere', () => {
        const { error } = run([{ tool: 'failing', fallback: '$n.x' }], { n: 1 });
        expect(error.cause).to.include({ _tag: 'UnresolvedReference', reference: '$n.x' });
      });

      it('fail where the condition cannot be answered', () => {
        expect(String(run([{ tool: 'echo', when: { lessThan: [1, 'a'] } }]).error.cause)).to.include(
          'when.lessThan: expected two numbers or two texts, got [1,"a"]',
        );
        expect(run([{ tool: 'echo', when: { equals: ['$n.x', 1] } }], { n: 1 }).error.cause._tag).to.equal(
          'UnresolvedReference',
        );
      });
    });

    describe('timeoutMs', () => {
      it('ends the step on the millisecond, with a ToolTimeout', () => {
        const { error, stage } = run([{ tool: 'wait', arguments: 9, timeoutMs: 4 }]);
        expect(error.cause).to.include({ _tag: 'ToolTimeout', ms: 4, limit: 'deadlineMs' });
        expect(stage.event('call.timedOut').at).to.equal(4);
        expect(stage.now).to.equal(4);
      });

      it('lets a value in that comes on that millisecond', () => {
        expect(run([{ tool: 'wait', arguments: 4, timeoutMs: 4 }]).context).to.deep.equal({ wait: 4 });
      });

      it('holds for all the calls of each together, whenever they begin', () => {
        const step = { tool: 'wait', each: [3, 3, 3], concurrency: 1, arguments: '$item' };
        expect(run([{ ...step, timeoutMs: 9 }]).context).to.deep.equal({ wait: [3, 3, 3] });
        const { error, stage } = run([{ ...step, timeoutMs: 8 }]);
        expect(error.cause._tag).to.equal('ToolTimeout');
        expect((error.cause as unknown as ToolTimeout).callId).to.equal('r1.wait#2');
        expect(stage.event('call.timedOut').at).to.equal(8);
      });

      it('ends a call of each that begins when it is over, but not one that answers at once', () => {
        const step = (each: readonly number[]): StepData => ({
          tool: 'wait',
          each,
          concurrency: 1,
          arguments: '$item',
          timeoutMs: 3,
        });
        expect(run([step([3, 1])]).error.cause._tag).to.equal('ToolTimeout');
        expect(run([{ tool: 'echo', each: [1, 2, 3], timeoutMs: 1, arguments: '$item' }]).context).to.deep.equal({
          echo: [1, 2, 3],
        });
      });

      it('begins with the step, not with the run, and has its fallback too', () => {
        const { context, stage } = run([
          { tool: 'wait', outputKey: 'a', arguments: 5 },
          { tool: 'wait', outputKey: 'b', after: ['a'], arguments: 9, timeoutMs: 3, fallback: 'late' },
        ]);
        expect(context).to.deep.equal({ a: 5, b: 'late' });
        expect(stage.now).to.equal(8);
      });

      it("ends a step earlier than its tool's own deadline, and never later", () => {
        const stage: Stage = new Stage([toolOf(() => timer(9, stage.scheduler), { deadlineMs: 5 })]);
        for (const [timeoutMs, ms] of [
          [3, 3],
          [7, 5],
        ] as const) {
          const told = watch(stage.orchestrator.run({ kind, steps: [{ tool: 't', timeoutMs }] }));
          stage.flush();
          expect((told.error as { cause: ToolTimeout }).cause.ms).to.equal(ms);
        }
      });
    });
  });
}
