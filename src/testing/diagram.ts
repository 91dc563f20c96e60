import type { ObservableNotification } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { type Difference, differenceBetween } from './difference.js';
import { inFramesOf1Ms } from './frames.js';
import { InnerStream } from './InnerStream.js';
import type { Message } from './message.js';
import { showValue } from './showValue.js';

/** What a letter of a diagram stands for. */
export type Values = Readonly<Record<string, unknown>>;

/** A message of a diagram that somebody wrote, with the letter that it was written by. */
export interface Written extends Message {
  readonly letter: string;
}

/** A value that is expected by what it is like, and not to the last field. */
export interface Pattern {
  readonly [pattern]: true;
  /** What it is like, for a legend. */
  readonly text: string;
  /** Where `actual` is not like it; undefined where it is. */
  differs(actual: unknown): Difference | undefined;
}
const pattern: unique symbol = Symbol('pattern');

/** Something that a legend names, where its fields would say little. */
export class Named {
  constructor(readonly text: string) {}
}

/** Expects what `differs` finds nothing in. */
export function patternOf(text: string, differs: (actual: unknown) => Difference | undefined): Pattern {
  return { [pattern]: true, text, differs };
}

export function isPattern(value: unknown): value is Pattern {
  return typeof value === 'object' && value !== null && pattern in value;
}

/**
 * Reads a diagram as `TestScheduler.run` does: one character is 1 ms, spaces are nothing, `400ms` with a space on
 * either side is that long.
 *
 * @throws TypeError for what is no text, and for a letter that `values` lacks.
 */
export function readWritten(marbles: string, values?: Values, error?: unknown): readonly Written[] {
  if (typeof marbles !== 'string') {
    throw new TypeError(`marbles: expected a diagram such as '--a-b|', got ${showValue(marbles)}`);
  }
  return inFramesOf1Ms(() => TestScheduler.parseMarbles(marbles, undefined, error, false, true)).map(
    ({ frame, notification }) => {
      if (notification.kind !== 'N') return { frame, notification, letter: notification.kind === 'C' ? '|' : '#' };
      const letter = String(notification.value);
      const value = valueOf(letter, marbles, values);
      return { frame, notification: { kind: 'N', value: InnerStream.ofCold(value) ?? value }, letter };
    },
  );
}

/** @throws TypeError where a diagram has a letter that nobody said the value of. */
export function checkLetters(marbles: string, values: Values | undefined): void {
  readWritten(marbles, values);
}

/** Where what came is not what was expected; undefined where it is. */
export function notificationDifference(
  expected: ObservableNotification<unknown>,
  actual: ObservableNotification<unknown>,
): Difference | undefined {
  if (expected.kind === 'N' && actual.kind === 'N') return valueDifference(expected.value, actual.value);
  if (expected.kind === 'E' && actual.kind === 'E') return errorDifference(expected.error, actual.error);
  return expected.kind === actual.kind ? undefined : { path: '', expected, actual };
}

function valueDifference(expected: unknown, actual: unknown): Difference | undefined {
  if (isPattern(expected)) return expected.differs(actual);
  const difference = differenceBetween(expected, actual);
  // Two streams are shown as such: where in their notes they differ says little.
  return difference && expected instanceof InnerStream ? { path: '', expected, actual } : difference;
}

/**
 * An error may be expected as itself, by its `_tag`, or by some of its fields: `'ToolTimeout'`,
 * `{ _tag: 'ToolTimeout', tool: 'search' }`.
 */
function errorDifference(expected: unknown, actual: unknown): Difference | undefined {
  if (isPattern(expected)) return expected.differs(actual);
  if (typeof expected === 'string' && (actual as { readonly _tag?: unknown } | null | undefined)?._tag === expected) {
    return undefined;
  }
  if (actual instanceof Error && isPlain(expected)) return fieldsDifference(expected, actual);
  return differenceBetween(expected, actual);
}

/** The first of these fields that an object does not have so; what else it has does not matter. */
export function fieldsDifference(expected: object, actual: unknown): Difference | undefined {
  if (typeof actual !== 'object' || actual === null) return { path: '', expected, actual };
  for (const [key, value] of Object.entries(expected) as readonly [string, unknown][]) {
    const found = differenceBetween({ [key]: value }, key in actual ? { [key]: (actual as Values)[key] } : {});
    if (found) return found;
  }
  return undefined;
}

function valueOf(letter: string, marbles: string, values: Values | undefined): unknown {
  if (typeof values !== 'object' || (values as unknown) === null) return letter;
  if (letter in values) return values[letter];
  const known = Object.keys(values).join(', ');
  throw new TypeError(`values: expected one for '${letter}' of the diagram '${marbles}', got only ${known || 'none'}`);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
