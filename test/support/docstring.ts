import { readFileSync } from 'node:fs';

/** A ```marbles block of a docstring. */
export interface Diagram {
  /** Its first line, `limit: 2, perMs: 5`, as an options object. */
  readonly options: Readonly<Record<string, number | string>>;
  /** Each row's marbles by its name, in order. */
  readonly rows: Readonly<Record<string, string>>;
  /** The options as they stand there, for a title. */
  readonly title: string;
}

/**
 * The marble diagrams in the docstrings of a source file: what users read is what the spec runs.
 *
 * @param file - From the project's root, which tests run in.
 */
export function diagramsOf(file: string): readonly Diagram[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^ \* ```marbles\n((?: \* .*\n)*?) \* ```$/gm)].map(([, block = '']) =>
    toDiagram(
      block.split('\n').map((line) => line.slice(3)),
      file,
    ),
  );
}

function toDiagram(lines: readonly string[], file: string): Diagram {
  const options: Record<string, number | string> = {};
  const rows: Record<string, string> = {};
  const columns = new Set<number>();
  let title = '';
  for (const line of lines.filter((text) => text.trim() !== '')) {
    const row = /^(\w+)( +)(\S.*)$/.exec(line);
    if (/^\w+: /.test(line)) {
      title = line;
      for (const option of line.split(', ')) Object.assign(options, optionOf(option));
    } else if (row) {
      const [, name = '', gap = '', marbles = ''] = row;
      rows[name] = marbles;
      columns.add(name.length + gap.length);
    } else {
      throw new Error(`${file}: expected "option: value" or "name  marbles" in a diagram, got ${JSON.stringify(line)}`);
    }
  }
  if (columns.size > 1) throw new Error(`${file}: expected all rows of a diagram to begin in one column`);
  return { options, rows, title };
}

function optionOf(text: string): Record<string, number | string> {
  const [name = '', value = ''] = text.split(': ');
  return { [name]: Number.isNaN(Number(value)) ? value : Number(value) };
}
