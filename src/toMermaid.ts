import { isLeft } from 'fp-ts/Either';
import { object } from '../operators/gates/argument.js';
import { decodeFlow } from './decodeFlow.js';
import type { ToolEvent } from './event.js';
import type { Flow, FlowData, Step } from './flow.js';
import { isBuilt } from './flowBuilder.js';
import { knownKeys } from './knownKeys.js';
import { mermaidText } from './mermaidText.js';
import { eachReference, isElementKey, needsOf } from './stepNeeds.js';
import { runRecordOf, type RunRecord } from './runRecord.js';
import type { StepRecord, StepState } from './StepLog.js';

/** Which run is drawn. */
export interface MermaidOptions {
  /** Its id. Default: of those with the flow's name the one that was begun last, but for those that calls have made. */
  readonly runId?: string;
}

/**
 * A flow as a picture: the text of a mermaid flowchart, which GitHub, editors and documentation tools draw. One box for
 * each step says its name and its tool; one with double sides makes a call for each element of an array. In a chain
 * thick arrows lead from step to step. A solid arrow leads from a step to one that uses its result; a dotted one to one
 * that only waits for it: for its `when`, its `fallback`, or since it comes `after` it.
 *
 * With the events of a run, each step has its state as a class and in words, and how long it took.
 *
 * The same flow and events give the same text. No name of a flow can break the picture, or bring links or HTML into it.
 *
 * @param flow - A flow, or its data form. One that could not run, since it refers to what does not exist, is drawn as
 * far as it goes.
 * @param events - A history that has the run from its first event on; others may be among them.
 * @throws InvalidFlow for data that is no flow, TypeError where the first event of the run is missing, and where the run
 * has a step that the flow has not.
 *
 * @example
 * ```ts
 * console.log(toMermaid(research));
 * // flowchart TD
 * //   s0["hits<br/>search"]
 * //   s1["page<br/>fetchPage"]
 * //   s0 ==> s1
 * ```
 */
export function toMermaid(flow: Flow | FlowData, events?: Iterable<ToolEvent>, options: MermaidOptions = {}): string {
  const { runId } = object('options', options);
  knownKeys('an option of toMermaid', options, ['runId']);
  const { kind, name, steps } = flowOf(flow);
  const run = events === undefined ? undefined : runRecordOf(events, { runId, name });
  if (run) checkThatRunIsOf({ name, steps }, run);
  const boxes = steps.map((step, index) => boxOf(step, index, run));
  const states = new Set(run && steps.map(({ outputKey }) => run.steps.get(outputKey)?.state ?? 'pending'));
  return [
    'flowchart TD',
    ...boxes,
    ...arrowsOf(kind, steps),
    ...Object.entries(styles).flatMap(([state, style]) =>
      states.has(state as StepState) ? [`  classDef ${state} ${style}`] : [],
    ),
    '',
  ].join('\n');
}

/** How a state looks. The words in the box say it too, for whoever does not see colours. */
const styles: Readonly<Record<Exclude<StepState, 'pending'>, string>> = {
  waiting: 'fill:#fff8e1,stroke:#b28704,color:#1b1b1b,stroke-dasharray:4 3',
  running: 'fill:#e3f2fd,stroke:#1565c0,color:#1b1b1b,stroke-width:3px',
  succeeded: 'fill:#e6f4ea,stroke:#2e7d32,color:#1b1b1b',
  failed: 'fill:#fdecea,stroke:#c62828,color:#1b1b1b,stroke-width:3px',
  skipped: 'fill:#f5f5f5,stroke:#9e9e9e,color:#616161,stroke-dasharray:4 3',
  cancelled: 'fill:#eeeeee,stroke:#616161,color:#1b1b1b',
  fellBack: 'fill:#fff3e0,stroke:#e65100,color:#1b1b1b',
  resumed: 'fill:#ede7f6,stroke:#4527a0,color:#1b1b1b',
};

