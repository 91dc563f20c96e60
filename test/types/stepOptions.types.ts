/* eslint-disable @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions -- references stand in template strings */
import * as t from 'io-ts';
import { of } from 'rxjs';
import { defineTool, type Flow, plan } from 'toolstream';

const search = defineTool({
  name: 'search',
  description: 'Hits.',
  input: t.type({ query: t.string }),
  run: ({ query }) => of([{ url: query, rank: 1 }]),
});
const begun = plan<{ topic: string; on?: boolean }>('p').step('hits', search, ($) => ({ query: $.topic }));
const query = () => ({ query: '' });

/** What a flow has at its end. */
type End<F> = F extends Flow<never, infer Context> ? Context : never;

// What a condition compares is typed as references, and need not be a boolean.
begun.step('a', search, query, { when: ($) => $.on });
begun.step('a', search, query, { when: ($) => $.hits[0].url });
begun.step('a', search, query, { when: ($) => ({ allOf: [{ not: $.on }, { equals: [$.hits[0].rank, 1] }] }) });
begun.step('a', search, ($) => ({ query: $.hits[0].url }), {
  name: 'Again',
  after: ['hits'],
  take: 'first',
  when: ($) => ({ exists: $.hits[0] }),
  fallback: ($) => [{ url: $.topic, rank: 0 }],
  timeoutMs: 5,
});
// @ts-expect-error -- no such key
begun.step('a', search, query, { when: ($) => $.nope });
// @ts-expect-error -- no such key in a comparison
begun.step('a', search, query, { when: ($) => ({ equals: [$.nope, 1] }) });
// @ts-expect-error -- no such condition
begun.step('a', search, query, { when: ($) => ({ equal: [$.topic, 1] }) });
// @ts-expect-error -- a fallback of another type
begun.step('a', search, query, { fallback: () => [{ url: 5, rank: 1 }] });
// @ts-expect-error -- a reference to a value of another type
begun.step('a', search, query, { fallback: ($) => $.topic });
// @ts-expect-error -- no such step
begun.step('a', search, query, { after: ['nope'] });
// @ts-expect-error -- no such option
begun.step('a', search, query, { afer: ['hits'] });
// @ts-expect-error -- no such value
begun.step('a', search, query, { take: 'second' });

// `take: 'all'` makes an array of the result, `each` one of the results.
const all = begun
  .step('all', search, query, { take: 'all', fallback: () => [[{ url: '', rank: 0 }]] })
  .step('each', search, { each: ($) => $.all[0], concurrency: 2 }, ($) => ({ query: `${$.item.url} ${$.index}` }))
  .step('both', search, { each: ($) => $.hits, take: 'all', fallback: () => [] }, ($) => ({ query: $.item.url }))
  .step('last', search, ($) => ({ query: $.both[0][0][0].url }));
const lastOfAll: string | undefined = (null as unknown as End<typeof all>).both[0]?.[0]?.[0]?.url;
// @ts-expect-error -- nothing to go through
begun.step('a', search, { each: ($) => $.topic }, ($) => ({ query: $.item }));
// @ts-expect-error -- an element of another type
begun.step('a', search, { each: ($) => $.hits }, ($) => ({ query: $.item.rank }));
// @ts-expect-error -- `$.item` is there with `each` only
begun.step('a', search, ($) => ({ query: $.item }), {});

// What a condition may skip may be missing, unless something stands in for it.
const maybe = plan<{ topic: string }>('p').step('a', search, query, { when: ($) => $.topic });
const without: End<typeof maybe> = { topic: '' };
const never = plan<{ topic: string }>('p').step('a', search, query, { when: ($) => $.topic, fallback: () => [] });
// @ts-expect-error -- something is always there
const lacking: End<typeof never> = { topic: '' };

export const used = [all, maybe, never, lastOfAll, without, lacking];
