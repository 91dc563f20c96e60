import * as t from 'io-ts';
import { defineTool } from 'toolstream';

/** Where the documentation is: given to the tools, so that a test can give another. */
export interface Library {
  search(query: string, signal: AbortSignal): Promise<readonly string[]>;
  read(url: string, signal: AbortSignal): Promise<string>;
}

/** Searches, at most three times a second, and tries again when that fails. */
export const searchTool = (library: Library) =>
  defineTool({
    name: 'search',
    description: 'Search the documentation for a phrase.',
    input: t.type({ query: t.string }),
    output: t.readonlyArray(t.string),
    timeoutMs: 2_000,
    rateLimit: { limit: 3, perMs: 1_000 },
    retry: { maxAttempts: 3, backoff: ({ retry }) => 100 * 2 ** retry },
    run: ({ query }, { signal }) => library.search(query, signal),
  });

/** Reads a page, two at a time. */
export const readTool = (library: Library) =>
  defineTool({
    name: 'read',
    description: 'Read a page of the documentation.',
    input: t.type({ url: t.string }),
    output: t.string,
    timeoutMs: 5_000,
    concurrency: 2,
    run: ({ url }, { signal }) => library.read(url, signal),
  });