function flowOf(flow: unknown): Pick<Flow, 'kind' | 'name' | 'steps'> {
  if (isBuilt(flow)) return flow;
  const decoded = decodeFlow(flow);
  if (isLeft(decoded)) throw decoded.left;
  return decoded.right;
}

function checkThatRunIsOf({ name, steps }: Pick<Flow, 'name' | 'steps'>, run: RunRecord): void {
  const keys = new Set(steps.map(({ outputKey }) => outputKey));
  const other = [...run.steps.keys()].find((key) => !keys.has(key));
  if (other === undefined) return;
  throw new TypeError(
    `events: expected a run of '${name}', got '${run.runId}' with a step '${other}' that is not in it`,
  );
}

function boxOf({ outputKey, name = '', tool, each }: Step, index: number, run: RunRecord | undefined): string {
  const record = run?.steps.get(outputKey);
  const title = mermaidText(name) || mermaidText(outputKey) || `step ${String(index)}`;
  const lines = [title];
  if (mermaidText(tool) !== title) lines.push(mermaidText(tool));
  if (each !== undefined) lines.push(countOf(each, record));
  const label = [...lines, ...statusOf(record)].filter((line) => line !== '').join('<br/>');
  const box = each === undefined ? `["${label}"]` : `[["${label}"]]`;
  const style = record && record.state !== 'pending' ? `:::${record.state}` : '';
  return `  s${String(index)}${box}${style}`;
}

function countOf(each: unknown, record: StepRecord | undefined): string {
  const calls = record && record.calls > 0 ? record.calls : Array.isArray(each) ? each.length : undefined;
  if (calls === undefined) return 'a call for each';
  return calls === 1 ? '1 call' : `${String(calls)} calls`;
}

function statusOf(record: StepRecord | undefined): readonly string[] {
  if (!record || record.state === 'pending') return [];
  const { state, startedAt, endedAt } = record;
  const words = state === 'fellBack' ? 'fell back' : state;
  const isTimed = startedAt !== undefined && endedAt !== undefined && state !== 'skipped' && state !== 'resumed';
  return [isTimed ? `${words}, ${inWords(endedAt - startedAt)}` : words];
}

/** A duration with about three digits. */
function inWords(ms: number): string {
  if (ms < 999.5) return `${String(Math.round(ms))} ms`;
  const seconds = ms / 1_000;
  if (seconds < 59.95) return `${seconds < 9.995 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(Math.round(seconds) % 60)} s`;
  const hours = Math.floor(Math.round(seconds / 60) / 60);
  return `${String(hours)} h ${String(Math.round(seconds / 60) % 60)} min`;
}

function arrowsOf(kind: Flow['kind'], steps: readonly Step[]): readonly string[] {
  const positions = new Map(steps.map(({ outputKey }, index) => [outputKey, index]));
  return steps.flatMap((step, index) => {
    const to = `s${String(index)}`;
    const inOrder = kind === 'chain' && index > 0 ? [`  s${String(index - 1)} ==> ${to}`] : [];
    const { values, all } = needsOf(step);
    const others = all.flatMap((key) => {
      const from = positions.get(key);
      if (from === undefined || (kind === 'chain' && from === index - 1)) return [];
      const arrow = values.includes(key) ? '-->' : `-.->|${waitsIn(step, key).join(', ')}|`;
      return [{ from, arrow }];
    });
    others.sort((a, b) => a.from - b.from);
    return [...inOrder, ...others.map(({ from, arrow }) => `  s${String(from)} ${arrow} ${to}`)];
  });
}

/** Where a step names another whose result it does not use. */
function waitsIn(step: Step, key: string): readonly string[] {
  const found = new Set(step.after?.includes(key) ? ['after'] : []);
  eachReference(step, ([root], part) => {
    if (root === key && !isElementKey(step, root, part)) found.add(part);
  });
  return [...found];
}
