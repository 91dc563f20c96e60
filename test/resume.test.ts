import { expect } from 'chai';
import { of, Subject } from 'rxjs';
import {
  chain,
  createOrchestrator,
  type FlowData,
  type NotResumable,
  type Orchestrator,
  type OrchestratorOptions,
  plan,
  type ToolEvent,
} from '../src/index.js';
import { countedIds, echo, errorOf, failing, lastOf, silent, watch } from './support/flowTools.js';
import { recordingOf, reread } from './support/recorded.js';
import { toolOf } from './support/stage.js';

/** An orchestrator of a process, and what it has written down. */
interface Process {
  readonly orchestrator: Orchestrator;
  readonly events: ToolEvent[];
  /** The ids of the calls that were made of `work`. */
  readonly made: string[];
}

/** Begins a process. Its tool `work` gives back its arguments, or never ends where they say `'hang'`. */
function processOf(options: Omit<OrchestratorOptions, 'tools'> = {}): Process {
  const made: string[] = [];
  const work = toolOf(
    (args: unknown, { callId }) => {
      made.push(callId);
      return JSON.stringify(args).includes('hang') ? new Subject() : of(args);
    },
    { name: 'work' },
  );
  const orchestrator = createOrchestrator({
    createId: countedIds(),
    ...options,
    tools: [work, echo, failing, silent],
  }) as unknown as Orchestrator;
  return { orchestrator, events: recordingOf(orchestrator), made };
}

const step = (outputKey: string, args: unknown = {}, tool = 'work') => ({ tool, outputKey, arguments: args });
const flowOf = (...steps: NonNullable<FlowData['steps']>): FlowData => ({ kind: 'plan', name: 'f', steps });

/** The faults that a run is not resumed for, as lines. */
function refusalOf(run: ReturnType<Orchestrator['resume']>): readonly string[] {
  const error = errorOf(run) as NotResumable;
  expect(error._tag).to.equal('NotResumable');
  return error.faults.map(({ path, message }) => `${path}: ${message}`);
}

/** Runs a flow in a process that is killed when nothing more happens, and gives the events that it has left. */
function killed(flow: FlowData, input: object = {}, options: Omit<OrchestratorOptions, 'tools'> = {}) {
  const { orchestrator, events } = processOf(options);
  orchestrator.run(flow, input).subscribe({ error: () => undefined });
  return reread(events);
}

