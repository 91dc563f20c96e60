/* eslint-disable @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions, @typescript-eslint/no-non-null-assertion, @typescript-eslint/restrict-plus-operands -- references stand in template strings, and more that must not compile is tried */
import * as t from 'io-ts';
import { of } from 'rxjs';
import { chain, defineTool } from 'toolstream';

const text = defineTool({
  name: 'text',
  description: 'A text.',
  input: t.type({ s: t.string }),
  run: ({ s }) => of(s),
});
const number = defineTool({
  name: 'number',
  description: 'A number.',
  input: t.type({ n: t.number }),
  run: ({ n }) => of(n),
});
const anything = defineTool({ name: 'anything', description: 'Any.', input: t.any, run: (args: unknown) => of(args) });
const one = defineTool({
  name: 'one',
  description: 'One of two.',
  input: t.type({
    letter: t.keyof({ a: null, b: null }),
    flag: t.boolean,
    value: t.union([t.string, t.number, t.null]),
  }),
  run: () => of(1),
});
const pair = defineTool({
  name: 'pair',
  description: 'A pair.',
  input: t.type({ pair: t.tuple([t.number, t.string]) }),
  run: ({ pair: both }) => of(both),
});
const headers = defineTool({
  name: 'headers',
  description: 'Headers.',
  input: t.type({ headers: t.record(t.string, t.string) }),
  run: () => of(1),
});

interface Result {
  readonly any: ReturnType<typeof JSON.parse>;
  readonly unknown: unknown;
  readonly rows: { readonly id: number; readonly cells: string[][] }[];
  readonly pair: [number, string];
  readonly deep?: { readonly deeper?: { readonly n?: number } };
  readonly either: string | number;
  readonly nothing: string | null;
  readonly letter: 'a' | 'b';
  readonly other: 'a' | 'c';
  readonly flag: boolean;
  readonly byName: Readonly<Record<string, { readonly n: number }>>;
  readonly date: Date;
}

const begun = chain<{
  readonly result: Result;
  readonly words: readonly string[];
  count: number;
  maybe?: number;
  maybeWords?: string[];
}>('begun');

// Fields of fields, items of items, and the other way around.
begun.step('k', number, ($) => ({ n: $.result.rows[0].id }));
begun.step('k', text, ($) => ({ s: $.result.rows[3].cells[0][9] }));
begun.step('k', number, ($) => ({ n: $.result.rows[0].cells[0].length }));
// @ts-expect-error -- a field that items do not have
begun.step('k', text, ($) => ({ s: $.result.rows[0].url }));
// @ts-expect-error -- a field of the array, not of an item
begun.step('k', number, ($) => ({ n: $.result.rows.id }));
// @ts-expect-error -- an item, where its text is wanted
begun.step('k', text, ($) => ({ s: $.result.rows[0].cells[0] }));

// Arrays that cannot be changed, and fields that cannot.
begun.step('k', text, ($) => ({ s: $.words[0] }));
begun.step('k', number, ($) => ({ n: $.words.length }));
// @ts-expect-error -- an array has no methods here
begun.step('k', text, ($) => ({ s: $.words.join(' ') }));
// @ts-expect-error -- a reference is no array
begun.step('k', text, ($) => ({ s: [...$.words][0] }));
// @ts-expect-error -- it cannot be assigned to
begun.step('k', text, ($) => ({ s: ($.words = []) }));

// Optional fields: a path that turns out missing fails the step, so no doubt is left in the type.
begun.step('k', number, ($) => ({ n: $.maybe }));
begun.step('k', number, ($) => ({ n: $.result.deep.deeper.n }));
begun.step('k', text, ($) => ({ s: $.maybeWords[0] }));

// Tuples have the items that they have.
begun.step('k', number, ($) => ({ n: $.result.pair[0] }));
begun.step('k', text, ($) => ({ s: $.result.pair[1] }));
begun.step('k', number, ($) => ({ n: $.result.pair.length }));
begun.step('k', pair, ($) => ({ pair: $.result.pair }));
begun.step('k', pair, ($) => ({ pair: [$.count, $.words[0]] }));
begun.step('k', pair, ($) => ({ pair: [5, `${$.count}`] }));
// @ts-expect-error -- the items the other way around
begun.step('k', pair, ($) => ({ pair: [$.words[0], $.count] }));
// @ts-expect-error -- an item too few
begun.step('k', pair, ($) => ({ pair: [$.count] }));
// @ts-expect-error -- an item too many
begun.step('k', pair, ($) => ({ pair: [$.count, $.words[0], $.words[0]] }));
// @ts-expect-error -- an item that the tuple does not have
begun.step('k', number, ($) => ({ n: $.result.pair[2] }));

// Unions: a reference fits where each of its members does.
begun.step('k', one, ($) => ({ letter: $.result.letter, flag: $.result.flag, value: $.result.either }));
begun.step('k', one, ($) => ({ letter: 'b', flag: true, value: $.result.nothing }));
begun.step('k', one, ($) => ({ letter: 'a', flag: false, value: $.count }));
// @ts-expect-error -- one of its letters does not fit
begun.step('k', one, ($) => ({ letter: $.result.other, flag: true, value: null }));
// @ts-expect-error -- any text, where one of two is wanted
begun.step('k', one, ($) => ({ letter: $.words[0], flag: true, value: null }));
// @ts-expect-error -- a letter that does not exist
begun.step('k', one, () => ({ letter: 'c', flag: true, value: null }));
// @ts-expect-error -- a number, maybe
begun.step('k', text, ($) => ({ s: $.result.either }));
// @ts-expect-error -- null, maybe
begun.step('k', text, ($) => ({ s: $.result.nothing }));

// Records: of any name, which the compiler may doubt.
begun.step('k', number, ($) => ({ n: $.result.byName['x']!.n }));
begun.step('k', headers, ($) => ({ headers: { accept: $.words[0], 'x-count': `${$.count}`, fixed: 'x' } }));
// @ts-expect-error -- a number in a record of texts
begun.step('k', headers, ($) => ({ headers: { accept: $.count } }));

// `any` fits wherever something is wanted, and has any path; `unknown` fits nowhere but where anything does.
begun.step('k', number, ($) => ({ n: $.result.any }));
begun.step('k', text, ($) => ({ s: $.result.any.what.ever[0]['odd key'] }));
begun.step('k', anything, ($) => ({ deep: [$.result.unknown, $.result.rows, { date: $.result.date }] }));
begun.step('k', anything, ($) => $.result.unknown);
// @ts-expect-error -- not known to be a text
begun.step('k', text, ($) => ({ s: $.result.unknown }));
// @ts-expect-error -- not known to have fields
begun.step('k', anything, ($) => $.result.unknown.field);

// In a template string everything has a text.
begun.step('k', text, ($) => ({ s: `${$.count} of ${$.result.rows} for ${$.result.nothing}` }));
// @ts-expect-error -- a text, where a number is wanted
begun.step('k', number, ($) => ({ n: `${$.count}` }));

// There is no value yet.
// @ts-expect-error -- arithmetic
begun.step('k', number, ($) => ({ n: $.count + 1 }));
// @ts-expect-error -- arithmetic
begun.step('k', number, ($) => ({ n: $.count * 2 }));
// @ts-expect-error -- a reference is no number
begun.step('k', number, ($) => ({ n: Math.max($.count, 1) }));
// @ts-expect-error -- not one of both
begun.step('k', text, ($) => ({ s: $.result.date.toISOString() }));
