import { Named, patternOf, readWritten } from './diagram.js';
import { differenceBetween } from './difference.js';
import { showValue } from './showValue.js';
import type { Message } from './message.js';
import type { ExpectedMessage } from './mismatch.js';
import type { Reading } from './StreamExpectation.js';

/**
 * How a run is written: each context that it emits by what the step has added to it. A letter stands for the step whose
 * key begins with it, or for what `values` says: a key, or a key with its output, `{ page: { title: 'Home' } }`.
 *
 * @param input - What the run is given; its fields are in the context from the beginning.
 */
export function runReading(input: object): Reading {
  return {
    read: (marbles, values, error) => {
      const letters = new Set(
        readWritten(marbles).flatMap(({ letter, notification }) => (notification.kind === 'N' ? [letter] : [])),
      );
      const known: Record<string, unknown> = {};
      for (const letter of letters) {
        const value = values?.[letter];
        known[letter] = value === undefined ? stepBeginningWith(letter) : stepLike(value);
      }
      return readWritten(marbles, known, error);
    },
    seen: (messages, expected) => {
      const seen = additions(messages, Object.keys(input));
      refuseAmbiguous(seen, expected);
      return seen;
    },
  };
}

/** What a step has added to the context: as a rule one key. */
class Added extends Named {
  readonly keys: readonly string[];

  constructor(readonly outputs: Readonly<Record<string, unknown>>) {
    super(showValue(outputs));
    this.keys = Object.keys(outputs);
  }
}

const letterOfStep = new WeakMap<object, string>();

function stepBeginningWith(letter: string): unknown {
  const step = patternOf(`the step ${letter}…`, (actual) =>
    actual instanceof Added && actual.keys.length === 1 && actual.keys[0]?.startsWith(letter)
      ? undefined
      : { path: '', expected: step, actual },
  );
  letterOfStep.set(step, letter);
  return step;
}

function stepLike(value: unknown): unknown {
  if (typeof value === 'string') {
    const step = patternOf(`the step '${value}'`, (actual) =>
      actual instanceof Added && actual.keys.join('+') === value ? undefined : { path: '', expected: step, actual },
    );
    return step;
  }
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`values: expected the key of a step, or { key: output }, got ${showValue(value)}`);
  }
  const step = patternOf(showValue(value), (actual) =>
    actual instanceof Added ? differenceBetween(value, actual.outputs) : { path: '', expected: step, actual },
  );
  return step;
}

function additions(messages: readonly Message[], inputKeys: readonly string[]): readonly Message[] {
  const known = new Set(inputKeys);
  return messages.map(({ frame, notification }) => {
    if (notification.kind !== 'N') return { frame, notification };
    const added = Object.entries(notification.value as object).filter(([key]) => !known.has(key));
    for (const [key] of added) known.add(key);
    return { frame, notification: { kind: 'N', value: new Added(Object.fromEntries(added)) } };
  });
}

/** A letter that two steps begin with says nothing about which of them it was. */
function refuseAmbiguous(seen: readonly Message[], expected: readonly ExpectedMessage[]): void {
  const keys = seen.flatMap(({ notification }) =>
    notification.kind === 'N' ? (notification.value as Added).keys : [],
  );
  for (const { notification } of expected) {
    const letter = notification.kind === 'N' ? letterOfStep.get(notification.value as object) : undefined;
    const meant = letter === undefined ? [] : keys.filter((key) => key.startsWith(letter));
    if (meant.length < 2) continue;
    throw new TypeError(
      `values: expected one for '${String(letter)}', which could be each of ${meant.join(', ')}: { ${String(letter)}: '${String(meant[0])}' }`,
    );
  }
}
