import { parseArgs } from 'node:util';
import { type Either, left, right } from 'fp-ts/Either';

/** What the command line asks for. */
export interface Command {
  readonly file: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The keys of the steps whose results are printed; all where there are none. */
  readonly show: readonly string[];
  readonly help: boolean;
}

export const USAGE = `Usage: main.ts FLOW.json [NAME=VALUE ...] [--show KEY ...]

Runs the flow in FLOW.json, with the values as its input, and prints what its steps gave, as JSON.
A value that is JSON is taken as that: count=3, names='["a","b"]'; any other is a text.

  --show KEY  print only the result of this step; may be given several times
  --help      print this
`;

/** Reads the command line; a left says what is wrong with it. */
export function parseCommand(args: readonly string[]): Either<string, Command> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { show: { type: 'string', multiple: true, default: [] }, help: { type: 'boolean', default: false } },
    });
    const [file, ...pairs] = positionals;
    if (file === undefined && !values.help) return left('expected a file with a flow, got none');
    return right({ file: file ?? '', input: inputIn(pairs), show: values.show, help: values.help });
  } catch (error) {
    return left(error instanceof Error ? error.message : String(error));
  }
}

function inputIn(pairs: readonly string[]): Command['input'] {
  const input = new Map<string, unknown>();
  for (const pair of pairs) {
    const [, name, text] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || text === undefined) throw new Error(`expected NAME=VALUE, got ${pair}`);
    if (input.has(name)) throw new Error(`expected ${name} once, got it twice`);
    input.set(name, asJson(text));
  }
  return Object.fromEntries(input);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
