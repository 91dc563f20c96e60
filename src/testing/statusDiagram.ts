import type { ToolStatus } from '../status.js';
import { fieldsDifference, isPattern, patternOf, readWritten, type Values } from './diagram.js';
import type { Message } from './message.js';
import type { Reading } from './StreamExpectation.js';
import { showValue } from './showValue.js';

/** Which fields a pattern speaks of. */
const fieldsByPattern = new WeakMap<object, readonly string[]>();

/** The states of a tool by letter. */
const states = { a: 'available', b: 'busy', r: 'rate_limited', e: 'error' } as const;

const defaults: Values = Object.fromEntries(
  Object.entries(states).map(([letter, state]) => [letter, statusLike(state)]),
);

/** What a letter of a status diagram stands for: a state, or some of a status's fields. */
export type StatusValues = Readonly<Record<string, ToolStatus['state'] | Readonly<Record<string, unknown>>>>;

/**
 * How a status is written: as a level. The diagram shows what it is at the end of each frame in which it has changed, by
 * as much of it as the letters speak of.
 */
export const statusReading: Reading = {
  values: () => defaults,
  read: (marbles, values, error) => {
    const known: Record<string, unknown> = { ...defaults };
    for (const [letter, value] of Object.entries(values ?? {})) known[letter] = statusLike(value);
    return readWritten(marbles, known, error);
  },
  seen: (messages, expected) => {
    const fields = new Set(
      expected.flatMap(({ notification }) => (notification.kind === 'N' ? fieldsOf(notification.value) : [])),
    );
    return levels(messages, [...fields, 'state']);
  },
};

function statusLike(value: unknown): unknown {
  const fields = typeof value === 'string' ? { state: value } : value;
  if (typeof fields !== 'object' || fields === null) {
    throw new TypeError(
      `values: expected a state or fields of a status, { state: 'busy', queued: 2 }, got ${showValue(value)}`,
    );
  }
  const text = typeof value === 'string' ? value : showValue(value);
  const pattern = patternOf(text, (actual) => fieldsDifference(fields, actual));
  fieldsByPattern.set(pattern, Object.keys(fields));
  return pattern;
}

function fieldsOf(value: unknown): readonly string[] {
  return isPattern(value) ? (fieldsByPattern.get(value) ?? []) : [];
}

/** The last of each frame, and of those that are alike in these fields the first. */
function levels(messages: readonly Message[], fields: readonly string[]): readonly Message[] {
  const kept: Message[] = [];
  messages.forEach((message, index) => {
    const next = messages[index + 1];
    const { notification } = message;
    if (notification.kind !== 'N') {
      kept.push(message);
      return;
    }
    if (next?.frame === message.frame && next.notification.kind === 'N') return;
    const previous = kept.at(-1)?.notification;
    const shown = pick(notification.value, fields);
    const same = previous?.kind === 'N' && !fieldsDifference(shown, previous.value);
    if (!same) kept.push({ frame: message.frame, notification: { kind: 'N', value: shown } });
  });
  return kept;
}

function pick(status: unknown, fields: readonly string[]): Values {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = (status as Values)[field];
      return value === undefined ? [] : [[field, value] as const];
    }),
  );
}
