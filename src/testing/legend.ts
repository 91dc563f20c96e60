import { isPattern, Named } from './diagram.js';
import { isSame } from './difference.js';
import { InnerStream } from './InnerStream.js';
import { align } from './aligned.js';
import { showValue } from './showValue.js';

/** What the letters of several diagrams stand for: the same value has the same letter in all of them. */
export class Legend {
  private readonly entries: { readonly letter: string; readonly value: unknown }[] = [];
  private readonly taken = new Set<string>();

  /** Gives a letter that somebody chose its value. */
  define(letter: string, value: unknown): void {
    if (this.taken.has(letter)) return;
    this.taken.add(letter);
    this.entries.push({ letter, value });
  }

  /** The letter of a value: one that stands for it already, or one that is free. */
  letterOf(value: unknown): string {
    const known = this.entries.find((entry) => stands(entry.value, value));
    if (known) return known.letter;
    const letter = this.freeLetter(value);
    this.define(letter, value);
    return letter;
  }

  /** A line for each of these letters, in the order in which they were first used. */
  lines(letters: Iterable<string>): readonly string[] {
    const wanted = new Set(letters);
    return this.entries
      .filter(({ letter, value }) => wanted.has(letter) && value !== letter)
      .map(({ letter, value }) => `${letter}  ${textOf(value)}`);
  }

  private freeLetter(value: unknown): string {
    if (typeof value === 'string' && isLetter(value) && !this.taken.has(value)) return value;
    for (const letter of alphabet) if (!this.taken.has(letter)) return letter;
    let code = firstBeyondAlphabet;
    while (this.taken.has(String.fromCodePoint(code))) code++;
    return String.fromCodePoint(code);
  }
}

/** A value on one line. */
export function textOf(value: unknown): string {
  if (isPattern(value) || value instanceof Named) return value.text;
  if (value instanceof InnerStream) return `a stream: ${streamText(value)}`;
  return showValue(value);
}

function stands(known: unknown, value: unknown): boolean {
  return isPattern(known) && !isPattern(value) ? known.differs(value) === undefined : isSame(known, value);
}

function streamText({ messages }: InnerStream): string {
  const legend = new Legend();
  const signs = messages.map(({ frame, notification }) => ({
    frame,
    sign: notification.kind === 'N' ? legend.letterOf(notification.value) : notification.kind === 'C' ? '|' : '#',
  }));
  const lines = legend.lines(signs.map(({ sign }) => sign));
  const [row = ''] = align([{ signs, open: false }]).rows;
  return [row.trim(), ...lines.map((line) => line.replace('  ', ' = '))].join(', ');
}

/** What stands in a diagram for nothing but itself. */
function isLetter(text: string): boolean {
  return [...text].length === 1 && !/[-\s|#^!()]/.test(text);
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const firstBeyondAlphabet = 0x100;
