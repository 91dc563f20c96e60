import { readFile } from 'node:fs/promises';
import * as t from 'io-ts';
import { type AnyTool, defineTool } from 'toolstream';

const AnyObject = t.record(t.string, t.unknown);

/** What the flows of this program can do. A tool that none of them names costs nothing. */
export const tools = [
  defineTool({
    name: 'readJson',
    description: 'Read a file of JSON.',
    input: t.strict({ file: t.string }),
    output: t.UnknownRecord,
    run: async ({ file }, { signal }) => JSON.parse(await readFile(file, { encoding: 'utf8', signal })) as unknown,
  }),
  defineTool({
    name: 'keysOf',
    description: 'List the keys of an object.',
    input: t.strict({ object: AnyObject }),
    run: ({ object }) => [Object.keys(object)],
  }),
  defineTool({
    name: 'groupBy',
    description: 'Group objects by the value of a field, and show another field of each.',
    input: t.strict({ objects: t.array(AnyObject), field: t.string, show: t.string }),
    run: ({ objects, field, show }) => {
      const groups = new Map<string, unknown[]>();
      for (const each of objects) {
        const value = JSON.stringify(each[field] ?? null);
        groups.set(value, [...(groups.get(value) ?? []), each[show]]);
      }
      return [Object.fromEntries([...groups].map(([value, members]) => [String(JSON.parse(value)), members]))];
    },
  }),
  defineTool({
    name: 'print',
    description: 'Give a text back, with what it refers to put in.',
    input: t.strict({ text: t.string }),
    run: ({ text }) => [text],
  }),
] as const satisfies readonly AnyTool[];
