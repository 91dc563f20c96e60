import { expectTypeOf } from 'expect-type';
import * as t from 'io-ts';
import { type Observable, of } from 'rxjs';
import {
  chain,
  createOrchestrator,
  defineTool,
  type Flow,
  type FlowData,
  plan,
  type StepData,
  type Tool,
  type ToolEvent,
} from 'toolstream';

const number = defineTool({
  name: 'number',
  description: 'A number.',
  input: t.type({ n: t.number }),
  run: ({ n }) => of(n),
});
const anything = defineTool({
  name: 'anything',
  description: 'Any.',
  input: t.unknown,
  run: (args: unknown) => of(args),
});
const letter = defineTool({
  name: 'letter',
  description: 'A letter.',
  input: t.unknown,
  output: t.keyof({ a: null, b: null }),
  run: () => of('a'),
});
const record = defineTool({
  name: 'record',
  description: 'A record.',
  input: t.intersection([t.type({ id: t.number }), t.partial({ depth: t.number, tags: t.array(t.string) })]),
  run: ({ id }) => of({ id, deep: { list: ['x'] }, maybe: undefined as string | undefined }),
});

interface Input {
  readonly topic: string;
  readonly n: number;
  readonly list: readonly number[];
  readonly maybe?: readonly { readonly x?: number }[];
  readonly pair: readonly [number, string];
  readonly both: readonly (string | number)[];
  readonly either: string | number;
  readonly any: ReturnType<typeof JSON.parse>;
}
const begun = plan<Input>('begun', { concurrency: 2, failFast: true });

/** What a flow will have gathered at its end. */
type ContextOf<F> = F extends Flow<never, infer Context> ? Context : never;
const orchestrator = createOrchestrator({ tools: [number, anything, letter, record] });

// Keys and types, as in a chain: of the input, of results, in depth.
const some = begun
  .step('r', record, ($) => ({ id: $.n }))
  .step('m', number, ($) => ({ n: $.r.id }))
  .step('x', anything, ($) => [$.r.deep.list[0], `of ${$.m as unknown as string}`]);
expectTypeOf<ContextOf<typeof some>['m']>().toEqualTypeOf<number>();
expectTypeOf<ContextOf<typeof some>['r']>().toEqualTypeOf<{
  id: number;
  deep: { list: string[] };
  maybe: string | undefined;
}>();
begun.step('k', record, ($) => ({ id: $.n, depth: $.pair[0], tags: [$.topic, 'x'] }));
// @ts-expect-error -- a key that nothing has
begun.step('k', number, ($) => ({ n: $.nothing }));
// @ts-expect-error -- a result of a later step
begun.step('k', number, ($) => ({ n: $.r.id }));
// @ts-expect-error -- a field that the result has not
some.step('k', number, ($) => ({ n: $.r.nothing }));
// @ts-expect-error -- a value of the wrong type
begun.step('k', number, ($) => ({ n: $.topic }));
// @ts-expect-error -- one of two types, of which one is wrong
begun.step('k', number, ($) => ({ n: $.either }));
// @ts-expect-error -- the wrong place of a pair
begun.step('k', number, ($) => ({ n: $.pair[1] }));
// @ts-expect-error -- a place that the pair has not
begun.step('k', number, ($) => ({ n: $.pair[2] }));
// @ts-expect-error -- a misspelt optional argument
begun.step('k', record, ($) => ({ id: $.n, dept: 1 }));
// @ts-expect-error -- no argument that is needed
begun.step('k', record, () => ({ depth: 1 }));
// @ts-expect-error -- an item of the wrong type inside of an array
begun.step('k', record, ($) => ({ id: 1, tags: [$.n] }));
// @ts-expect-error -- a key that is used already
some.step('r', number, () => ({ n: 1 }));
// @ts-expect-error -- a key of the input
some.step('topic', number, () => ({ n: 1 }));
// @ts-expect-error -- an option that a plan has not
plan('p', { failfast: true });

