import { expect } from 'chai';
import * as t from 'io-ts';
import { first, of, Subject, throwError, timer } from 'rxjs';
import {
  chain,
  createOrchestrator,
  type FlowData,
  type InvalidFlow,
  plan,
  type PlanFailed,
  type StepData,
  ToolEvent,
} from '../src/index.js';
import { countedIds, echo, errorOf, failing, lastOf, linesOf, watch } from './support/flowTools.js';
import { reread } from './support/recorded.js';
import { Stage, toolOf } from './support/stage.js';

const step = (outputKey: string, args: unknown = outputKey, tool = 'echo'): StepData => ({
  tool,
  outputKey,
  arguments: args,
});
const planOf = (steps: readonly StepData[], others: Partial<FlowData> = {}): FlowData => ({
  kind: 'plan',
  name: 'f',
  ...others,
  steps,
});

describe('plan', () => {
  it('is data, with its options, and what they say of its steps', () => {
    const flow = plan<{ topic: string; list: readonly number[] }>('report', { concurrency: 2, failFast: true })
      .step('a', echo, ($) => ({ of: $.topic }), { name: 'First', take: 'all', timeoutMs: 5 })
      .step('b', echo, { each: ($) => $.list, concurrency: 3, after: ['a'] }, ($) => [$.item, $.index])
      .step('c', echo, ($) => $.b[0], {
        when: ($) => ({ anyOf: [$.topic, { equals: [$.a, `of ${$.topic as unknown as string}`] }] }),
        fallback: ($) => ({ instead: $.topic }),
      });
    expect(JSON.parse(JSON.stringify(flow))).to.deep.equal({
      kind: 'plan',
      name: 'report',
      concurrency: 2,
      failFast: true,
      steps: [
        { tool: 'echo', arguments: { of: '$topic' }, outputKey: 'a', name: 'First', take: 'all', timeoutMs: 5 },
        { tool: 'echo', arguments: ['$item', '$index'], outputKey: 'b', after: ['a'], each: '$list', concurrency: 3 },
        {
          tool: 'echo',
          arguments: '$b[0]',
          outputKey: 'c',
          when: { anyOf: ['$topic', { equals: ['$a', 'of ${topic}'] }] },
          fallback: { instead: '$topic' },
        },
      ],
    });
  });

  it('leaves out what is infinite, as its data form would', () => {
    const flow = plan('f', { concurrency: Infinity }).step('a', echo, () => 1, { timeoutMs: Infinity });
    expect(flow).not.to.have.property('concurrency');
    expect(flow.steps[0]).to.deep.equal({ tool: 'echo', arguments: 1, outputKey: 'a' });
  });

  for (const [title, make, message] of [
    ['a name that is no text', () => plan(5 as never), 'name: expected a text, got 5'],
    ['an unknown option', () => plan('f', { failfast: true } as never), "did you mean 'failFast'?"],
    ['concurrency of none', () => plan('f', { concurrency: 0 }), 'concurrency'],
    ['failFast that is neither', () => plan('f', { failFast: 1 as never }), 'failFast: expected true or false, got 1'],
    ['options that are none', () => plan('f', 5 as never), 'options'],
    [
      'an unknown option of a step',
      () => plan('f').step('a', echo, () => 1, { wen: 1 } as never),
      "did you mean 'when'?",
    ],
    ['take that is none', () => plan('f').step('a', echo, () => 1, { take: 'some' as never }), 'take'],
    [
      'after that is no array',
      () => plan('f').step('a', echo, () => 1, { after: 'b' as never }),
      'after: expected an array of keys, got "b"',
    ],
    ['a timeout of no time', () => plan('f').step('a', echo, () => 1, { timeoutMs: 0 }), 'timeoutMs'],
    [
      'a name of a step that is no text',
      () => plan('f').step('a', echo, () => 1, { name: 5 as never }),
      'name: expected a text, got 5',
    ],
    [
      'a condition that is none',
      () => plan('f').step('a', echo, () => 1, { when: () => ({ equal: 1 }) as never }),
      'when: expected a reference',
    ],
    ['when that is no function', () => plan('f').step('a', echo, () => 1, { when: true as never }), 'when'],
    [
      'concurrency without each',
      () => plan('f').step('a', echo, () => 1, { concurrency: 2 } as never),
      'concurrency: expected it beside each',
    ],
    ['no arguments function', () => plan('f').step('a', echo, {} as never), 'args'],
    [
      'no tool',
      () => plan('f').step('a', undefined as unknown as typeof echo, () => 1),
      'tool: expected a tool, got nothing',
    ],
  ] as const) {
    it(`is refused at once with ${title}`, () => {
      expect(make).to.throw(Error, message);
    });
  }
});

