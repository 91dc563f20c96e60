/**
 * Gives values letters: equal ones the same, whatever the order of their keys. Plain data is equal when it says the
 * same, down to -0 and to a field that is there and undefined; anything else only to itself.
 *
 * There is no digit among the letters: after a space, digits and an `m` are a time. When a value is itself a text of
 * one such letter it is given that, and the reader needs no legend.
 */
export class Letters {
  private readonly byValue = new Map<unknown, string>();
  private readonly taken = new Set<string>();
  private next = 0;

  /** Keeps letters for the values that are letters themselves, for those that will come to find them free. */
  reserve(values: Iterable<unknown>): void {
    for (const value of values) if (isLetter(value)) this.define(value, value);
  }

  /** The letter of a value; undefined where there is none left for a new one. */
  of(value: unknown): string | undefined {
    const known = this.byValue.get(keyOf(value));
    if (known !== undefined) return known;
    if (isLetter(value) && !this.taken.has(value)) return this.define(value, value);
    while (this.taken.has(alphabet[this.next] ?? '')) this.next++;
    const letter = alphabet[this.next];
    return letter === undefined ? undefined : this.define(letter, value);
  }

  /** Gives a value a letter, or another character. */
  define(letter: string, value: unknown): string {
    this.byValue.set(keyOf(value), letter);
    this.taken.add(letter);
    return letter;
  }
}

/** How many values can be told apart in one diagram. */
export const mostLetters = 450;

/** The plain ones first; then those with an accent, which are one character as well. */
const alphabet: readonly string[] = [
  ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.split(''),
  ...Array.from({ length: 0x250 - 0xc0 }, (_, index) => String.fromCharCode(0xc0 + index)),
].filter((letter) => !/[×÷]/.test(letter));

function isLetter(value: unknown): value is string {
  return typeof value === 'string' && /^[a-zA-Z]$/.test(value);
}

/** A text that is the same for equal plain data; for anything else the thing itself, which is no text then. */
function keyOf(value: unknown): unknown {
  return typeof value === 'symbol' || typeof value === 'function' ? value : (textOf(value, []) ?? value);
}

function textOf(value: unknown, above: readonly object[]): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : textOfObject(value, above);
    case 'symbol':
    case 'function':
      return undefined;
    default:
      return String(value);
  }
}

function textOfObject(value: object, above: readonly object[]): string | undefined {
  if (above.includes(value) || Object.getOwnPropertySymbols(value).length > 0) return undefined;
  const within = [...above, value];
  if (Array.isArray(value)) {
    // A place that is empty is not one that holds undefined; and an array may have fields, like any object.
    if (Object.keys(value).length !== value.length) return undefined;
    return joined(
      '[',
      value.map((item) => textOf(item, within)),
      ']',
    );
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return joined(
    '{',
    fields.map(([key, field]) => {
      const text = textOf(field, within);
      return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
    }),
    '}',
  );
}

function joined(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
  return parts.includes(undefined) ? undefined : open + parts.join(',') + close;
}