// `take` says of what type the result is.
const taken = begun
  .step('all', number, ($) => ({ n: $.n }), { take: 'all' })
  .step('first', number, ($) => ({ n: $.n }), { take: 'first' })
  .step('last', number, ($) => ({ n: $.n }), { take: 'last' })
  .step('none', number, ($) => ({ n: $.all[0] }), { name: 'None', timeoutMs: 5 });
expectTypeOf<ContextOf<typeof taken>['all']>().toEqualTypeOf<readonly number[]>();
expectTypeOf<ContextOf<typeof taken>['first']>().toEqualTypeOf<number>();
expectTypeOf<ContextOf<typeof taken>['last']>().toEqualTypeOf<number>();
expectTypeOf<ContextOf<typeof taken>['none']>().toEqualTypeOf<number>();
// @ts-expect-error -- an array, where one is wanted
taken.step('k', number, ($) => ({ n: $.all }));
// @ts-expect-error -- no way to take
begun.step('k', number, () => ({ n: 1 }), { take: 'some' });

// `when` makes it uncertain whether there is a result, and `fallback` certain.
const perhaps = begun
  .step('if', number, ($) => ({ n: $.n }), { when: ($) => $.topic })
  .step('else', number, ($) => ({ n: $.n }), { when: ($) => ({ not: $.topic }), fallback: ($) => $.n })
  .step('always', number, ($) => ({ n: $.n }), { fallback: () => 5 })
  .step('uses', number, ($) => ({ n: $.if }));
expectTypeOf<ContextOf<typeof perhaps>>().toHaveProperty('else');
expectTypeOf<ContextOf<typeof perhaps>['if']>().toEqualTypeOf<number | undefined>();
expectTypeOf<ContextOf<typeof perhaps>['else']>().toEqualTypeOf<number>();
expectTypeOf<ContextOf<typeof perhaps>['always']>().toEqualTypeOf<number>();
begun.step('k', anything, () => 1, {
  when: ($) => ({
    allOf: [
      true,
      $.topic,
      { equals: [$.n, 1] },
      { lessThan: [$.pair[0], $.n] },
      { in: [$.topic, ['a', $.topic]] },
      { exists: $.maybe[0].x },
      { anyOf: [{ not: $.any.x.y }] },
    ],
  }),
});
// @ts-expect-error -- a result that is there only perhaps is no input of a flow that needs it
perhaps satisfies Flow<Input, { readonly if: number }>;
// @ts-expect-error -- a key that nothing has
begun.step('k', number, () => ({ n: 1 }), { when: ($) => $.nothing });
// @ts-expect-error -- a text is no condition
begun.step('k', number, () => ({ n: 1 }), { when: () => 'yes' });
// @ts-expect-error -- no such operator
begun.step('k', number, () => ({ n: 1 }), { when: ($) => ({ equal: [$.n, 1] }) });
// @ts-expect-error -- one value to compare
begun.step('k', number, () => ({ n: 1 }), { when: ($) => ({ equals: [$.n] }) });
// @ts-expect-error -- not a reference
begun.step('k', number, () => ({ n: 1 }), { when: () => ({ exists: 'topic' }) });
// @ts-expect-error -- a condition that is no function
begun.step('k', number, () => ({ n: 1 }), { when: true });

// A fallback is of the type of the result.
begun.step('k', letter, () => 1, { fallback: () => 'b' });
begun.step('k', record, () => ({ id: 1 }), {
  fallback: ($) => ({ id: $.n, deep: { list: [$.topic, 'x'] }, maybe: $.topic }),
});
begun.step('k', number, () => ({ n: 1 }), { take: 'all', fallback: ($) => [$.n, 1] });
begun.step('k', number, () => ({ n: 1 }), { take: 'all', fallback: ($) => $.list });
// @ts-expect-error -- a letter that is none of them
begun.step('k', letter, () => 1, { fallback: () => 'c' });
// @ts-expect-error -- a part of the wrong type
begun.step('k', record, () => ({ id: 1 }), {
  fallback: ($) => ({ id: $.topic, deep: { list: [] }, maybe: undefined }),
});
// @ts-expect-error -- a part is missing
begun.step('k', record, () => ({ id: 1 }), { fallback: ($) => ({ id: $.n }) });
// @ts-expect-error -- one, where all are taken
begun.step('k', number, () => ({ n: 1 }), { take: 'all', fallback: ($) => $.n });
// @ts-expect-error -- all, where one is taken
begun.step('k', number, () => ({ n: 1 }), { fallback: ($) => $.list });

