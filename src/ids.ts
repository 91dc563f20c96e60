/** Where ids come from. */
export interface Ids {
  /** What the next id is made of, or that id itself: most calls and runs end without anybody having asked for theirs. */
  reserve(): string | number;
  textOf(reserved: string | number): string;
}

/** Ids that are new in this process, and most likely wherever histories of several are put together. */
export function countingIds(): Ids {
  const prefix = `${Math.random().toString(36).slice(2, 10)}-`;
  let count = 0;
  /** The text of a thousand numbers but for their last three digits: a number is written once a thousand ids. */
  let thousands = 0;
  let beginning = prefix;
  return {
    reserve: () => ++count,
    textOf: (reserved) => {
      if (typeof reserved === 'string') return reserved;
      if (reserved < 1_000) return prefix + String(reserved);
      const before = Math.floor(reserved / 1_000);
      if (before !== thousands) {
        thousands = before;
        beginning = prefix + String(before);
      }
      return beginning + lastDigits(reserved % 1_000);
    },
  };
}

/** The ids that somebody else makes. */
export function idsFrom(createId: () => string): Ids {
  return { reserve: createId, textOf: (made) => made as string };
}

const digits: string[] = [];

function lastDigits(number: number): string {
  return (digits[number] ??= String(number).padStart(3, '0'));
}
