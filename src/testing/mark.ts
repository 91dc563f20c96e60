/** Something that happened and is no value of a stream: what a sign such as `>` stands for. */
export class Mark {
  private constructor(readonly mark: string) {}

  /** The same object for the same words. */
  static of(words: string): Mark {
    const known = marks.get(words) ?? new Mark(words);
    marks.set(words, known);
    return known;
  }
}

const marks = new Map<string, Mark>();

/** What `#` stands for in a recording: how a call failed is said beside it. */
export const failed = Mark.of('failed');

/** The signs of what happens to calls and runs, by the words for it. None of them is a letter, so letters are values. */
export const signs = {
  ':': Mark.of('waits for a slot'),
  ';': Mark.of('waits for a rate permit'),
  '?': Mark.of('asks for approval'),
  '+': Mark.of('is approved'),
  '=': Mark.of('is not approved'),
  '>': Mark.of('starts'),
  '.': Mark.of('reports progress'),
  '~': Mark.of('fails, and will be tried again'),
  '*': Mark.of('fails, and goes on all the same'),
  '%': Mark.of('timed out'),
  '<': Mark.of('refused'),
  '/': Mark.of('cancelled'),
  _: Mark.of('skipped'),
  '@': Mark.of('goes on unheard'),
  $: Mark.of('ends unheard'),
} as const;

/** How the ends that are no marks are written, for a legend. */
export const endSigns = { '|': 'succeeded', '#': 'failed' } as const;
