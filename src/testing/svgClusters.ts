/** A sign at its place in the picture. */
export interface PlacedSign {
  readonly x: number;
  readonly frame: number;
  readonly sign: string;
}

/** Signs that are drawn as one mark, since one by one they would lie on top of each other. */
export interface Cluster {
  /** Its middle. */
  readonly x: number;
  readonly width: number;
  /** The letters, or how many; empty where only ends are in it, which are drawn as lines. */
  readonly label: string;
  readonly signs: ReadonlySet<string>;
}

/** The space between two marks, in which the line of an end has its place. */
const gap = 5;
/** More signs than this are counted. */
const mostLetters = 4;
/** An end that stands alone is a line. */
const lineWidth = 14;

/**
 * Puts signs that would lie on top of each other together, until no two marks do.
 *
 * @param signs - From left to right.
 * @param widthOf - Of a mark with this text in it.
 */
export function clustersOf(signs: readonly PlacedSign[], widthOf: (label: string) => number): readonly Cluster[] {
  const drafts: Draft[] = [];
  for (const { x, sign } of signs) {
    let draft = draftOf(x, sign);
    for (let before = drafts.at(-1); before && overlap(before, draft, widthOf); before = drafts.at(-1)) {
      drafts.pop();
      draft = joined(before, draft);
    }
    drafts.push(draft);
  }
  return drafts.map((draft) => ({ ...boxOf(draft, widthOf), signs: draft.signs }));
}

interface Draft {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Those that are no ends, as far as they are not to be counted. */
  readonly letters: string;
  readonly signs: Set<string>;
}

function draftOf(x: number, sign: string): Draft {
  return { from: x, to: x, count: 1, letters: sign === '|' || sign === '#' ? '' : sign, signs: new Set([sign]) };
}

function joined(before: Draft, after: Draft): Draft {
  for (const sign of after.signs) before.signs.add(sign);
  return {
    from: before.from,
    to: Math.max(before.to, after.to),
    count: before.count + after.count,
    letters: (before.letters + after.letters).slice(0, mostLetters + 1),
    signs: before.signs,
  };
}

function boxOf({ from, to, count, letters }: Draft, widthOf: (label: string) => number): Omit<Cluster, 'signs'> {
  const label = letters.length > mostLetters ? `×${count}` : letters;
  return { x: (from + to) / 2, width: label === '' ? lineWidth : widthOf(label), label };
}

function overlap(before: Draft, after: Draft, widthOf: (label: string) => number): boolean {
  const [left, right] = [boxOf(before, widthOf), boxOf(after, widthOf)];
  return left.x + left.width / 2 + gap > right.x - right.width / 2;
}
