/* eslint-disable @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions -- references stand in template strings */
import { expect } from 'chai';
import { asapScheduler, concat, EMPTY, firstValueFrom, map, of, scheduled, timer } from 'rxjs';
import { chain, createOrchestrator, defineTool } from '../src/index.js';
import { echo, lastOf, watch } from './support/flowTools.js';
import { toolOf } from './support/stage.js';
import { virtually } from './support/virtually.js';
import * as t from 'io-ts';

const three = chain<{ topic: string }>('three')
  .step('a', echo, ($) => ({ of: $.topic }))
  .step('b', echo, ($) => [$.a, $.topic])
  .step('c', echo, ($) => `${$.topic}: ${$.b}`);

describe('a run of a chain', () => {
  it('emits the growing context after each step, and the last is the result', () => {
    const a = { of: 'x' };
    const b = [a, 'x'];
    expect(watch(createOrchestrator({ tools: [echo] }).run(three, { topic: 'x' }))).to.deep.equal({
      values: [
        { topic: 'x', a },
        { topic: 'x', a, b },
        { topic: 'x', a, b, c: 'x: [{"of":"x"},"x"]' },
      ],
      end: 'completed',
    });
  });

  it('begins a step in the tick in which the one before it ends', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const a$ = cold('---1|');
      const b$ = cold('--2|');
      const c$ = cold('(3|)');
      const tools = Object.entries({ a: a$, b: b$, c: c$ }).map(([name, source$]) => toolOf(() => source$, { name }));
      const steps = tools.map(({ name }) => ({ tool: name }));
      const size$ = createOrchestrator({ tools })
        .run({ steps })
        .pipe(map((context) => Object.entries(context).flat().join('')));
      expectObservable(size$).toBe('----a--(bc|)', { a: 'a1', b: 'a1b2', c: 'a1b2c3' });
      expectSubscriptions(a$.subscriptions).toBe('^---!');
      expectSubscriptions(b$.subscriptions).toBe('----^--!');
      expectSubscriptions(c$.subscriptions).toBe('-------(^!)');
    });
  });

  it('keeps the last of several values, when it has come', () => {
    virtually(({ cold, expectObservable }) => {
      const several = toolOf(() => cold('1-2-3-|'), { name: 'several' });
      const run$ = createOrchestrator({ tools: [several] }).run({ steps: [{ tool: 'several' }] });
      expectObservable(run$).toBe('------(a|)', { a: { several: '3' } });
    });
  });

  for (const [title, value] of [
    ['null', null],
    ['an empty text', ''],
    ['zero', 0],
    ['false', false],
    ['an array', [[]]],
  ] as const) {
    it(`keeps ${title} as a result`, () => {
      const orchestrator = createOrchestrator({ tools: [toolOf(() => of(value))] });
      expect(lastOf(orchestrator.run({ steps: [{ tool: 't' }] }))).to.deep.equal({ t: value });
    });
  }

  it('gives its input where there are no steps, in a copy', () => {
    const orchestrator = createOrchestrator();
    const input = { topic: 'x' };
    const told = watch(orchestrator.run(chain<{ topic: string }>('empty'), input));
    expect(told).to.deep.equal({ values: [{ topic: 'x' }], end: 'completed' });
    expect(told.values[0]).not.to.equal(input);
    expect(watch(orchestrator.run({ steps: [] }))).to.deep.equal({ values: [{}], end: 'completed' });
  });

  it('never changes a context that it has emitted, be it changed itself', () => {
    const seen: string[] = [];
    const contexts: object[] = [];
    createOrchestrator({ tools: [echo] })
      .run(three, { topic: 'x' })
      .subscribe((context) => {
        contexts.push(context);
        seen.push(JSON.stringify(context));
        Object.assign(context, { a: 'changed', topic: 'changed' });
        (context as { a?: unknown }).a = 'changed';
      });
    expect(contexts.map((context) => JSON.stringify({ ...context, topic: 'x', a: { of: 'x' } }))).to.deep.equal(seen);
    expect(seen[2]).to.contain('"c":"x: [{\\"of\\":\\"x\\"},\\"x\\"]"');
  });

  it('takes the input as it is when it begins', () => {
    virtually(({ cold, flush }) => {
      const slow = toolOf(() => cold('---1|'), { name: 'slow' });
      const input = { topic: 'before' };
      const steps = [{ tool: 'slow' }, { tool: 'echo', arguments: '$topic' }];
      const told = watch(createOrchestrator({ tools: [slow, echo] }).run({ steps }, input));
      input.topic = 'after';
      flush();
      expect(told.values.at(-1)).to.deep.equal({ topic: 'before', slow: '1', echo: 'before' });
    });
  });

  it('is cold: nothing runs without a subscriber, and each has a run of its own', () => {
    let calls = 0;
    const counting = toolOf(() => of(++calls));
    const run$ = createOrchestrator({ tools: [counting] }).run({ steps: [{ tool: 't' }] });
    expect(calls).to.equal(0);
    expect([lastOf(run$), lastOf(run$)]).to.deep.equal([{ t: 1 }, { t: 2 }]);
  });

  it('gives each tool arguments of its own, so that one that changes them changes nothing', () => {
    const input = { list: [1, { x: 1 }] };
    const spoiling = toolOf((args) => of((args as { fixed: unknown[] }).fixed.push('spoilt')));
    const flow = { steps: [{ tool: 't', arguments: { fixed: ['x', ['y']] } }] };
    const run$ = createOrchestrator({ tools: [spoiling] }).run(flow, input);
    expect([lastOf(run$), lastOf(run$)]).to.deep.equal([
      { ...input, t: 3 },
      { ...input, t: 3 },
    ]);
    expect(flow.steps[0]?.arguments).to.deep.equal({ fixed: ['x', ['y']] });
  });

  it('gives no argument as {}', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    expect(lastOf(orchestrator.run({ steps: [{ tool: 'echo' }] }))).to.deep.equal({ echo: {} });
  });

  it('takes a result that looks like a reference for the text that it is', () => {
    const steps = [
      { tool: 't', outputKey: 'a' },
      { tool: 'echo', arguments: ['$a', '${a}', { deep: '$a' }], outputKey: 'b' },
      { tool: 'echo', arguments: '$b', outputKey: 'c' },
    ];
    const smuggling = toolOf(() => of('$secret and ${secret}'));
    const orchestrator = createOrchestrator({ tools: [smuggling, echo] });
    const text = '$secret and ${secret}';
    expect(lastOf(orchestrator.run({ steps }, { secret: 'x' })))
      .to.have.property('c')
      .that.deep.equals([text, text, { deep: text }]);
  });

  it('passes what is decoded to the tool, and keeps what its output codec made of the result', () => {
    const NumberFromText = new t.Type<number, string>(
      'NumberFromText',
      t.number.is,
      (text, context) => (Number.isNaN(Number(text)) ? t.failure(text, context) : t.success(Number(text))),
      String,
    );
    const square = defineTool({
      name: 'square',
      description: 'Squares.',
      input: t.type({ n: NumberFromText }),
      output: NumberFromText,
      run: ({ n }) => of(String(n * n)),
    });
    const squares = chain<{ n: string }>('squares').step('squared', square, ($) => ({ n: $.n }));
    expect(lastOf(createOrchestrator({ tools: [square] }).run(squares, { n: '3' }))).to.deep.equal({
      n: '3',
      squared: 9,
    });
  });

  it('emits plain objects up to 64 keys, views beyond, and a plain object at the end', () => {
    const steps = Array.from({ length: 80 }, (_, index) => ({
      tool: 'echo',
      arguments: index,
      outputKey: `k${index}`,
    }));
    const { values } = watch(createOrchestrator({ tools: [echo] }).run({ steps }));
    const isView = (value: object): boolean => !Reflect.set(value, 'x', 1);
    expect(values.map((value) => isView(value))).to.deep.equal([
      ...Array<boolean>(64).fill(false),
      ...Array<boolean>(15).fill(true),
      false,
    ]);
  });

  it('waits for a tool that answers a microtask later, as a promise does', async () => {
    const tools = [
      toolOf(() => scheduled(of(1), asapScheduler), { name: 'asap' }),
      toolOf(async () => Promise.resolve(2), { name: 'promise' }),
      toolOf(
        async function* () {
          yield await Promise.resolve(0);
          yield 3;
        },
        { name: 'iterable' },
      ),
      toolOf(() => [0, 4], { name: 'array' }),
    ];
    const run$ = createOrchestrator({ tools }).run({ steps: tools.map(({ name }) => ({ tool: name })) });
    const contexts = watch(run$);
    await new Promise<void>((resolve) => run$.subscribe({ complete: resolve }));
    expect(contexts.values.at(-1)).to.deep.equal({ asap: 1, promise: 2, iterable: 3, array: 4 });
    expect(contexts.end).to.equal('completed');
  });

  it('is an Observable like any other: what is built of it goes on from the last context', async () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    const joined$ = concat(orchestrator.run(three, { topic: 'x' }), EMPTY).pipe(map(({ topic }) => topic));
    expect(await firstValueFrom(joined$)).to.equal('x');
  });

  it('lets two runs go on side by side', () => {
    virtually(({ expectObservable }) => {
      const slow = toolOf((ms) => timer(ms), { name: 'slow' });
      const orchestrator = createOrchestrator({ tools: [slow] });
      const steps = [
        { tool: 'slow', arguments: '$ms', outputKey: 'a' },
        { tool: 'slow', arguments: '$ms', outputKey: 'b' },
      ];
      const keys = map((context: object) => Object.keys(context).length);
      expectObservable(orchestrator.run({ steps }, { ms: 2 }).pipe(keys)).toBe('--2-(3|)', { 2: 2, 3: 3 });
      expectObservable(orchestrator.run({ steps }, { ms: 3 }).pipe(keys)).toBe('---2--(3|)', { 2: 2, 3: 3 });
    });
  });
});
