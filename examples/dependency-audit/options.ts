import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm start -- [FOLDER] [options]

Audits the installed dependencies of the project in FOLDER (default: the current one): their licences,
sizes, duplicates, install scripts, and those that nothing needs. Needs its package-lock.json.

  --json         print the report as JSON
  --record FILE  write every event of the run to FILE, one JSON object a line
  --help         print this

The report goes to standard output, everything else to standard error.
Exit codes: 0 done, 1 something could not be read, 2 wrong usage, 130 interrupted (ctrl-C).
`;

export interface Options {
  readonly folder: string;
  readonly format: 'text' | 'json';
  /** The file to write the events to. */
  readonly record?: string;
}

export type Command =
  | { readonly kind: 'audit'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'misuse'; readonly reason: string };

/** Reads the command line, without the program's own name. */
export function parseCommand(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, record: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return { kind: 'help' };
    if (positionals.length > 1)
      return misuse(`expected one folder, got ${positionals.length}: ${positionals.join(', ')}`);
    if (values.record === '') return misuse('--record needs the name of a file');
    return {
      kind: 'audit',
      options: {
        folder: positionals[0] ?? '.',
        format: values.json === true ? 'json' : 'text',
        ...(values.record === undefined ? {} : { record: values.record }),
      },
    };
  } catch (error) {
    return misuse(error instanceof Error ? error.message : String(error));
  }
}

function misuse(reason: string): Command {
  return { kind: 'misuse', reason };
}