// `after` names steps or inputs that are there, and options are those that there are.
some.step('k', number, () => ({ n: 1 }), { after: ['r', 'm'] });
// @ts-expect-error -- no such key
some.step('k', number, () => ({ n: 1 }), { after: ['nothing'] });
// @ts-expect-error -- a misspelt option
begun.step('k', number, () => ({ n: 1 }), { timeout: 5 });
// @ts-expect-error -- concurrency of what is no array
begun.step('k', number, () => ({ n: 1 }), { concurrency: 2 });

// `each`: the options stand before the arguments, which know the element and its position.
const eached = begun
  .step('e', number, { each: ($) => $.list, concurrency: 2, name: 'E' }, ($) => ({ n: $.item }))
  .step('i', record, { each: ($) => $.list, take: 'all' }, ($) => ({ id: $.index, tags: [$.topic] }))
  .step('w', number, { each: ($) => $.e, when: ($) => $.topic }, ($) => ({ n: $.item }))
  .step('f', number, { each: ($) => $.e, when: ($) => $.topic, fallback: ($) => [$.n] }, ($) => ({ n: $.item }));
expectTypeOf<ContextOf<typeof eached>['e']>().toEqualTypeOf<readonly number[]>();
expectTypeOf<ContextOf<typeof eached>['i'][0][0]['id']>().toEqualTypeOf<number>();
expectTypeOf<ContextOf<typeof eached>['w']>().toEqualTypeOf<readonly number[] | undefined>();
expectTypeOf<ContextOf<typeof eached>['f']>().toEqualTypeOf<readonly number[]>();
begun.step('k', number, { each: ($) => $.maybe }, ($) => ({ n: $.item.x }));
begun.step('k', number, { each: ($) => [{ a: $.n }, { a: 5 }] }, ($) => ({ n: $.item.a }));
begun.step('k', number, { each: ($) => [$.n, 5] }, ($) => ({ n: $.item }));
begun.step('k', number, { each: ($) => $.any }, ($) => ({ n: $.item }));
begun.step('k', number, { each: ($) => $.any.x.y }, ($) => ({ n: $.item }));
// @ts-expect-error -- items of the wrong type
begun.step('k', number, { each: () => ['a'] }, ($) => ({ n: $.item }));
// @ts-expect-error -- items of which some are of the wrong type
begun.step('k', number, { each: ($) => $.both }, ($) => ({ n: $.item }));
// @ts-expect-error -- places of a pair of which one is of the wrong type
begun.step('k', number, { each: ($) => $.pair }, ($) => ({ n: $.item }));
// @ts-expect-error -- a field that items have not
begun.step('k', number, { each: ($) => $.maybe }, ($) => ({ n: $.item.y }));
// @ts-expect-error -- no array
begun.step('k', number, { each: ($) => $.topic }, () => ({ n: 1 }));
// @ts-expect-error -- an element, where there is no each
begun.step('k', number, ($) => ({ n: $.item }));
// @ts-expect-error -- each after the arguments
begun.step('k', number, () => ({ n: 1 }), { each: () => [1] });
// @ts-expect-error -- a misspelt option
begun.step('k', number, { each: ($) => $.list, concurency: 2 }, ($) => ({ n: $.item }));
// @ts-expect-error -- a fallback of one, where there is one for each
begun.step('k', number, { each: ($) => $.list, fallback: ($) => $.n }, ($) => ({ n: $.item }));

