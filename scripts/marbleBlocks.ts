import { CheckFailed } from './CheckFailed.js';

/** A ```marbles block of a docstring. */
export interface MarbleBlock {
  /** Its first line, `limit: 2, perMs: 5`, where it has one. */
  readonly options: string;
  readonly rows: readonly { readonly name: string; readonly marbles: string }[];
}

/** The diagrams in a docstring. */
export function marbleBlocksOf(doc: string): readonly MarbleBlock[] {
  return [...doc.matchAll(/^```marbles\n([\s\S]*?)^```$/gm)].map(([, block = '']) => {
    const lines = block.split('\n').filter((line) => line.trim() !== '');
    const [first = ''] = lines;
    const options = /^\w+: /.test(first) ? first : '';
    const rows = lines.slice(options === '' ? 0 : 1).map((line) => {
      const { name, marbles } = /^(?<name>\w+) +(?<marbles>\S.*)$/.exec(line)?.groups ?? {};
      if (name === undefined || marbles === undefined) {
        throw new CheckFailed(`expected a row "name  marbles" in a diagram, got ${JSON.stringify(line)}`);
      }
      return { name, marbles };
    });
    return { options, rows };
  });
}

/** Where the picture of an operator's diagram is, from its page; diagrams count from 1. */
export function picturePathOf(operator: string, number: number): string {
  return `img/${operator}-${number}.svg`;
}
