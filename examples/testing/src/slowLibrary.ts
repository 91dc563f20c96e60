import { setTimeout as sleep } from 'node:timers/promises';
import type { Library } from './tools.js';

/** A library that takes its time, as a real one does; and can be told how often to be out of order. */
export function slowLibrary(failures = 0): Library & { readonly requests: () => number } {
  let requests = 0;
  let left = failures;
  return {
    requests: () => requests,
    search: async (query, signal) => {
      requests++;
      await sleep(300, undefined, { signal });
      if (left-- > 0) throw new Error('503');
      return [`/docs/${query}`, '/docs'];
    },
    read: async (url, signal) => {
      requests++;
      await sleep(50, undefined, { signal });
      return `text of ${url}`;
    },
  };
}
