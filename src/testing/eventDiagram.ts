import type { ToolEvent, ToolEventType } from '../event.js';
import { Named, patternOf, readWritten, type Values } from './diagram.js';
import type { Message } from './message.js';
import { showValue } from './showValue.js';
import type { ExpectedMessage } from './mismatch.js';
import type { Reading } from './StreamExpectation.js';

/** The letters of events that need no legend: small while a call goes on, capital when it ends. */
const letters: Partial<Record<ToolEventType, string>> = {
  'call.queued': 'q',
  'call.started': 's',
  'call.progressed': 'p',
  'call.emitted': 'e',
  'call.retryScheduled': 'r',
  'call.attemptFailed': 'f',
  'call.succeeded': 'S',
  'call.failed': 'F',
  'call.timedOut': 'T',
  'call.rejected': 'R',
  'call.cancelled': 'C',
  'call.skipped': 'K',
  'call.abandoned': 'a',
  'call.settledLate': 'l',
};

/** Which events a diagram is about. */
export interface EventChoice {
  /** Those of this tool alone. */
  readonly tool?: string;
  /** Those of these types alone. */
  readonly types?: readonly ToolEventType[];
}

/** An event's name in a diagram: `started`, `run succeeded`, `circuit opened`. */
export function shortName({ type }: { readonly type: string }): string {
  const [noun = '', participle = ''] = type.split('.');
  const words = participle.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  return noun === 'call' || noun === 'tool' ? words : `${noun} ${words}`;
}

/** The same, with whose it is in front: `search started`. */
export function fullName(event: ToolEvent): string {
  return 'tool' in event ? `${event.tool} ${shortName(event)}` : shortName(event);
}

/** True for an event that a diagram is about. */
export function isChosen({ tool, types }: EventChoice): (event: ToolEvent) => boolean {
  return (event) =>
    (tool === undefined || ('tool' in event && event.tool === tool)) &&
    (types === undefined || types.includes(event.type));
}

const defaults: Values = Object.fromEntries(
  Object.entries(letters).map(([type, letter]) => [letter, eventLike(shortName({ type }))]),
);

/** How events are written: by their short names, with the tool in front where the test names one. */
export const eventReading: Reading = {
  // Where the test tells tools apart, a letter for all of them would not.
  values: (expected) => (expected.some(namesTool) ? {} : defaults),
  read: (marbles, values, error) => {
    const known: Record<string, unknown> = { ...defaults };
    for (const [letter, value] of Object.entries(values ?? {})) {
      if (typeof value !== 'string') {
        throw new TypeError(
          `values: expected the name of an event, 'started' or 'search started', got ${showValue(value)}`,
        );
      }
      known[letter] = eventLike(value);
    }
    return readWritten(marbles, known, error);
  },
  seen: (messages) => messages.map(named),
};

/** Both names of what came: an expected one is like it when it is one of them. */
class EventNames extends Named {
  constructor(
    readonly short: string,
    readonly full: string,
  ) {
    super(full);
  }
}

function eventLike(name: string): unknown {
  return patternOf(name, (actual) =>
    actual instanceof EventNames && (name === actual.short || name === actual.full)
      ? undefined
      : { path: '', expected: name, actual },
  );
}

function namesTool({ notification, letter = '' }: ExpectedMessage): boolean {
  return notification.kind === 'N' && notification.value !== defaults[letter];
}

function named({ frame, notification }: Message): Message {
  if (notification.kind !== 'N') return { frame, notification };
  const event = notification.value as ToolEvent;
  return { frame, notification: { kind: 'N', value: new EventNames(shortName(event), fullName(event)) } };
}
