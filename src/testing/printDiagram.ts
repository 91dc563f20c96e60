import { wholeNumber } from '../../operators/gates/argument.js';
import { endSigns, Mark } from './mark.js';
import type { AnyEvent, RecordedUnit } from './recordedUnit.js';
import { isEnd } from './recordedUnit.js';
import { showValue } from './showValue.js';
import type { Lane, RecordingDiagram } from './recordingDiagram.js';

/** How a diagram is printed. */
export interface DiagramOptions {
  /** How many columns the rows may take, at least 20, before they are continued below. Default: 100. */
  readonly width?: number;
  /** How many lines the legend, the list of calls and each table of frames may have, at least 1. Default: 100. */
  readonly maxLines?: number;
}

/** The rows of a diagram with the time above them, and what their signs and letters mean. */
export function printPicture(
  { lanes, scale }: Pick<RecordingDiagram, 'lanes' | 'scale'>,
  columns: ReadonlyMap<number, number>,
  { width = defaultWidth, maxLines }: DiagramOptions,
): string {
  if (lanes.length === 0) return '';
  return paragraphs([...bandsOf(lanes, columns, scale, width), listed(legendOf(lanes), maxLines)]);
}

/**
 * A diagram as text: the rows with the time above them, what their signs and letters mean, each call with its arguments
 * and its end, and the frames of what could not be written exactly.
 */
export function printDiagram(
  diagram: Omit<RecordingDiagram, 'toString' | 'picture'>,
  columns: ReadonlyMap<number, number>,
  options: DiagramOptions,
): string {
  const { lanes, remarks, scale } = diagram;
  if (lanes.length === 0) return [...remarks, 'no calls and no runs'].join('\n');
  const { maxLines } = options;
  const head = [
    scale === 1 ? '1 character is 1 ms' : `${scale} characters are 1 ms, and a time in a row is as many characters`,
    ...remarks,
    ...lanes.flatMap(({ name, remarks: ofLane }) => ofLane.map((remark) => `${name}: ${remark}`)),
  ];
  const units = lanes.flatMap((lane) => lane.units.flatMap((unit) => unitLine(lane, unit)));
  const frames = lanes
    .filter(({ exact }) => !exact)
    .map((lane) => [`frames of ${lane.name}`, ...listed(framesOf(lane), maxLines)]);
  return paragraphs([head, [printPicture(diagram, columns, options)], listed(units, maxLines), ...frames]);
}

function paragraphs(parts: readonly (readonly string[])[]): string {
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n');
}

/** @throws RangeError for an option that is out of its range. */
export function checkDiagramOptions({ width = defaultWidth, maxLines = defaultLines }: DiagramOptions): void {
  if (!(width >= 20)) throw new RangeError(`width: expected at least 20 columns, got ${width}`);
  wholeNumber('maxLines', maxLines, 1, true);
}

const defaultWidth = 100;
const defaultLines = 100;

function listed(lines: readonly string[], maxLines = defaultLines): readonly string[] {
  return lines.length <= maxLines ? lines : [...lines.slice(0, maxLines), `… and ${lines.length - maxLines} more`];
}

/** The rows, in pieces of the width. In a later piece a row that is silent is left out. */
function bandsOf(
  lanes: readonly Lane[],
  columns: ReadonlyMap<number, number>,
  scale: number,
  width: number,
): readonly (readonly string[])[] {
  const name = Math.max(...lanes.map((lane) => lane.name.length), 'ms'.length) + 2;
  const end = Math.max(...lanes.map(({ text }) => text.length));
  const ticks = [...columns].map(([frame, column]) => ({ label: `${round(frame / scale)}`, column }));
  const cuts = cutsOf(ticks, end, width);
  return cuts.slice(0, -1).map((from, index) => {
    const to = cuts[index + 1] ?? end;
    const rows = lanes
      .map((lane) => ({ name: lane.name, text: lane.text.slice(from, to) }))
      .filter(({ text }) => cuts.length === 2 || text.replace(/\b\d[\d.]*(ms|s|m)\b/g, '').search(/[^- ]/) >= 0);
    const ruler = { name: 'ms', text: rulerOf(ticks, from, to) };
    return [ruler, ...rows].map((row) => row.name.padEnd(name) + row.text);
  });
}