// A chain has the same options.
chain<Input>('c').step('e', number, { each: ($) => $.list, take: 'first' }, ($) => ({ n: $.item }));

// A flow as a tool takes its input and gives its context.
const small = plan<{ readonly n: number }>('small').step('m', number, ($) => ({ n: $.n }));
const asTool = small.toTool({ name: 'small', description: '.', input: t.type({ n: t.number }) });
expectTypeOf(asTool.name).toEqualTypeOf<'small'>();
expectTypeOf(asTool).toExtend<Tool<'small', { n: number }>>();
begun.step('s', asTool, ($) => ({ n: $.n })).step('k', number, ($) => ({ n: $.s.m }));
// @ts-expect-error -- an argument of the wrong type
begun.step('s', asTool, ($) => ({ n: $.topic }));
small.toTool({ name: 'small', description: '.', input: t.type({ n: t.number, more: t.string }) });
plan('none').toTool({ name: 'none', description: '.', input: t.UnknownRecord });
// @ts-expect-error -- a codec that gives less than the flow needs
small.toTool({ name: 'small', description: '.', input: t.partial({ n: t.number }) });
// @ts-expect-error -- a codec that gives another input than the flow takes
small.toTool({ name: 'small', description: '.', input: t.type({ n: t.string }) });
// @ts-expect-error -- the flow is what is run
small.toTool({ name: 'small', description: '.', input: t.type({ n: t.number }), run: () => of(1) });

// Runs give the context, in whatever way they are begun.
const input: Input = { topic: 'x', n: 1, list: [], pair: [1, 'x'], both: [], either: 1, any: 1 };
const events: readonly ToolEvent[] = [];
expectTypeOf(orchestrator.run(small, { n: 1 })).toEqualTypeOf<Observable<ContextOf<typeof small>>>();
expectTypeOf(orchestrator.resume(small, events)).toEqualTypeOf<Observable<ContextOf<typeof small>>>();
orchestrator.run(eached, input, { parentId: 'p' });
orchestrator.resume(eached, new Set(events), { runId: 'r', input });
// @ts-expect-error -- no input
orchestrator.run(small);
// @ts-expect-error -- an input of the wrong type
orchestrator.run(small, { n: 'x' });
// @ts-expect-error -- a misspelt option
orchestrator.resume(small, events, { runID: 'r' });
// @ts-expect-error -- what are no events
orchestrator.resume(small, [1]);
const without = createOrchestrator({ tools: [letter] });
// @ts-expect-error -- a tool that is not registered
without.run(small, { n: 1 });
// @ts-expect-error -- a tool that is not registered
without.resume(small, events);

// Steps that arrive are data.
const data: FlowData = { kind: 'plan', concurrency: 2, failFast: true, steps: [{ tool: 'a', take: 'all', each: [1] }] };
expectTypeOf(orchestrator.run(data, { n: 1 })).toEqualTypeOf<Observable<Readonly<Record<string, unknown>>>>();
const steps: readonly StepData[] = [{ tool: 'a', output_key: 'x', when: { not: '$y' }, after: ['b'], timeoutMs: 5 }];
for (const source$ of [steps, of(...steps), Promise.resolve(steps[0] as StepData)]) {
  expectTypeOf(orchestrator.runSteps(source$)).toEqualTypeOf<Observable<Readonly<Record<string, unknown>>>>();
}
orchestrator.runSteps(steps, { n: 1 }, { concurrency: 2, failFast: true, name: 'x', parentId: 'p' });
// @ts-expect-error -- a step without a tool
orchestrator.runSteps([{ outputKey: 'x' }]);
// @ts-expect-error -- a misspelt field
orchestrator.runSteps([{ tool: 'x', argument: 1 }]);
// @ts-expect-error -- another take
orchestrator.runSteps([{ tool: 'x', take: 'some' }]);
// @ts-expect-error -- a misspelt option
orchestrator.runSteps(steps, {}, { failfast: true });
