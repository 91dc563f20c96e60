import { expect } from 'chai';
import * as t from 'io-ts';
import { of, Subject } from 'rxjs';
import {
  type AnyTool,
  chain,
  createOrchestrator,
  defineTool,
  type FlowData,
  type NotResumable,
  type Orchestrator,
  type OrchestratorOptions,
  type ToolEvent,
} from '../src/index.js';
import { countedIds, echo, errorOf, failing, lastOf, watch } from './support/flowTools.js';
import { recordingOf, reread } from './support/recorded.js';
import { toolOf } from './support/stage.js';

const DateFromText = new t.Type<Date, string>(
  'DateFromText',
  (value): value is Date => value instanceof Date,
  (value, context) => {
    const date = value instanceof Date ? value : new Date(String(value));
    return Number.isNaN(date.getTime()) ? t.failure(value, context) : t.success(date);
  },
  (date) => date.toISOString(),
);

const day = new Date('2024-02-29T00:00:00.000Z');
/** Give a Date: with a codec that reads it back, with one that takes anything, and with none. */
const dated = defineTool({
  name: 'dated',
  description: '.',
  input: t.unknown,
  output: DateFromText,
  run: () => of(day),
});
const loose = defineTool({ name: 'loose', description: '.', input: t.unknown, output: t.unknown, run: () => of(day) });
const bare = toolOf(() => of(day), { name: 'bare' });
const hanging = toolOf(() => new Subject(), { name: 'hanging' });

type Options = Omit<OrchestratorOptions, 'tools'>;

function processOf(options: Options = {}, tools: readonly AnyTool[] = []) {
  const all = [echo, failing, dated, loose, bare, hanging, ...tools];
  const orchestrator = createOrchestrator({
    createId: countedIds(),
    ...options,
    tools: all,
  }) as unknown as Orchestrator;
  return { orchestrator, events: recordingOf(orchestrator) };
}

/** The events of a run in a process that was killed when nothing more happened. */
function killed(flow: FlowData, input: object = {}, options: Options = {}): readonly ToolEvent[] {
  const { orchestrator, events } = processOf(options);
  watch(orchestrator.run(flow, input));
  return reread(events);
}

function refusalOf(run: ReturnType<Orchestrator['resume']>): readonly string[] {
  const error = errorOf(run) as NotResumable;
  expect(error._tag).to.equal('NotResumable');
  return error.faults.map(({ path, message }) => `${path}: ${message}`);
}

const planOf = (...steps: FlowData['steps']): FlowData => ({ kind: 'plan', name: 'f', steps });
const oneOf = (tool: string, args: unknown = {}): FlowData =>
  planOf({ tool, outputKey: 'a', arguments: args }, { tool: 'echo', outputKey: 'b', arguments: ['$a'] });

