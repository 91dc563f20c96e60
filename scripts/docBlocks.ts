import { CheckFailed } from './CheckFailed.js';

/** One ```ts block of a page. */
export interface DocBlock {
  readonly page: string;
  /** The line of the page, from 1, on which the code begins. */
  readonly line: number;
  readonly code: readonly string[];
  /** False for ```ts no-run: the block is type-checked only. */
  readonly runs: boolean;
  /** True for ```ts continued: the block goes on where the one before it on the page ended. */
  readonly continues: boolean;
}

const FENCE = /^(?<indent>\s*)(?<marks>`{3,}|~{3,})\s*(?<language>[^\s`]*)\s*(?<info>[^`]*)$/;
/** Spellings under which a block of code would slip through unchecked. */
const LOOKALIKES = ['typescript', 'tsx', 'mts', 'cts', 'js', 'javascript', 'mjs'];

/** Reads the `ts` blocks of a Markdown page. */
export function docBlocksOf(page: string, text: string): readonly DocBlock[] {
  const lines = text.split(/\r?\n/);
  const blocks: DocBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = FENCE.exec(lines[at] ?? '')?.groups;
    if (!fence) continue;
    const { indent = '', marks = '', language = '', info = '' } = fence;
    const end = lines.findIndex((line, index) => index > at && closes(line, marks));
    if (end < 0) throw new CheckFailed(`${page}:${at + 1}: this block is never closed`);
    if (LOOKALIKES.includes(language)) {
      throw new CheckFailed(`${page}:${at + 1}: expected a block of ts, which is checked, got ${language}`);
    }
    if (language === 'ts') {
      const code = lines.slice(at + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
      blocks.push({ page, line: at + 2, code, ...flagsOf(info, `${page}:${at + 1}`) });
    }
    at = end;
  }
  return blocks;
}

function closes(line: string, marks: string): boolean {
  const text = line.trim();
  return text.length >= marks.length && text === marks.charAt(0).repeat(text.length);
}

function flagsOf(info: string, place: string): Pick<DocBlock, 'runs' | 'continues'> {
  const words = info.split(/\s+/).filter((word) => word !== '');
  const unknown = words.find((word) => word !== 'no-run' && word !== 'continued');
  if (unknown !== undefined) throw new CheckFailed(`${place}: expected no-run or continued after ts, got ${unknown}`);
  return { runs: !words.includes('no-run'), continues: words.includes('continued') };
}
