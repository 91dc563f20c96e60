import type { ObservableNotification } from 'rxjs';
import { align, type Aligned, type Lane } from './aligned.js';
import { notificationDifference, type Values, type Written } from './diagram.js';
import type { Difference } from './difference.js';
import { durationText } from './frames.js';
import { Legend, textOf } from './legend.js';
import type { Message } from './message.js';

/** What is wrong, and the two diagrams for whoever wants to show them beside each other. */
export interface Mismatch {
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
}

/** Where two diagrams first differ. */
interface Place {
  readonly frame: number;
  /** As the how manyth of its frame. */
  readonly index: number;
  readonly expected: ObservableNotification<unknown> | undefined;
  readonly actual: ObservableNotification<unknown> | undefined;
  readonly difference: Difference | undefined;
}

/** More columns than this are not shown: those around the difference are. */
const columnsBefore = 60;
const columnsAfter = 40;

/** Says how what came differs from the diagram that was expected; undefined where it does not. */
export function mismatchOf(
  title: string,
  expected: readonly Written[],
  actual: readonly Message[],
  known: Values = {},
): Mismatch | undefined {
  const place = firstDifference(expected, actual);
  if (!place) return undefined;
  const legend = new Legend();
  for (const { notification, letter } of expected) {
    if (notification.kind === 'N') legend.define(letter, notification.value);
  }
  for (const [letter, value] of Object.entries(known)) legend.define(letter, value);
  const came = actual.map((message, at): Written => {
    const counterpart = expected[at];
    return counterpart && sameMessage(counterpart, message)
      ? { ...message, letter: counterpart.letter }
      : { ...message, letter: letterOf(message.notification, legend) };
  });
  const aligned = align([laneOf(expected), laneOf(came)]);
  const errors = errorLines(expected, actual);
  const legendOf = (written: readonly Written[], side: 'expected' | 'actual'): string =>
    [
      ...legend.lines(written.map(({ letter }) => letter)),
      ...errors.filter(({ of }) => of.has(side)).map((e) => e.text),
    ]
      .map((line) => `\n${line}`)
      .join('');
  const both = [...legend.lines([...expected, ...came].map(({ letter }) => letter)), ...errors.map((e) => e.text)];
  const sentence = describePlace(place, (notification) => letterOf(notification, legend));
  return {
    message: [
      `${title}: ${sentence}`,
      '',
      ...drawing(['expected', 'actual'], aligned, aligned.column(place.frame, place.index)),
      ...(both.length > 0 ? ['', ...both] : []),
    ].join('\n'),
    expected: (aligned.rows[0] ?? '') + legendOf(expected, 'expected'),
    actual: (aligned.rows[1] ?? '') + legendOf(came, 'actual'),
  };
}

/** Says that what was not to come came: a diagram, to the last detail. */
export function unwantedMatch(title: string, expected: readonly Written[]): Mismatch {
  const legend = new Legend();
  for (const { notification, letter } of expected) {
    if (notification.kind === 'N') legend.define(letter, notification.value);
  }
  const aligned = align([laneOf(expected)]);
  const lines = legend.lines(expected.map(({ letter }) => letter));
  const drawn = drawing(['actual'], aligned);
  const legendLines = lines.length > 0 ? ['', ...lines] : [];
  const [row = ''] = aligned.rows;
  return {
    message: [`${title}: expected anything but this, and got it`, '', ...drawn, ...legendLines].join('\n'),
    expected: 'anything else',
    actual: [row, ...lines].join('\n'),
  };
}

/** Messages with letters, as if somebody had written them. */
export function lettered(messages: readonly Message[], legend = new Legend()): readonly Written[] {
  return messages.map((message) => ({ ...message, letter: letterOf(message.notification, legend) }));
}

