import { object, wholeNumber } from '../../operators/gates/argument.js';
import type { ToolEvent } from '../event.js';
import { knownKeys } from '../knownKeys.js';
import { checkDiagramOptions, type DiagramOptions, printDiagram, printPicture } from './printDiagram.js';
import { Letters } from './Letters.js';
import { signs as marks } from './mark.js';
import { layOut, type Sign } from './marbleLayout.js';
import { meaningOf, type Signed, signsOf } from './marbleText.js';
import type { Message } from './message.js';
import { originOf, type RecordedUnit, unitsOf } from './recordedUnit.js';
import type { Lane, RecordingDiagram } from './recordingDiagram.js';

/** How a recording is drawn. */
export interface ToMarblesOptions extends DiagramOptions {
  /**
   * How many characters are 1 ms, a whole number of at least 1. Default: 1, or as many up to 24 as make room for all
   * groups; 1 again where even that is not enough.
   */
  readonly scale?: number;
  /** Only the calls of these tools. Default: all, and the runs. */
  readonly tools?: readonly string[];
}

/**
 * Draws what an orchestrator recorded: a lane for each tool, more where its calls overlapped, and lanes for what runs
 * had so far. A lane is marble text: letters are values, the same letter the same value in all lanes; signs are what
 * happens beside, such as `:` waits for a slot, `>` an attempt starts, `~` it failed and will be tried again, `%` timed
 * out, `/` cancelled; `|` and `#` are the ends.
 *
 * It draws nothing that did not happen. What marble text cannot say at this scale is drawn as near as can be, its lane is
 * not `exact`, the remarks say why, and the printed diagram has a table of its frames.
 *
 * @param events - Of one orchestrator, in order, for instance its `history$`. Also those of which the beginning is lost.
 * @throws TypeError, RangeError for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * orchestrator.history$.pipe(takeUntil(done$), toArray()).subscribe((events) => {
 *   console.log(String(toMarbles(events)));
 * });
 * ```
 */
export function toMarbles(events: readonly ToolEvent[], options: ToMarblesOptions = {}): RecordingDiagram {
  knownKeys('an option of toMarbles', object('options', options), ['scale', 'tools', 'width', 'maxLines']);
  checkDiagramOptions(options);
  const { tools } = options;
  const wanted = ({ tool }: RecordedUnit): boolean => !tools || (tool !== undefined && tools.includes(tool));
  const rows = rowsOf(unitsOf(events).filter(wanted));
  const letters = lettersFor(rows);
  const scale = options.scale === undefined ? scaleFor(rows, letters) : wholeNumber('scale', options.scale, 1);
  const { lanes, columns } = lanesOf(rows, letters, scale);
  const diagram = {
    lanes,
    scale,
    startedAt: originOf(events),
    endsAt: Math.max(0, ...lanes.map(({ messages }) => messages.at(-1)?.frame ?? 0)),
    exact: lanes.every(({ exact }) => exact),
    remarks: remarksOn(events),
  };
  return {
    ...diagram,
    toString: () => printDiagram(diagram, columns, options),
    picture: () => printPicture(diagram, columns, options),
  };
}

/** A row before it is written: what shows in it, one after the other. */
interface DraftRow {
  readonly kind: RecordedUnit['kind'];
  readonly tool: string | undefined;
  readonly units: RecordedUnit[];
  /** From the frame after this on there is room in it. */
  lastFrame: number;
}