describe('resume, of a run of which something is missing', () => {
  describe('the run', () => {
    const { orchestrator } = processOf();

    it('is refused where the events have none', () => {
      expect(refusalOf(orchestrator.resume(oneOf('echo'), []))).to.deep.equal([
        "events: expected the first event of a run of 'f', found runs: none",
      ]);
    });

    it('is refused where the events have others, which are named', () => {
      const events = killed({ ...oneOf('echo'), name: 'g' });
      expect(refusalOf(orchestrator.resume(oneOf('echo'), events))).to.deep.equal([
        "events: expected the first event of a run of 'f', found runs: 'g' (r1)",
      ]);
      expect(refusalOf(orchestrator.resume(oneOf('echo'), events, { runId: 'r9' }))).to.deep.equal([
        "events: expected the first event of the run 'r9', found runs: 'g' (r1)",
      ]);
    });

    it('is refused where its beginning has been dropped', () => {
      const events = killed(oneOf('echo'));
      const begun = events.findIndex(({ type }) => type === 'run.started');
      expect(refusalOf(orchestrator.resume(oneOf('echo'), events.slice(begun + 1)))).to.have.length(1);
    });

    it('is refused where the result of a step is gone that is known to be done', () => {
      for (const each of [false, true]) {
        const flow = planOf(
          { tool: 'echo', outputKey: 'a', arguments: 1, ...(each ? { each: [1, 2] } : {}), fallback: 'no' },
          { tool: 'hanging', outputKey: 'b', arguments: '$a' },
        );
        const events = killed(flow).filter((event) => !event.type.startsWith('call.'));
        const { orchestrator: later, events: now } = processOf();
        const error = errorOf(later.resume(flow, events)) as { readonly cause?: NotResumable } & NotResumable;
        const refused = error.cause ?? error;
        expect(refused._tag).to.equal('NotResumable');
        expect(refused.message).to.include('is not in the events');
        expect(now.filter(({ type }) => type === 'call.started')).to.deep.equal([]);
      }
    });

    it('is refused in its second life where only the events of the first resumption are left', () => {
      const flow = planOf({ tool: 'echo', outputKey: 'a' }, { tool: 'hanging', outputKey: 'b', arguments: '$a' });
      const { orchestrator: second, events: later } = processOf();
      watch(second.resume(flow, killed(flow)));
      expect(refusalOf(orchestrator.resume(flow, reread(later)))).to.deep.equal([
        "steps[0]: what step 'a' had given is not in the events",
      ]);
    });
  });

  describe('the input', () => {
    const flow = oneOf('echo', '$topic');
    const long = { topic: 'x'.repeat(100) };

    for (const [title, input, options, why] of [
      ['cut', long, { maxValueLength: 50 }, 'cut to size'],
      ['redacted', { topic: 'x' }, { redact: () => ({ topic: '***' }) }, 'redacted'],
      ['no plain data', { topic: day }, {}, 'no plain data'],
    ] as const) {
      it(`must be given where it was ${title}`, () => {
        // What the steps gave is not cut, redacted or anything else here: they have not come that far.
        const events = killed(flow, input, options).slice(0, -2);
        const begun = events.findIndex(({ type }) => type === 'run.started');
        const { orchestrator } = processOf(options);
        expect(refusalOf(orchestrator.resume(flow, events.slice(0, begun + 1)))).to.deep.equal([
          `input: expected it as an option, for the events have the run with an input that was ${why}`,
        ]);
        const resumed$ = orchestrator.resume(flow, events.slice(0, begun + 1), { input });
        expect(lastOf(resumed$)).to.deep.equal({ ...input, a: input.topic, b: [input.topic] });
      });
    }

    it('may be given where it is known, and must then be that', () => {
      const events = killed(flow, { topic: 'x' });
      const { orchestrator } = processOf();
      expect(lastOf(orchestrator.resume(flow, events, { input: { topic: 'x' } }))).to.include({ a: 'x' });
      expect(refusalOf(orchestrator.resume(flow, events, { input: { topic: 'y' } }))).to.deep.equal([
        'input: expected that of the run, {"topic":"x"}, got {"topic":"y"}',
      ]);
    });
  });

  describe('what a step has given', () => {
    for (const [title, flow, options, why] of [
      [
        'cut',
        oneOf('echo', 'x'.repeat(100)),
        { maxValueLength: 50 },
        'was cut to size; give the orchestrator a larger maxValueLength',
      ],
      [
        'redacted',
        oneOf('echo', 'secret'),
        { redact: (value: unknown) => (value === 'secret' ? '***' : value) },
        'was redacted',
      ],
      [
        'a Date without a codec',
        oneOf('bare'),
        {},
        'is no plain data, and its tool has no output codec that reads its JSON back',
      ],
      [
        'a Date with a codec that takes anything',
        oneOf('loose'),
        {},
        'is no plain data, and its tool has no output codec that reads its JSON back',
      ],
    ] as const) {
      it(`is refused where it was ${title}`, () => {
        const events = killed(flow, {}, options);
        const { orchestrator } = processOf(options);
        expect(refusalOf(orchestrator.resume(flow, events))[0]).to.equal(`steps[0]: what step 'a' had given ${why}`);
      });
    }

    it('is read back by the output codec of the tool', () => {
      const flow = planOf(
        { tool: 'dated', outputKey: 'a' },
        { tool: 'dated', outputKey: 'c', each: [1, 2] },
        { tool: 'hanging', outputKey: 'b' },
      );
      const { orchestrator, events: now } = processOf();
      const told = watch(orchestrator.resume(flow, killed(flow)));
      expect(told.values.at(-1)).to.deep.equal({ a: day, c: [day, day] });
      expect(now.filter((event) => event.type === 'call.started').map(({ callId }) => callId)).to.deep.equal(['r1.b']);
    });

    it('does not matter where its fallback had stood in for it', () => {
      const flow = planOf({ tool: 'bare', outputKey: 'a', each: [1, 2], fallback: 'instead', arguments: '$item.x' });
      const events = killed(flow);
      const { orchestrator } = processOf();
      expect(lastOf(orchestrator.resume(flow, events))).to.deep.equal({ a: 'instead' });
    });
  });

  describe('inside of a call', () => {
    const inner = chain<{ n: number }>('inner')
      .step('x', bare, ($) => $.n)
      .step('y', echo, ($) => ({ y: $.n }))
      .toTool({ name: 'inner', description: '.', input: t.type({ n: t.number }) });

    it('does not matter once the call has ended', () => {
      const nested = defineTool({
        name: 'nested',
        description: '.',
        input: t.unknown,
        run: (_args, call) => {
          call.run({ name: 'inner', steps: [{ tool: 'bare' }] }).subscribe();
          return of('done');
        },
      });
      const flow = planOf(
        { tool: 'nested', outputKey: 'a', each: [1, 2] },
        { tool: 'hanging', outputKey: 'b', arguments: '$a' },
      );
      const { orchestrator, events } = processOf({}, [nested]);
      watch(orchestrator.run(flow));
      const { orchestrator: later } = processOf({}, [nested]);
      expect(watch(later.resume(flow, reread(events))).values.at(-1)).to.deep.equal({ a: ['done', 'done'] });
    });

    it('is refused inside of the call, which fails with that', () => {
      const flow = planOf({ tool: 'inner', outputKey: 'a', arguments: { n: 1 } });
      const { orchestrator, events } = processOf({}, [inner]);
      watch(orchestrator.run(flow));
      const half = reread(events.slice(0, events.findIndex((e) => e.type === 'call.started' && e.step === 'y') + 1));
      const { orchestrator: later } = processOf({}, [inner]);
      const error = errorOf(later.resume(flow, half)) as { cause: { cause: NotResumable } };
      expect(error.cause.cause._tag).to.equal('NotResumable');
      expect(error.cause.cause.message).to.include("what step 'x' had given is no plain data");
    });

    it('is refused where the call runs its flow with another input than before', () => {
      let time = 0;
      const restless = defineTool({
        name: 'restless',
        description: '.',
        input: t.unknown,
        run: (_args, call) => call.run({ name: 'inner', steps: [{ tool: 'hanging' }] }, { time: ++time }),
      });
      const flow = planOf({ tool: 'restless', outputKey: 'a' });
      const { orchestrator, events } = processOf({}, [restless]);
      watch(orchestrator.run(flow));
      const { orchestrator: later } = processOf({}, [restless]);
      const error = errorOf(later.resume(flow, reread(events))) as { cause: { cause: NotResumable } };
      expect(error.cause.cause.message).to.equal(
        'flow \'inner\' cannot be resumed: input: expected that of the run, {"time":1}, got {"time":2}',
      );
    });
  });
});
