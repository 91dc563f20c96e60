/* eslint-disable @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions, @typescript-eslint/require-await -- references stand in template strings, and more that must not compile is tried */
import { expectTypeOf } from 'expect-type';
import * as t from 'io-ts';
import { of } from 'rxjs';
import { chain, createOrchestrator, defineTool, type Referring, type References } from 'toolstream';

const options = t.partial({ depth: t.number, tags: t.array(t.string), sort: t.type({ by: t.string }) });
const search = defineTool({
  name: 'search',
  description: 'Search.',
  input: t.intersection([
    t.type({ query: t.string, rows: t.array(t.array(t.type({ id: t.number }))) }),
    t.partial({ options }),
  ]),
  run: ({ query }) => of({ query }),
});
const shape = defineTool({
  name: 'shape',
  description: 'One of two shapes.',
  input: t.union([
    t.type({ kind: t.literal('circle'), radius: t.number }),
    t.type({ kind: t.literal('square'), side: t.number }),
  ]),
  run: ({ kind }) => of(kind),
});
const unknowing = defineTool({
  name: 'unknowing',
  description: 'Takes anything.',
  input: t.unknown,
  run: (args) => of(args),
});
const bare = defineTool({ name: 'bare', description: 'Takes a text.', input: t.string, run: (s) => of(s.length) });
const list = defineTool({
  name: 'list',
  description: 'Takes a list.',
  input: t.array(t.number),
  run: (ns) => of(ns.length),
});
const none = defineTool({ name: 'none', description: 'Takes nothing.', input: t.type({}), run: () => of(1) });

const input = chain<{
  topic: string;
  n: number;
  ns: number[];
  opts: { depth: number };
  all: { query: string; rows: { id: number }[][] };
}>('c');

// References stand at any depth, beside plain data.
input.step('k', search, ($) => ({ query: $.topic, rows: [] }));
input.step('k', search, ($) => ({ query: 'x', rows: [[{ id: $.n }, { id: 5 }], $.all.rows[0], [$.all.rows[0][1]]] }));
input.step('k', search, ($) => ({
  query: 'x',
  rows: [],
  options: { depth: $.n, tags: [$.topic, 'y', `z${$.n}`], sort: { by: $.topic } },
}));
input.step('k', search, ($) => ({ query: 'x', rows: $.all.rows, options: $.opts }));
input.step('k', search, ($) => $.all);
// @ts-expect-error -- a wrong type, deep inside
input.step('k', search, ($) => ({ query: 'x', rows: [[{ id: $.topic }]] }));
// @ts-expect-error -- a wrong type in plain data, deep inside
input.step('k', search, () => ({ query: 'x', rows: [[{ id: 'x' }]] }));
// @ts-expect-error -- the whole of the arguments, of another shape
input.step('k', search, ($) => $.opts);

// What is missing, what is too much and what is misspelt is refused, at any depth.
// @ts-expect-error -- no rows
input.step('k', search, ($) => ({ query: $.topic }));
// @ts-expect-error -- nothing at all
input.step('k', search, () => ({}));
// @ts-expect-error -- a field too many
input.step('k', search, ($) => ({ query: $.topic, rows: [], more: 1 }));
// @ts-expect-error -- a field too many that is undefined
input.step('k', search, ($) => ({ query: $.topic, rows: [], more: undefined }));
// @ts-expect-error -- an optional field, misspelt
input.step('k', search, ($) => ({ query: $.topic, rows: [], option: { depth: 1 } }));
// @ts-expect-error -- an optional field of a field, misspelt
input.step('k', search, ($) => ({ query: $.topic, rows: [], options: { dpth: $.n } }));
// @ts-expect-error -- a field of an item, misspelt
input.step('k', search, ($) => ({ query: $.topic, rows: [[{ idd: $.n }]] }));
// @ts-expect-error -- a promise of arguments
input.step('k', search, async ($) => ({ query: $.topic, rows: [] }));

// A union takes each of its members, whole.
input.step('k', shape, ($) => ({ kind: 'circle', radius: $.n }));
input.step('k', shape, ($) => ({ kind: 'square', side: $.n }));
// @ts-expect-error -- neither
input.step('k', shape, ($) => ({ kind: 'circle', side: $.n }));
// @ts-expect-error -- a field that no member has
input.step('k', shape, ($) => ({ kind: 'circle', radius: $.n, colour: 'red' }));

// Arguments that are no object, or of any shape.
input.step('k', bare, ($) => $.topic);
input.step('k', bare, ($) => `about ${$.topic}`);
input.step('k', bare, () => 'fixed');
input.step('k', list, ($) => $.ns);
input.step('k', list, ($) => [$.n, 5, $.ns[1]]);
input.step('k', unknowing, ($) => ({ deep: [{ n: $.n }] }));
input.step('k', unknowing, ($) => [$.n, $.ns]);
input.step('k', unknowing, ($) => $.ns[1]);
input.step('k', unknowing, () => 5);
input.step('k', none, () => ({}));
// @ts-expect-error -- a list of texts
input.step('k', list, ($) => [$.topic]);
// @ts-expect-error -- a number
input.step('k', bare, ($) => $.n);

// A key is a text of the programmer's, and new: in the input and among the steps.
// @ts-expect-error -- a key of the input
input.step('n', none, () => ({}));
// @ts-expect-error -- the key of an earlier step
input.step('k', none, () => ({})).step('k', none, () => ({}));
// @ts-expect-error -- no text
input.step(5, none, () => ({}));

// An input of any names takes steps, too: whether a key is used already is seen when it is run.
const open = chain<Record<string, unknown>>('open').step('k', unknowing, ($) => $['anything']);
createOrchestrator({ tools: [unknowing] }).run(open, { anything: 1 });

// A flow asks for the tools that it names and for the input that it refers to.
const orchestrator = createOrchestrator({ tools: [none, bare] });
orchestrator.run(chain('c').step('k', none, () => ({})));
orchestrator.run(
  chain('c').step('k', none, () => ({})),
  {},
  { parentId: 'above' },
);
orchestrator.run(chain<{ topic?: string }>('c').step('k', none, () => ({})));
const unregistered = chain('c')
  .step('a', none, () => ({}))
  .step('b', list, () => [1])
  .step('c', none, () => ({}));
// @ts-expect-error -- a tool that is not registered, in the middle
orchestrator.run(unregistered);
const asking = chain<{ topic: string; n: number }>('c').step('k', bare, ($) => $.topic);
// @ts-expect-error -- no input
orchestrator.run(asking);
// @ts-expect-error -- an input with a part missing
orchestrator.run(asking, { topic: 'x' });

orchestrator.run(asking, { topic: 'x', n: 1 }).subscribe((context) => {
  expectTypeOf(context.k).toEqualTypeOf<number>();
  expectTypeOf(context.topic).toEqualTypeOf<string>();
  // @ts-expect-error -- a key that no step has
  context.other;
  // @ts-expect-error -- a context is read-only in what the steps gave
  context.k = 5;
});

// A step's arguments can be written apart.
const query = ($: References<{ topic: string }>): Referring<{ s: string }> => ({ s: `about ${$.topic}` });
expectTypeOf(query).returns.toEqualTypeOf<Referring<{ s: string }>>();