/** Rows with their names, and a caret below a column; of long ones the part around it. */
export function drawing(names: readonly string[], { rows, starts }: Aligned, caret?: number): readonly string[] {
  const margin = Math.max(...names.map((name) => name.length)) + 2;
  const centre = caret ?? 0;
  const from = centre > columnsBefore ? (starts.find((start) => start >= centre - columnsBefore) ?? 0) : 0;
  const until = centre + columnsAfter;
  const lines = rows.map((row, index) => {
    const before = from > 0 ? '… ' : '';
    const after = row.length > until ? ' …' : '';
    return `${(names[index] ?? '').padEnd(margin)}${before}${row.slice(from, until)}${after}`.trimEnd();
  });
  return caret === undefined ? lines : [...lines, `${' '.repeat(margin + (from > 0 ? 2 : 0) + caret - from)}^`];
}

function firstDifference(expected: readonly Message[], actual: readonly Message[]): Place | undefined {
  const length = Math.max(expected.length, actual.length);
  let index = 0;
  let frame = NaN;
  for (let at = 0; at < length; at++) {
    const [e, a] = [expected[at], actual[at]];
    const now = Math.min(e?.frame ?? Infinity, a?.frame ?? Infinity);
    index = now === frame ? index + 1 : 0;
    frame = now;
    const place = { frame, index };
    if (!e || !a || e.frame !== a.frame) {
      const notificationAt = (message: Message | undefined): Place['expected'] =>
        message?.frame === frame ? message.notification : undefined;
      return { ...place, expected: notificationAt(e), actual: notificationAt(a), difference: undefined };
    }
    const difference = notificationDifference(e.notification, a.notification);
    if (difference) return { ...place, expected: e.notification, actual: a.notification, difference };
  }
  return undefined;
}

function sameMessage(expected: Message, actual: Message): boolean {
  return expected.frame === actual.frame && !notificationDifference(expected.notification, actual.notification);
}

function describePlace({ frame, expected, actual, difference }: Place, letterOf: LetterOf): string {
  const inside = difference !== undefined && expected?.kind === actual?.kind && difference.path !== '';
  const detail = inside
    ? `\n${difference.path}: expected ${textOf(difference.expected)}, got ${textOf(difference.actual)}`
    : '';
  const what = (notification: ObservableNotification<unknown> | undefined): string =>
    notification === undefined ? 'nothing' : signText(notification, letterOf);
  return `at ${durationText(frame)} expected ${what(expected)}, got ${what(actual)}${detail}`;
}

type LetterOf = (notification: ObservableNotification<unknown>) => string;

function signText(notification: ObservableNotification<unknown>, letterOf: LetterOf): string {
  if (notification.kind === 'C') return 'the end';
  return notification.kind === 'E' ? `the error ${textOf(notification.error)}` : letterOf(notification);
}

function letterOf(notification: ObservableNotification<unknown>, legend: Legend): string {
  if (notification.kind === 'N') return legend.letterOf(notification.value);
  return notification.kind === 'C' ? '|' : '#';
}

function laneOf(messages: readonly Written[]): Lane {
  const last = messages.at(-1)?.notification.kind;
  return {
    signs: messages.map(({ frame, letter }) => ({ frame, sign: letter })),
    open: last !== 'C' && last !== 'E',
  };
}

/** What `#` stands for, which may be one thing above and another below. */
function errorLines(
  expected: readonly Message[],
  actual: readonly Message[],
): readonly { readonly text: string; readonly of: ReadonlySet<'expected' | 'actual'> }[] {
  const errorOf = (messages: readonly Message[]): ObservableNotification<unknown> | undefined =>
    messages.find(({ notification }) => notification.kind === 'E')?.notification;
  const [e, a] = [errorOf(expected), errorOf(actual)];
  const line = (notification: ObservableNotification<unknown>, name: string): string =>
    `#  ${name}${textOf((notification as { readonly error: unknown }).error)}`;
  if (e && a && !notificationDifference(e, a)) {
    return [{ text: line(a, ''), of: new Set(['expected', 'actual'] as const) }];
  }
  return [
    ...(e ? [{ text: line(e, 'expected: '), of: new Set(['expected'] as const) }] : []),
    ...(a ? [{ text: line(a, 'actual: '), of: new Set(['actual'] as const) }] : []),
  ];
}
