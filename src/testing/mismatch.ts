import type { ObservableNotification } from 'rxjs';
import { align, type Aligned, type Lane } from './aligned.js';
import { notificationDifference, type Values, type Written } from './diagram.js';
import { firstDifference, type Place } from './firstDifference.js';
import { durationText } from './frames.js';
import { Legend, textOf } from './legend.js';
import type { Message } from './message.js';

/** What is wrong, and the two diagrams for whoever wants to show them beside each other. */
export interface Mismatch {
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
}

/** More columns than this are not shown: those around the difference are. */
const columnsBefore = 60;
const columnsAfter = 40;

/** More messages than these are not looked at, either: a diagram of a hundred thousand would take its time. */
const messagesBefore = 60;
const messagesAfter = 40;

/** A message that is expected; without a letter where nobody wrote it, but another stream did it. */
export type ExpectedMessage = Message & { readonly letter?: string };

/** Says how what came differs from the diagram that was expected; undefined where it does not. */
export function mismatchOf(
  title: string,
  expected: readonly ExpectedMessage[],
  actual: readonly Message[],
  known: Values = {},
): Mismatch | undefined {
  const place = firstDifference(expected, actual);
  if (!place) return undefined;
  const legend = new Legend();
  for (const { notification, letter } of expected) {
    if (notification.kind === 'N' && letter !== undefined) legend.define(letter, notification.value);
  }
  for (const [letter, value] of Object.entries(known)) legend.define(letter, value);
  const { first, shift, around } = cutAround(place, expected, actual);
  const wanted = lettered(around(expected), legend);
  const came = around(actual).map((message, at): Written => {
    const counterpart = wanted[at];
    return counterpart && sameMessage(counterpart, message)
      ? { ...message, letter: counterpart.letter }
      : { ...message, letter: letterOf(message.notification, legend) };
  });
  const aligned = align([laneOf(wanted), laneOf(came)]);
  const errors = errorLines(wanted, came);
  const legendOf = (written: readonly Written[], side: 'expected' | 'actual'): string =>
    [
      ...legend.lines(written.map(({ letter }) => letter)),
      ...errors.filter(({ of }) => of.has(side)).map((e) => e.text),
    ]
      .map((line) => `\n${line}`)
      .join('');
  const both = [...legend.lines([...wanted, ...came].map(({ letter }) => letter)), ...errors.map((e) => e.text)];
  const sentence = describePlace(place, (notification) => letterOf(notification, legend));
  const caret = aligned.column(place.frame - shift, place.index);
  return {
    message: [
      `${title}: ${sentence}`,
      '',
      ...drawing(['expected', 'actual'], aligned, caret, first > 0),
      ...(both.length > 0 ? ['', ...both] : []),
    ].join('\n'),
    expected: (aligned.rows[0] ?? '') + legendOf(wanted, 'expected'),
    actual: (aligned.rows[1] ?? '') + legendOf(came, 'actual'),
  };
}

/** Of two long diagrams the part around a place, as if time had begun there. */
function cutAround(
  { at }: Place,
  expected: readonly Message[],
  actual: readonly Message[],
): {
  readonly first: number;
  readonly shift: number;
  readonly around: <M extends Message>(messages: readonly M[]) => M[];
} {
  const first = Math.max(0, at - messagesBefore);
  const shift = first === 0 ? 0 : ((expected[first] ?? actual[first])?.frame ?? 0);
  return {
    first,
    shift,
    around: (messages) =>
      messages.slice(first, at + messagesAfter).map((message) => ({ ...message, frame: message.frame - shift })),
  };
}

/** Says that what was not to come came: a diagram, to the last detail. */
export function unwantedMatch(title: string, expected: readonly ExpectedMessage[]): Mismatch {
  const legend = new Legend();
  for (const { notification, letter } of expected) {
    if (notification.kind === 'N' && letter !== undefined) legend.define(letter, notification.value);
  }
  const written = lettered(expected, legend);
  const aligned = align([laneOf(written)]);
  const lines = legend.lines(written.map(({ letter }) => letter));
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
function lettered(messages: readonly ExpectedMessage[], legend: Legend): readonly Written[] {
  return messages.map((message) => ({ ...message, letter: message.letter ?? letterOf(message.notification, legend) }));
}

/**
 * Rows with their names, and a caret below a column; of long ones the part around it.
 *
 * @param cut - True where the rows do not begin at the beginning.
 */
export function drawing(
  names: readonly string[],
  { rows, starts }: Aligned,
  caret?: number,
  cut = false,
): readonly string[] {
  const margin = Math.max(...names.map((name) => name.length)) + 2;
  const centre = caret ?? 0;
  const from = centre > columnsBefore ? (starts.find((start) => start >= centre - columnsBefore) ?? 0) : 0;
  const until = centre + columnsAfter;
  const before = cut || from > 0 ? '… ' : '';
  const lines = rows.map((row, index) => {
    const after = row.length > until ? ' …' : '';
    return `${(names[index] ?? '').padEnd(margin)}${before}${row.slice(from, until)}${after}`.trimEnd();
  });
  return caret === undefined ? lines : [...lines, `${' '.repeat(margin + before.length + caret - from)}^`];
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