/** Tools in the order in which they are first heard of, the runs last; each unit in the first row that has room. */
function rowsOf(units: readonly RecordedUnit[]): readonly DraftRow[] {
  const groups = new Map<string, DraftRow[]>();
  for (const unit of units) {
    const key = JSON.stringify([unit.kind === 'run' ? [] : [unit.tool], unit.kind]);
    const rows = groups.get(key) ?? [];
    groups.set(key, rows);
    const first = unit.messages[0]?.frame ?? 0;
    let row = rows.find(({ lastFrame }) => lastFrame < first);
    if (!row) rows.push((row = { kind: unit.kind, tool: unit.tool, units: [], lastFrame: 0 }));
    row.units.push(unit);
    row.lastFrame = unit.open ? Infinity : (unit.messages.at(-1)?.frame ?? first);
  }
  const rows = [...groups.values()].flat();
  const order = [...new Set(rows.map(({ tool }) => tool))];
  const rank = ({ kind, tool }: DraftRow): number =>
    kind === 'run' ? Infinity : order.indexOf(tool) * 2 + (kind === 'tool' ? 1 : 0);
  return rows.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

function lettersFor(rows: readonly DraftRow[]): Letters {
  const letters = new Letters();
  for (const [sign, mark] of Object.entries(marks)) letters.define(sign, mark);
  letters.reserve(
    rows
      .flatMap(({ units }) => units)
      .flatMap(({ messages }) => messages)
      .flatMap(({ notification }) => (notification.kind === 'N' ? [notification.value] : [])),
  );
  return letters;
}

function messagesOf({ units }: DraftRow): readonly Message[] {
  return units.flatMap(({ messages }) => messages);
}

/** The text gets longer by as much. */
const largestScale = 24;

/** The least scale at which all groups have room. */
function scaleFor(rows: readonly DraftRow[], letters: Letters): number {
  const needed = Math.max(1, ...rows.map((row) => roomNeeded(signsOf(messagesOf(row), letters, 1).signs)));
  return needed <= largestScale ? needed : 1;
}

/** How many characters 1 ms must have for a row to be written. */
function roomNeeded(signs: readonly Sign[]): number {
  let needed = 1;
  let [from, size] = [0, 0];
  for (const { frame } of signs) {
    if (size > 0 && frame > from) needed = Math.max(needed, Math.ceil((size > 1 ? size + 2 : 1) / (frame - from)));
    size = frame > from ? 1 : size + 1;
    from = frame;
  }
  return needed;
}

function lanesOf(
  rows: readonly DraftRow[],
  letters: Letters,
  scale: number,
): { readonly lanes: readonly Lane[]; readonly columns: ReadonlyMap<number, number> } {
  const signed = rows.map((row) => signsOf(messagesOf(row), letters, scale));
  const { rows: texts, columns } = layOut(
    rows.map(({ units }, at) => ({ signs: signed[at]?.signs ?? [], open: units.at(-1)?.open ?? false })),
  );
  const lanes = rows.map((row, at) => {
    const messages = messagesOf(row);
    const { signs, remarks } = signed[at] as Signed;
    const text = texts[at] ?? '';
    const moved = row.units.some((unit) => unit.moved)
      ? ['the clock went back: what came after that is drawn at the latest time before it']
      : [];
    const meaning = meaningOf(messages, { signs, remarks: [...moved, ...remarks] }, text);
    return {
      name: nameOf(row, rows),
      kind: row.kind,
      tool: row.tool,
      text,
      ...meaning,
      messages,
      signs: signs.map(({ frame, sign }) => ({ frame: frame / scale, sign })),
      spans: row.units.flatMap(({ spans }) => spans),
      units: row.units,
    };
  });
  return { lanes, columns };
}

function nameOf(row: DraftRow, rows: readonly DraftRow[]): string {
  const alike = rows.filter(({ kind, tool }) => kind === row.kind && tool === row.tool);
  const name = row.kind === 'run' ? 'context' : (row.tool ?? '');
  if (row.kind === 'tool') return `${name} (tool)`;
  return alike.length === 1 ? name : `${name} ${alike.indexOf(row) + 1}`;
}

function remarksOn(events: readonly ToolEvent[]): readonly string[] {
  const remarks: string[] = [];
  let missing = 0;
  let backwards = 0;
  let expected = 1;
  for (const { seq } of events) {
    if (seq > expected) missing += seq - expected;
    if (seq < expected) backwards++;
    expected = seq + 1;
  }
  if (missing > 0) remarks.push(`${missing} events are missing: what they told of is not drawn`);
  if (backwards > 0) remarks.push('the events are not in the order of their numbers: they are drawn as they come');
  return remarks;
}
