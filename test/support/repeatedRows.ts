import { readFileSync } from 'node:fs';

/**
 * The rows of the marble diagrams in the docstrings of a source file, where a name may stand more than once: the rows
 * called `source` are its successive subscriptions. See `diagramsOf` for the options of each.
 *
 * @param file - From the project's root, which tests run in.
 */
export function repeatedRowsOf(file: string): readonly ((name: string) => readonly string[])[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^ \* ```marbles\n((?: \* .*\n)*?) \* ```$/gm)].map(([, block = '']) => {
    const rows = [...block.matchAll(/^ \* (\w+) +(\S.*)$/gm)].map(([, name = '', marbles = '']) => ({ name, marbles }));
    return (name) => rows.filter((row) => row.name === name).map(({ marbles }) => marbles);
  });
}