describe('run, of a plan', () => {
  const orchestrator = createOrchestrator({ tools: [echo, failing], createId: countedIds(), history: { capacity: 0 } });

  it('gives the input for a plan without steps', () => {
    expect(watch(orchestrator.run(planOf([]), { a: 1 }))).to.deep.equal({ values: [{ a: 1 }], end: 'completed' });
  });

  it('gives the context after each step, and a plain object at the end however large it is', () => {
    expect(watch(orchestrator.run(planOf([step('b', '$a'), step('a', 1)]))).values).to.deep.equal([
      { a: 1 },
      { a: 1, b: 1 },
    ]);
    const steps = Array.from({ length: 100 }, (_, index) => step(`k${index}`));
    const context = lastOf(orchestrator.run(planOf(steps)));
    expect(structuredClone(context)).to.deep.equal(
      Object.fromEntries(steps.map(({ outputKey }) => [outputKey, outputKey])),
    );
  });

  it('tells of itself in its first event: its steps, what they need, their digests, and its input', () => {
    const stage = new Stage([echo], { createId: countedIds() });
    watch(
      stage.orchestrator.run(planOf([step('c', ['$a', '$b.x']), step('a', '$n'), { ...step('b', {}), after: ['a'] }]), {
        n: 1,
      }),
    );
    const started = stage.event('run.started');
    expect(started).to.deep.include({
      kind: 'plan',
      name: 'f',
      steps: ['c', 'a', 'b'],
      dependencies: [[1, 2], [], [1]],
      input: { n: 1 },
    });
    expect(started.digests).to.have.length(3);
    expect(new Set(started.digests).size).to.equal(3);
  });

  it('tells of its events so that they are read back from JSON', () => {
    const stage = new Stage([echo, failing], { createId: countedIds() });
    const steps = [
      step('a', 1, 'failing'),
      step('b', '$a'),
      { ...step('c'), when: false },
      { ...step('d', 1, 'failing'), fallback: 1 },
    ];
    watch(stage.orchestrator.run(planOf(steps)));
    const types = new Set(stage.events.map(({ type }) => type));
    expect([...types]).to.include.members(['call.skipped', 'run.failed', 'run.advanced', 'call.failed']);
    expect(reread(stage.events).map((event) => ToolEvent.encode(event))).to.deep.equal(
      stage.events.map((event) => ToolEvent.encode(event)),
    );
  });

  it('fails with all that failed, all that was skipped for that, and all that was done', () => {
    const cause = new Error('no connection');
    const stage: Stage = new Stage([
      echo,
      toolOf(() => throwError(() => cause), { name: 'breaks' }),
      toolOf(() => timer(5, stage.scheduler), { name: 'slow' }),
    ]);
    const steps = [
      step('text', '$hits'),
      step('hits', 1, 'breaks'),
      step('more', '$text'),
      step('news', 1, 'slow'),
      { ...step('then'), after: ['news'] },
      step('late', '$news.x', 'breaks'),
    ];
    const told = watch(stage.orchestrator.run(planOf(steps), { n: 1 }));
    expect(told.end).to.equal(undefined);
    stage.flush();
    const error = told.error as PlanFailed;
    expect(error).to.deep.include({
      _tag: 'PlanFailed',
      flow: 'f',
      step: 'hits',
      tool: 'breaks',
      skipped: ['text', 'more'],
      context: { n: 1, news: 0, then: 'then' },
    });
    expect(error.cause).to.include({ _tag: 'ToolFailed', cause });
    const failed = error.failures.map((failure) => [failure.step, (failure.error as PlanFailed)._tag as string]);
    expect(failed).to.deep.equal([
      ['hits', 'ToolFailed'],
      ['late', 'UnresolvedReference'],
    ]);
    const skips = stage.events.flatMap((event) =>
      event.type === 'call.skipped' ? [[event.step, event.reason, event.dependency, event.error?._tag]] : [],
    );
    expect(skips).to.deep.equal([
      ['text', 'dependency', 'hits', 'ToolFailed'],
      ['more', 'dependency', 'text', 'ToolFailed'],
    ]);
    stage.expectNothingHeld();
  });

  it('skips what asks for, comes after, or falls back on a step that failed, as well', () => {
    const error = errorOf(
      orchestrator.run(
        planOf([
          step('a', 1, 'failing'),
          { ...step('b'), when: { exists: '$a' } },
          { ...step('c'), after: ['a'] },
          { ...step('d'), fallback: '$a' },
          { ...step('e', '$a'), fallback: 'not used' },
        ]),
      ),
    ) as PlanFailed;
    expect(error).to.deep.include({ skipped: ['b', 'c', 'd', 'e'], context: {} });
  });

  it('is left with failFast by all that runs, before it fails', () => {
    const stage: Stage = new Stage(
      [
        toolOf(() => new Subject(), { name: 'hangs' }),
        toolOf(() => timer(2, stage.scheduler), { name: 'slow' }),
        toolOf(() => throwError(() => new Error('broken')), { name: 'breaks' }),
      ],
      { createId: countedIds() },
    );
    const lines = linesOf(stage.orchestrator);
    const steps = [step('a', 1, 'hangs'), step('b', 1, 'slow'), step('c', '$b', 'breaks'), step('d', '$b', 'hangs')];
    watch(stage.orchestrator.run(planOf(steps, { failFast: true })));
    stage.flush();
    expect(lines.slice(-4)).to.deep.equal([
      '2 call.started r1.c',
      '2 call.failed r1.c',
      '2 call.cancelled r1.a',
      '2 run.failed r1',
    ]);
    stage.expectNothingHeld();
  });

  it('succeeds for whoever takes the result and leaves, and is cancelled for who leaves before', () => {
    const stage = new Stage([echo]);
    const run$ = stage.orchestrator.run(planOf([step('a'), step('b')]));
    run$.pipe(first((context) => 'b' in context)).subscribe();
    expect(stage.events.at(-1)?.type).to.equal('run.succeeded');
    run$.pipe(first()).subscribe();
    expect(stage.events.at(-1)?.type).to.equal('run.cancelled');
  });

  for (const [title, steps, faults] of [
    ['a step that needs itself', [step('a', '$a')], ['steps[0].arguments: $a refers to the step itself']],
    [
      'circles',
      [step('a', '$b'), { ...step('b'), after: ['a'] }, { ...step('c'), when: '$d' }, { ...step('d'), fallback: '$c' }],
      ["steps[0]: waits for itself: 'a' → 'b' → 'a'", "steps[2]: waits for itself: 'c' → 'd' → 'c'"],
    ],
    [
      'a key in after that is none of a step',
      [{ ...step('hits'), after: ['n', 'hit'] }],
      [
        "steps[0].after[0]: 'n' refers to nothing: known are 'hits'",
        "steps[0].after[1]: 'hit' refers to nothing: known are 'hits'; did you mean 'hits'?",
      ],
    ],
    [
      'references of every part that lead nowhere',
      [{ ...step('a', ['$xxxxx']), when: { not: '$yyyyy' }, fallback: { f: 'of ${zzzzz}' }, each: ['$item'] }],
      [
        "steps[0].each[0]: $item refers to nothing: known are 'n', 'a'",
        "steps[0].when.not: $yyyyy refers to nothing: known are 'n', 'a'",
        "steps[0].arguments[0]: $xxxxx refers to nothing: known are 'n', 'a'",
        "steps[0].fallback.f: $zzzzz refers to nothing: known are 'n', 'a'",
      ],
    ],
    [
      'a key that stands for the element of each',
      [{ ...step('a', '$item'), each: [1] }, step('item')],
      [
        "steps[0].each: '$item' stands for the element's value here, but is a key of the flow too; give that another name",
      ],
    ],
    [
      'an element without each',
      [step('a', '$index')],
      ["steps[0].arguments: $index refers to nothing: known are 'n', 'a'"],
    ],
  ] as readonly (readonly [string, readonly StepData[], readonly string[]])[]) {
    it(`is refused with ${title}`, () => {
      const error = errorOf(orchestrator.run(planOf(steps), { n: 1 })) as InvalidFlow;
      expect(error.faults.map(({ path, message }) => `${path}: ${message}`)).to.deep.equal(faults);
    });
  }

  it('goes by the limits of the tools beside its own', () => {
    let running = 0;
    let most = 0;
    const stage: Stage = new Stage([
      toolOf(
        () => {
          most = Math.max(most, ++running);
          return timer(1, stage.scheduler);
        },
        { concurrency: 2 },
      ),
    ]);
    stage.orchestrator.events$.subscribe((event) => {
      if (event.type === 'call.succeeded') running--;
    });
    const told = watch(stage.orchestrator.run(planOf(['a', 'b', 'c', 'd', 'e'].map((key) => step(key, 1, 't')))));
    stage.flush();
    expect([told.end, most, stage.now]).to.deep.equal(['completed', 2, 3]);
  });
});

