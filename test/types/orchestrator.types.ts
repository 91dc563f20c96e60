import type { Either } from 'fp-ts/Either';
import { expectTypeOf } from 'expect-type';
import * as t from 'io-ts';
import { of, type Observable } from 'rxjs';
import { call, chain, createOrchestrator, decodeFlow, defineTool, type ToolError, type ToolStatus } from 'toolstream';

const Hit = t.type({ url: t.string, rank: t.number });
const search = defineTool({
  name: 'search',
  description: 'Search.',
  input: t.type({ query: t.string }),
  output: t.array(Hit),
  run: ({ query }, { signal }) => {
    expectTypeOf(query).toEqualTypeOf<string>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    return of([{ url: query, rank: 1 }] as unknown);
  },
});
const fetchPage = defineTool({
  name: 'fetchPage',
  description: 'Fetch a page.',
  input: t.intersection([t.type({ url: t.string }), t.partial({ depth: t.number })]),
  run: async ({ url, depth }) => {
    expectTypeOf(depth).toEqualTypeOf<number | undefined>();
    await Promise.resolve();
    return { html: url, links: [url], title: undefined as string | undefined };
  },
});

// Arguments and results are inferred from the codecs, or from what `run` gives.
const orchestrator = createOrchestrator({ tools: [search, fetchPage] });
expectTypeOf(orchestrator.execute('search', { query: 'a' })).toEqualTypeOf<
  Observable<{ url: string; rank: number }[]>
>();
expectTypeOf(orchestrator.execute('fetchPage', { url: 'a' })).toEqualTypeOf<
  Observable<{ html: string; links: string[]; title: string | undefined }>
>();
expectTypeOf(orchestrator.attempt('search', { query: 'a' })).toEqualTypeOf<
  Observable<Either<ToolError, { url: string; rank: number }[]>>
>();
expectTypeOf(orchestrator.status$('search')).toEqualTypeOf<Observable<ToolStatus>>();
expectTypeOf(orchestrator.execute({ tool: 'anything', arguments: {} })).toEqualTypeOf<Observable<unknown>>();

// @ts-expect-error -- no such tool
orchestrator.execute('serch', { query: 'a' });
// @ts-expect-error -- no such argument
orchestrator.execute('search', { qery: 'a' });
// @ts-expect-error -- an argument of the wrong type
orchestrator.execute('search', { query: 5 });
// @ts-expect-error -- no arguments
orchestrator.execute('search');

// `register` widens the type.
const lookUp = defineTool({
  name: 'lookUp',
  description: 'Look up.',
  input: t.type({ id: t.number }),
  run: ({ id }) => [id],
});
// @ts-expect-error -- not registered yet
orchestrator.execute('lookUp', { id: 1 });
const wider = orchestrator.register(lookUp);
expectTypeOf(wider.execute('lookUp', { id: 1 })).toEqualTypeOf<Observable<number>>();
expectTypeOf(wider.execute('search', { query: 'a' })).toEqualTypeOf<Observable<{ url: string; rank: number }[]>>();

// What callers pass is the codec's encoded form; what `run` gets is the decoded one.
const NumberFromString = new t.Type<number, string>(
  'N',
  t.number.is,
  (u, c) => t.number.validate(Number(u), c),
  String,
);
const square = defineTool({
  name: 'square',
  description: 'Square.',
  input: t.type({ n: NumberFromString }),
  run: ({ n }) => {
    expectTypeOf(n).toEqualTypeOf<number>();
    return [n * n];
  },
});
createOrchestrator({ tools: [square] }).execute('square', { n: '3' });
// @ts-expect-error -- the decoded form
createOrchestrator({ tools: [square] }).execute('square', { n: 3 });

// A chain knows its keys, and the types behind its references.
const research = chain<{ topic: string; depth?: number }>('research')
  .step('hits', search, ($) => ({ query: $.topic }))
  .step('page', fetchPage, ($) => ({ url: $.hits[0].url, depth: $.hits[0].rank }));
expectTypeOf(orchestrator.run(research, { topic: 'a' }).pipe).toBeFunction();
orchestrator.run(research, { topic: 'a' }).subscribe((context) => {
  expectTypeOf(context.topic).toEqualTypeOf<string>();
  expectTypeOf(context.hits).toEqualTypeOf<{ url: string; rank: number }[]>();
  expectTypeOf(context.page.links).toEqualTypeOf<string[]>();
});
// @ts-expect-error -- the input is missing
orchestrator.run(research);
// @ts-expect-error -- an input of the wrong type
orchestrator.run(research, { topic: 5 });

const begun = chain<{ topic: string; count: number; tags: string[]; pair: [number, string]; either: string | number }>(
  'c',
);
// @ts-expect-error -- no such key
begun.step('a', search, ($) => ({ query: $.nothing }));
// @ts-expect-error -- a reference of the wrong type
begun.step('a', search, ($) => ({ query: $.count }));
// @ts-expect-error -- a reference that may be of the wrong type
begun.step('a', search, ($) => ({ query: $.either }));
// @ts-expect-error -- an argument that does not exist
begun.step('a', search, ($) => ({ query: $.topic, more: 1 }));
// @ts-expect-error -- a key that is used already
begun.step('topic', search, ($) => ({ query: $.topic }));
// @ts-expect-error -- a path that does not exist
begun.step('a', search, ($) => ({ query: $.tags[0].url }));
// @ts-expect-error -- data, not a reference: it has no methods
begun.step('a', search, ($) => ({ query: $.topic.toUpperCase() }));
begun.step('a', search, ($) => ({ query: $.tags[0] }));
begun.step('a', search, ($) => ({ query: $.pair[1] }));
// @ts-expect-error -- the other item of the tuple
begun.step('a', search, ($) => ({ query: $.pair[0] }));
begun.step('a', search, () => ({ query: 'fixed' }));
begun.step('a', search, ($) => ({ query: $.tags[12] as never }));

const lookingUp = begun.step('a', lookUp, ($) => ({ id: $.count }));
// @ts-expect-error -- a flow whose tool the orchestrator does not have
orchestrator.run(lookingUp, { topic: '', count: 1, tags: [], pair: [1, ''], either: 1 });

// The data form is checked when it is run.
expectTypeOf(orchestrator.run({ steps: [{ tool: 'any', arguments: {} }] })).toEqualTypeOf<
  Observable<Readonly<Record<string, unknown>>>
>();
const decoded = decodeFlow({ steps: [] });
if (decoded._tag === 'Right') orchestrator.run(decoded.right, { anything: 1 });

// A parallel group gives Eithers in its own shape.
expectTypeOf(
  orchestrator.parallel({ a: call(search, { query: 'a' }), b: call(fetchPage, { url: 'b' }) }),
).toEqualTypeOf<
  Observable<{
    a: Either<ToolError, { url: string; rank: number }[]>;
    b: Either<ToolError, { html: string; links: string[]; title: string | undefined }>;
  }>
>();
expectTypeOf(
  orchestrator.parallel([call(search, { query: 'a' }), { tool: 'x' as string, arguments: {} }]),
).toEqualTypeOf<Observable<[Either<ToolError, { url: string; rank: number }[]>, Either<ToolError, unknown>]>>();
// @ts-expect-error -- a tool that is not registered, in data that the compiler can read
orchestrator.parallel([{ tool: 'x', arguments: {} }]);
// @ts-expect-error -- an argument of the wrong type
call(search, { query: 5 });
// @ts-expect-error -- a tool that the orchestrator does not have
orchestrator.parallel({ a: call(lookUp, { id: 1 }) });
