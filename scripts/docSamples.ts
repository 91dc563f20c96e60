import { CheckFailed } from './CheckFailed.js';
import type { DocBlock } from './docBlocks.js';

/** A program of a page: a block and those that continue it. */
export interface DocSample {
  readonly page: string;
  /** The line of the page on which the first block begins. */
  readonly line: number;
  /** The program, each line at the number it has on the page, so that every message points there by itself. */
  readonly source: string;
  readonly runs: boolean;
}

/** Joins the blocks of one page to programs. */
export function docSamplesOf(blocks: readonly DocBlock[]): readonly DocSample[] {
  const samples: DocSample[] = [];
  for (const block of blocks) {
    if (!block.continues) {
      samples.push(extended({ page: block.page, line: block.line, source: '', runs: true }, block));
      continue;
    }
    const previous = samples.pop();
    if (!previous) throw new CheckFailed(`${block.page}:${block.line - 1}: there is no block before it to continue`);
    samples.push(extended(previous, block));
  }
  return samples;
}

function extended(sample: DocSample, block: DocBlock): DocSample {
  const lines = sample.source.split('\n');
  const blank = Array<string>(block.line - lines.length).fill('');
  return {
    ...sample,
    source: [...lines, ...blank.slice(1), ...block.code].join('\n'),
    runs: sample.runs && block.runs,
  };
}