describe('a flow as a tool', () => {
  const inner = plan<{ n: number }>('inner').step('x', echo, ($) => ({ n: $.n }));
  const asTool = inner.toTool({ name: 'inner', description: 'Runs a plan.', input: t.type({ n: t.number }) });

  it('gives its last context, to a step of another flow, on behalf of the call', () => {
    const stage = new Stage([echo, asTool], { createId: countedIds() });
    const outer = chain('outer')
      .step('y', asTool, () => ({ n: 1 }))
      .step('z', echo, ($) => $.y.x);
    expect(lastOf(stage.orchestrator.run(outer as never))).to.deep.equal({ y: { n: 1, x: { n: 1 } }, z: { n: 1 } });
    const started = stage.events.flatMap((event) =>
      event.type === 'run.started' ? [[event.runId, event.parentId]] : [],
    );
    expect(started).to.deep.equal([
      ['r1', undefined],
      ['r1.y/1', 'r1.y'],
    ]);
  });

  it('checks its arguments as any tool, and fails with the error of its flow', () => {
    const orchestrator = createOrchestrator({ tools: [asTool] });
    expect(errorOf(orchestrator.execute('inner', { n: 'x' } as never))).to.include({ _tag: 'InvalidArguments' });
    const error = errorOf(orchestrator.execute('inner', { n: 1 })) as { readonly cause: InvalidFlow };
    expect(error.cause._tag).to.equal('InvalidFlow');
    expect(error.cause.message).to.include("no tool 'echo' is registered");
  });

  it('has limits of its own, and no timeout unless one is given', () => {
    expect(asTool.timeoutMs).to.equal(Infinity);
    const limited = inner.toTool({
      name: 'l',
      description: '.',
      input: t.type({ n: t.number }),
      timeoutMs: 5,
      concurrency: 1,
    });
    expect(limited).to.include({ timeoutMs: 5, concurrency: 1 });
    expect(() =>
      inner.toTool({ name: 'l', description: '.', input: t.type({ n: t.number }), run: 1 } as never),
    ).to.throw();
  });

  it('is cancelled with the call, and lets go of everything', () => {
    const hanging = toolOf(() => new Subject(), { name: 'hanging' });
    const nested = plan('nested')
      .step('x', hanging, () => 1)
      .toTool({ name: 'nested', description: '.', input: t.UnknownRecord });
    const stage = new Stage([hanging, nested], { createId: countedIds() });
    const lines = linesOf(stage.orchestrator);
    stage.orchestrator
      .run({ kind: 'plan', steps: [{ tool: 'nested', arguments: {} }] })
      .subscribe()
      .unsubscribe();
    expect(lines.slice(-4).map((line) => line.slice(2))).to.deep.equal([
      'call.cancelled r1.nested/1.x',
      'run.cancelled r1.nested/1',
      'call.cancelled r1.nested',
      'run.cancelled r1',
    ]);
    stage.expectNothingHeld();
  });

  it('ends where flows are nested more than 32 times', () => {
    const endless = toolOf((_args, call) => call.run({ steps: [{ tool: 't' }] }), { timeoutMs: Infinity });
    const stage = new Stage([endless]);
    const told = watch(stage.orchestrator.run({ steps: [{ tool: 't' }] }));
    let error: unknown = told.error;
    while (typeof error === 'object' && error !== null && 'cause' in error && error.cause) error = error.cause;
    expect((error as Error).message).to.include('expected at most 32 flows inside of one another, got more');
    expect(stage.events.filter(({ type }) => type === 'run.started')).to.have.length(34);
  });

  it('gives what another does not see: a value of one is no value of the other', () => {
    const stage = new Stage([echo, asTool, toolOf(() => of(1))]);
    const told = watch(
      stage.orchestrator.run({
        steps: [
          { tool: 'inner', arguments: { n: 1 } },
          { tool: 't', arguments: '$x' },
        ],
      }),
    );
    expect((told.error as InvalidFlow)._tag).to.equal('InvalidFlow');
  });
});