describe('resume', () => {
  it('takes from the events what is done, and makes again under its id what had started', () => {
    const events = killed(flowOf(step('a', 'A'), step('b', ['$a', 'hang']), step('c', 'C')));
    const { orchestrator, made } = processOf();
    const told = watch(orchestrator.resume(flowOf(step('a', 'A'), step('b', ['$a', 'hang']), step('c', 'C')), events));
    expect(made).to.deep.equal(['r1.b']);
    expect(told.values.at(-1)).to.deep.equal({ a: 'A', c: 'C' });
  });

  it('gives the context of a run that is done at once, and makes no call', () => {
    for (const kind of ['chain', 'plan'] as const) {
      const flow = { ...flowOf(step('a', 'A'), step('b', '$a')), kind };
      const events = killed(flow, { topic: 'x' });
      const { orchestrator, made, events: now } = processOf();
      expect(lastOf(orchestrator.resume(flow, events))).to.deep.equal({ topic: 'x', a: 'A', b: 'A' });
      expect(made).to.deep.equal([]);
      expect(now.filter(({ type }) => type.startsWith('run.'))).to.have.length(4);
    }
  });

  it('says of the run that it is resumed, and of each step that it took from the events', () => {
    const flow = flowOf(step('a', 'A'), step('b', 'B', 'failing'));
    const { orchestrator, events } = processOf();
    watch(orchestrator.resume(flow, killed(flow)));
    const told = events.filter(({ type }) => type === 'run.started' || type === 'run.advanced');
    expect(told.map((event) => 'resumed' in event && event.resumed)).to.deep.equal([true, true]);
  });

  it('takes the run that was begun last of those of its name, unless another is named', () => {
    const flow = flowOf(step('a', '$n'), step('b', 'hang'));
    const { orchestrator: first, events } = processOf();
    watch(first.run(flow, { n: 1 }));
    watch(first.run({ ...flow, name: 'other' }, { n: 9 }));
    watch(first.run(flow, { n: 2 }));
    const { orchestrator } = processOf();
    expect(watch(orchestrator.resume(flow, events)).values.at(-1)).to.deep.equal({ n: 2, a: 2 });
    expect(watch(orchestrator.resume(flow, events, { runId: 'r1' })).values.at(-1)).to.deep.equal({ n: 1, a: 1 });
  });

  it('resumes a run that was made on behalf of something else, and goes on to say so', () => {
    const flow = flowOf(step('a', 'A'));
    const { orchestrator: first, events } = processOf();
    watch(first.run(flow, {}, { parentId: 'job 7' }));
    const { orchestrator, events: now } = processOf();
    expect(lastOf(orchestrator.resume(flow, reread(events)))).to.deep.equal({ a: 'A' });
    const ofRun = now.filter(({ type }) => type.startsWith('run.'));
    expect(ofRun.map((event) => 'parentId' in event && event.parentId)).to.deep.equal(['job 7', 'job 7', 'job 7']);
  });

  it('goes on with steps that failed, and with those that were skipped for that', () => {
    const flow = flowOf(step('a', 'A'), step('b', '$a', 'sometimes'), step('c', '$b'));
    let healthy = false;
    const sometimes = toolOf(
      (args) => {
        if (!healthy) throw new Error('broken');
        return of(args);
      },
      { name: 'sometimes' },
    );
    const { orchestrator, events, made } = processOf();
    orchestrator.register(sometimes);
    expect(errorOf(orchestrator.run(flow))).to.deep.include({ _tag: 'PlanFailed', skipped: ['c'] });
    healthy = true;
    expect(lastOf(orchestrator.resume(flow, reread(events)))).to.deep.equal({ a: 'A', b: 'A', c: 'A' });
    expect(made).to.deep.equal(['r1.a', 'r1.c']);
  });

  it('does not make a call again whose fallback stood in', () => {
    const flow = flowOf({ ...step('a', {}, 'failing'), fallback: ['$n', 'instead'] }, step('b', ['$a', 'hang']));
    const events = killed(flow, { n: 1 });
    const { orchestrator, events: now } = processOf();
    const told = watch(orchestrator.resume(flow, events));
    expect(told.values).to.deep.equal([{ n: 1, a: [1, 'instead'] }]);
    expect(now.filter((event) => 'step' in event && event.step === 'a').map(({ type }) => type)).to.deep.equal([
      'run.advanced',
    ]);
  });

  it('skips again what was skipped', () => {
    const flow = flowOf({ ...step('a'), when: '$go' }, step('b', '$a'), step('c', 'hang'));
    const events = killed(flow, { go: false });
    const { orchestrator, made } = processOf();
    expect(watch(orchestrator.resume(flow, events)).values.at(-1)).to.deep.equal({ go: false });
    expect(made).to.deep.equal(['r1.c']);
  });

  it('makes only those calls of each that had not succeeded', () => {
    const flow = flowOf({ ...step('a', '$item'), each: [1, 'hang', 3] });
    const { orchestrator, made } = processOf();
    watch(orchestrator.resume(flow, killed(flow)));
    expect(made).to.deep.equal(['r1.a#1']);
  });

  it('takes each kind of result from the events', () => {
    const many = toolOf(() => [1, 2, 3], { name: 'many' });
    const flow = flowOf(
      { ...step('all', {}, 'many'), take: 'all' },
      { ...step('first', {}, 'many'), take: 'first' },
      { ...step('last', {}, 'many') },
      { ...step('none', {}, 'silent'), take: 'all' },
    );
    const { orchestrator, events } = processOf();
    orchestrator.register(many);
    const context = lastOf(orchestrator.run(flow));
    expect(context).to.deep.equal({ all: [1, 2, 3], first: 1, last: 3, none: [] });
    const { orchestrator: later, events: now } = processOf();
    later.register(many);
    expect(lastOf(later.resume(flow, reread(events)))).to.deep.equal(context);
    expect(now.filter(({ type }) => type.startsWith('call.'))).to.deep.equal([]);
  });

  it('takes the last value from the end of the call alone, and needs its other events for the others', () => {
    const many = toolOf(() => [1, 2, 3], { name: 'many' });
    for (const [take, value] of [
      ['last', 3],
      ['all', undefined],
    ] as const) {
      const flow = flowOf({ ...step('a', {}, 'many'), take });
      const { orchestrator, events } = processOf();
      orchestrator.register(many);
      watch(orchestrator.run(flow));
      const resumed$ = orchestrator.resume(flow, reread(events.filter(({ type }) => type !== 'call.emitted')));
      if (value === undefined) {
        expect(refusalOf(resumed$)).to.deep.equal(["steps[0]: what step 'a' had given is not in the events"]);
      } else expect(lastOf(resumed$)).to.deep.equal({ a: value });
    }
  });

  it('tells the elements of a step from a step that is called like one of them', () => {
    const flow = flowOf({ ...step('a', '$item'), each: ['A0'] }, step('a#0', 'other'), step('hang', 'hang'));
    const { orchestrator, made } = processOf();
    const told = watch(orchestrator.resume(flow, killed(flow)));
    expect(told.values.at(-1)).to.deep.equal({ a: ['A0'], 'a#0': 'other' });
    expect(made).to.deep.equal(['r1.hang']);
  });

  it('takes undefined from the events, which JSON does not have', () => {
    const flow = flowOf(step('a', {}, 'quiet'), step('b', 'B'));
    const quiet = toolOf(() => of(undefined), { name: 'quiet' });
    const { orchestrator, events, made } = processOf();
    orchestrator.register(quiet);
    const context = lastOf(orchestrator.run(flow));
    expect(context).to.deep.equal({ a: undefined, b: 'B' });
    expect(lastOf(orchestrator.resume(flow, reread(events)))).to.deep.equal(context);
    expect(made).to.deep.equal(['r1.b']);
  });

  it('makes a call again that had completed without the value that its step needs', () => {
    const flow = flowOf(step('a', {}, 'silent'));
    const events = killed(flow);
    const { orchestrator, events: now } = processOf();
    expect(errorOf(orchestrator.resume(flow, events))).to.include({ _tag: 'PlanFailed', step: 'a' });
    expect(now.filter(({ type }) => type === 'call.started')).to.have.length(1);
  });

  it('resumes a built flow from the events of its data form, and the other way around', () => {
    for (const built of [
      chain('f').step('a', echo, () => ({ x: 1 })),
      plan('f').step('a', echo, () => ({ x: 1 }), { timeoutMs: Infinity, name: 'A' }),
    ]) {
      const data = JSON.parse(JSON.stringify(built)) as FlowData;
      const { orchestrator, events } = processOf();
      watch(orchestrator.run(built));
      expect(lastOf(orchestrator.resume(data, reread(events)))).to.deep.equal({ a: { x: 1 } });
      watch(orchestrator.run(data));
      expect(lastOf(orchestrator.resume(built as never, reread(events)))).to.deep.equal({ a: { x: 1 } });
    }
  });

  describe('with a flow that has changed', () => {
    const before = flowOf(step('a', 'A'), step('b', 'hang'), step('c', '$b'));

    it('goes on where only steps are other that had not started, are new, or stand elsewhere', () => {
      const after = flowOf(step('n', '$a'), step('c', ['$n', '$b']), step('b', 'hang'), step('a', 'A'));
      const { orchestrator, made } = processOf();
      expect(watch(orchestrator.resume(after, killed(before))).values.at(-1)).to.deep.equal({ a: 'A', n: 'A' });
      expect(made).to.deep.equal(['r1.b', 'r1.n']);
    });

    it('goes on where a step is only called otherwise, or has its fields in another order', () => {
      const after = flowOf({ outputKey: 'a', arguments: 'A', name: 'Other', tool: 'work' }, step('b', 'hang'));
      const { orchestrator, made } = processOf();
      watch(orchestrator.resume(after, killed(before)));
      expect(made).to.deep.equal(['r1.b']);
    });

    for (const [title, after, lines] of [
      [
        'a step that was done says something else',
        flowOf(step('a', 'X'), step('b', 'hang'), step('c', '$b')),
        ["steps[0]: step 'a' had started, and says something else now"],
      ],
      [
        'a step that had started is gone, and another says something else',
        flowOf(step('c', '$b'), step('b', 'X')),
        [
          "steps: step 'a' had started, and is no longer in the flow",
          "steps[1]: step 'b' had started, and says something else now",
        ],
      ],
    ] as const) {
      it(`is refused where ${title}, however often it is tried, and nothing is said of it in the events`, () => {
        const events = [...killed(before)];
        const { orchestrator, made, events: now } = processOf();
        const registered = now.length;
        for (let time = 0; time < 3; time++) {
          expect(refusalOf(orchestrator.resume(after, [...events, ...now]))).to.deep.equal(lines);
        }
        expect(now).to.have.length(registered);
        expect(made).to.deep.equal([]);
        watch(orchestrator.resume(before, [...events, ...now]));
        expect(made).to.deep.equal(['r1.b']);
      });
    }

    it('is refused as any other flow where it has a fault of its own, and nothing is said of it in the events', () => {
      const { orchestrator, events: now } = processOf();
      const registered = now.length;
      const invalid = flowOf(step('a', 'A'), step('b', 'hang'), step('c', '$d'));
      expect(errorOf(orchestrator.resume(invalid, killed(before)))).to.include({ _tag: 'InvalidFlow' });
      expect(now).to.have.length(registered);
    });
  });
});
