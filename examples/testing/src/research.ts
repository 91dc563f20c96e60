import { chain, type Tool } from 'toolstream';

/** Searches for a topic, and reads the first page that is found. */
export const research = (
  search: Tool<'search', { query: string }, readonly string[]>,
  read: Tool<'read', { url: string }, string>,
) =>
  chain<{ topic: string }>('research')
    .step('hits', search, ($) => ({ query: $.topic }))
    .step('page', read, ($) => ({ url: $.hits[0] }));