interface Tick {
  readonly label: string;
  readonly column: number;
}

/** Where the rows are cut: where a frame begins, so that no time and no group is cut in two, if that can be. */
function cutsOf(ticks: readonly Tick[], end: number, width: number): readonly number[] {
  const cuts = [0];
  let at = 0;
  for (let from = 0; end - from > width; from = cuts.at(-1) ?? end) {
    let cut = from;
    for (; (ticks[at]?.column ?? Infinity) <= from + width; at++) cut = Math.max(cut, ticks[at]?.column ?? 0);
    cuts.push(cut > from ? cut : from + width);
  }
  return [...cuts, end];
}

function rulerOf(ticks: readonly Tick[], from: number, to: number): string {
  let text = '';
  for (const { label, column } of ticks) {
    if (column < from || column >= to || (text !== '' && column - from <= text.length)) continue;
    text = text.padEnd(column - from) + label;
  }
  return text;
}

/** What the signs and letters mean, in the order of their appearance; a value that is its own letter needs no words. */
function legendOf(lanes: readonly Lane[]): readonly string[] {
  const meanings = new Map<string, string>();
  for (const { signs, values } of lanes) {
    for (const { sign } of signs) {
      if (meanings.has(sign) || values[sign] === sign) continue;
      meanings.set(sign, meaningOf(sign, values));
    }
  }
  return [...meanings].map(([sign, meaning]) => `${sign}  ${meaning}`);
}

function meaningOf(sign: string, values: Lane['values']): string {
  if (Object.hasOwn(endSigns, sign)) return endSigns[sign as keyof typeof endSigns];
  if (!Object.hasOwn(values, sign)) return 'a value that found no letter left';
  const value = values[sign];
  return value instanceof Mark ? value.mark : showValue(value, 90);
}

function unitLine(lane: Lane, { kind, id, events }: RecordedUnit): readonly string[] {
  const [first] = events;
  if (kind === 'tool' || !first) return [];
  const end = events.find(({ event }) => isEnd(event.type));
  const time = `${round(first.frame)}–${end ? round(end.frame) : '…'} ms`;
  return [`${lane.name}  ${time}  ${whatOf(kind, id, first.event, events)}: ${howOf(end?.event, events)}`];
}

function whatOf(kind: string, id: string, first: AnyEvent, events: RecordedUnit['events']): string {
  if (kind === 'run') {
    return first.type === 'run.started' ? `${first.kind ?? 'run'} ${first.name ?? ''} (${id})` : `run (${id})`;
  }
  const given = events.find(({ event }) => event.args !== undefined)?.event;
  const step = first.step === undefined ? '' : `, step ${first.step}`;
  return `${given ? showValue(given.args, 60) : 'arguments unknown'} (${id}${step})`;
}

function howOf(end: AnyEvent | undefined, events: RecordedUnit['events']): string {
  const attempts = Math.max(0, ...events.map(({ event }) => event.attempt ?? 0));
  const tried = attempts > 1 ? ` in attempt ${attempts}` : '';
  if (!end) return `had not ended${tried}`;
  const name = end.type.replace(/^\w+\./, '').replace('timedOut', 'timed out');
  if (end.type === 'call.succeeded' && end.attempt === 0) return 'answered from the cache';
  if (end.fellBack) return `answered by its fallback${tried}`;
  return `${name}${tried}${end.error ? `, ${end.error._tag}: ${end.error.message}` : ''}`;
}

/** Each frame at which anything happened, and what did. */
function framesOf({ signs, values }: Lane): readonly string[] {
  const lines: { frame: number; words: string[] }[] = [];
  for (const { frame, sign } of signs) {
    const words = values[sign] === sign ? sign : `${sign} ${meaningOf(sign, values)}`;
    const last = lines.at(-1);
    if (last?.frame === frame) last.words.push(words);
    else lines.push({ frame, words: [words] });
  }
  return lines.map(({ frame, words }) => `${round(frame)} ms  ${words.join(', ')}`);
}

/** Without what the arithmetic of fractions adds. */
function round(ms: number): number {
  return Number(ms.toFixed(3));
}
