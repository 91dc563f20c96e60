import type { ObservableNotification } from 'rxjs';
import { wholeNumber } from '../../operators/gates/argument.js';
import { readWritten, type Values } from './diagram.js';
import { Letters, mostLetters } from './Letters.js';
import { layOut, type Sign } from './marbleLayout.js';
import type { Message } from './message.js';

/** A stream as marble text, in the form that `TestScheduler.run` reads, and what has to be known beside it. */
export interface MarbleText {
  readonly text: string;
  /** What its letters stand for. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What `#` stands for; left out where there is none. */
  readonly error?: unknown;
  /** True where reading the text gives the very messages that were written, at the same frames. */
  readonly exact: boolean;
  /** What could not be written as it was; empty where it is exact. */
  readonly remarks: readonly string[];
}

/** How a stream is written. */
export interface MarbleTextOptions {
  /**
   * How many frames of the text are 1 ms, a whole number of at least 1. More make room for groups, which take as many
   * frames as they have characters. Default: 1.
   */
  readonly scale?: number;
}

/** Stands for a value that found no letter left. */
const anyOther = '…';

/** The latest frame that can be written. */
const latestFrame = 1e14;

/**
 * Writes what a stream did as marble text. What the text cannot say is said in the remarks, and it is not exact then:
 * two groups closer to each other than they are long; more than 450 different values; different errors; an error that
 * marble text takes for none; a time before the one in front of it.
 *
 * Equal values have the same letter, and a value that is a letter stands for itself.
 *
 * @example
 * ```ts
 * const messages = [
 *   { frame: 2, notification: { kind: 'N', value: { id: 1 } } },
 *   { frame: 3, notification: { kind: 'C' } },
 * ] as const;
 * writeMarbles(messages); // { text: '--a|', values: { a: { id: 1 } }, exact: true, remarks: [] }
 * ```
 */
export function writeMarbles(messages: readonly Message[], options: MarbleTextOptions = {}): MarbleText {
  const scale = wholeNumber('scale', options.scale ?? 1, 1);
  const letters = new Letters();
  letters.reserve(valuesIn(messages));
  const signed = signsOf(messages, letters, scale);
  const [text = ''] = layOut([signed]).rows;
  return { text, ...meaningOf(messages, signed, text) };
}

/**
 * Reads marble text as `TestScheduler.run` does: one character is 1 ms, spaces are nothing, `(ab)` is one moment and
 * then takes as many ms as it has characters, ` 9ms `, ` 1.5s ` and ` 2m ` are that long.
 *
 * @param values - What the letters stand for. Default: themselves.
 * @param error - What `#` stands for. Default: 'error', as in RxJS.
 * @throws TypeError for what is no text, and for a letter that `values` lacks.
 */
export function readMarbles(text: string, values?: Values, error?: unknown): Message[] {
  return readWritten(text, values, error).map(({ frame, notification }) => ({
    frame,
    notification: bare(notification),
  }));
}

/** RxJS's own have a field for whatever any kind of notification has. */
function bare(notification: ObservableNotification<unknown>): ObservableNotification<unknown> {
  if (notification.kind === 'N') return { kind: 'N', value: notification.value };
  return notification.kind === 'E' ? { kind: 'E', error: notification.error as unknown } : { kind: 'C' };
}

/** The messages as the characters of a row. */
export interface Signed {
  readonly signs: readonly Sign[];
  /** What makes it impossible for the row to be exact. */
  readonly remarks: readonly string[];
}

/** @param scale - How many frames are 1 ms. */
export function signsOf(messages: readonly Message[], letters: Letters, scale: number): Signed {
  let latest = 0;
  let moved = 0;
  let unnamed = 0;
  const signs = messages.map(({ frame: ms, notification }): Sign => {
    const wanted = ms * scale;
    // Also where it is no number at all.
    const frame = wanted >= latest ? Math.min(wanted, latestFrame) : latest;
    if (frame !== wanted) moved++;
    latest = frame;
    if (notification.kind !== 'N') return { frame, sign: notification.kind === 'C' ? '|' : '#' };
    const letter = letters.of(notification.value);
    if (letter === undefined) unnamed++;
    return { frame, sign: letter ?? anyOther };
  });
  const remarks = [
    ...(moved > 0 ? [`${countOf(moved, 'notification')} came at a time that has no frame, or back in time`] : []),
    ...(unnamed > 0
      ? [`${countOf(unnamed, 'value')} written as ${anyOther}: there are letters for ${mostLetters} different ones`]
      : []),
    ...errorRemarks(messages),
  ];
  return { signs, remarks };
}

/** What a row that has been written says, and whether it says it exactly. */
export function meaningOf(
  messages: readonly Message[],
  { signs, remarks }: Signed,
  text: string,
): Omit<MarbleText, 'text'> {
  const read = readWritten(text);
  const late = signs.filter(({ frame, sign }, at) => read[at]?.frame !== frame || read[at]?.letter !== sign).length;
  const all =
    late === 0
      ? remarks
      : [...remarks, `${countOf(late, 'notification')} found no room at the time of coming, and stand elsewhere`];
  const values: Record<string, unknown> = {};
  messages.forEach(({ notification }, at) => {
    const { sign = anyOther } = signs[at] ?? {};
    if (notification.kind === 'N' && sign !== anyOther && !Object.hasOwn(values, sign))
      values[sign] = notification.value;
  });
  const failure = messages.find(({ notification }) => notification.kind === 'E')?.notification;
  return {
    values,
    ...(failure?.kind === 'E' ? { error: failure.error as unknown } : {}),
    exact: all.length === 0,
    remarks: all,
  };
}

function errorRemarks(messages: readonly Message[]): readonly string[] {
  const errors = messages.flatMap(({ notification }) =>
    notification.kind === 'E' ? [notification.error as unknown] : [],
  );
  const [first] = errors;
  if (errors.length === 0) return [];
  // `||` is what RxJS decides by.
  if (!first) return [`the error ${String(first)} is read as 'error'`];
  const letters = new Letters();
  const letter = letters.of(first);
  return errors.every((error) => letters.of(error) === letter)
    ? []
    : ['# stands for different errors, of which the first is given'];
}

function valuesIn(messages: readonly Message[]): readonly unknown[] {
  return messages.flatMap(({ notification }) => (notification.kind === 'N' ? [notification.value] : []));
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
