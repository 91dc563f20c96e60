import type { ToolError } from './error.js';
import type { CallEvent, ToolEvent, ToolEventOf } from './event.js';
import { shorten } from './fault.js';
import { isNestedIn } from './runIds.js';
import { StepLog, type StepRecord } from './StepLog.js';

/** A run, as its events tell of it, from the last time that it was begun. */
export interface RunRecord {
  readonly runId: string;
  readonly name: string;
  readonly kind: 'chain' | 'plan' | 'parallel';
  readonly startedAt: number;
  /** How it ended; undefined where it has not. */
  readonly end: 'succeeded' | 'failed' | 'cancelled' | undefined;
  /** By key, in the flow's order; those of steps that arrive in the order in which they are heard of. */
  readonly steps: ReadonlyMap<string, StepRecord>;
  /** Of a plan: for each step the positions of those that it needs. Undefined where its steps arrive. */
  readonly dependencies: readonly (readonly number[])[] | undefined;
}

type RunStarted = ToolEventOf<'run.started'>;

/**
 * What the events tell of a run.
 *
 * @param wanted - Its id, or the name of its flow, of which the run that was begun last is taken; of neither: the one
 * that was begun last of any flow. Without an id, neither parallel groups nor runs that calls have made are looked at.
 * @throws TypeError where the first event of such a run is not among them.
 */
export function runRecordOf(
  events: Iterable<ToolEvent>,
  wanted: { readonly runId?: string | undefined; readonly name?: string },
): RunRecord {
  if (typeof (events as Partial<Iterable<ToolEvent>> | null | undefined)?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`events: expected an iterable of events, got ${shorten(events)}`);
  }
  const all = [...events];
  const { runId } = startIn(all, wanted);
  let log: RunLog | undefined;
  all.forEach((event, index) => {
    if (event.type === 'run.started' && event.runId === runId) log = new RunLog(event, log);
    else if ('runId' in event && event.runId === runId) log?.read(event, index);
  });
  return (log as RunLog).record();
}

function startIn(
  events: readonly ToolEvent[],
  { runId, name }: { readonly runId?: string | undefined; readonly name?: string },
): RunStarted {
  const starts = events.filter((event): event is RunStarted => event.type === 'run.started');
  const flows = starts.filter(
    (start) => start.kind !== 'parallel' && !(start.parentId !== undefined && isNestedIn(start.runId, start.parentId)),
  );
  const found =
    runId === undefined
      ? flows.filter((start) => name === undefined || start.name === name).at(-1)
      : starts.find((start) => start.runId === runId);
  if (found) return found;
  const what = runId === undefined ? `a run${name === undefined ? '' : ` of '${name}'`}` : `the run '${runId}'`;
  const later = runId === undefined ? undefined : events.find((event) => 'runId' in event && event.runId === runId);
  const known = [...new Set(flows.map((start) => `'${start.name}' (${start.runId})`))];
  const got = later
    ? `got only what came from seq ${String(later.seq)} on: retain more events, or write them down as they come`
    : `found runs: ${known.length === 0 ? 'none' : known.slice(-8).join(', ')}`;
  throw new TypeError(`events: expected the first event of ${what}, ${got}`);
}

/** Reads the events of one run, from one time that it was begun. */
class RunLog {
  private readonly steps = new Map<string, StepLog>();
  /** The keys of the steps by the ids of their calls. */
  private readonly stepOfCall = new Map<string, string>();
  private end: RunRecord['end'];
  private latestAt: number;

  /** @param before - What is known from the time before, where the run is gone on with. */
  constructor(
    private readonly start: RunStarted,
    before: RunLog | undefined,
  ) {
    this.latestAt = start.at;
    const earlier = start.resumed ? before : undefined;
    for (const key of start.steps) this.steps.set(key, new StepLog(key, earlier?.steps.get(key)));
  }

  read(event: Extract<ToolEvent, { readonly runId?: string }>, index: number): void {
    this.latestAt = event.at;
    switch (event.type) {
      case 'run.advanced':
        this.step(event.step).advanced(event, index);
        break;
      case 'run.succeeded':
        this.end = 'succeeded';
        break;
      case 'run.cancelled':
        this.end = 'cancelled';
        break;
      case 'run.failed':
        this.end = 'failed';
        for (const key of failedIn(event.error)) this.step(key).failed = true;
        break;
      case 'run.started':
        break;
      default:
        this.readCall(event, index);
    }
  }

  record(): RunRecord {
    const { runId, name, kind, at, dependencies } = this.start;
    const context = { kind, startedAt: at, latestAt: this.latestAt, isOver: this.end !== undefined };
    const steps = new Map([...this.steps].map(([key, log]) => [key, log.record(context)]));
    return { runId, name, kind, startedAt: at, end: this.end, steps, dependencies };
  }

  private readCall(event: CallEvent, index: number): void {
    // What a call leaves behind is no part of it.
    if (event.type === 'call.abandoned' || event.type === 'call.settledLate') return;
    // The fallback of a call is a call of no step, but of that call.
    const key = event.step ?? (event.parentId === undefined ? undefined : this.stepOfCall.get(event.parentId));
    if (key === undefined) return;
    this.stepOfCall.set(event.callId, key);
    this.step(key).read(event, index, event.parentId === undefined);
  }

  private step(key: string): StepLog {
    const known = this.steps.get(key);
    if (known) return known;
    const made = new StepLog(key, undefined);
    this.steps.set(key, made);
    return made;
  }
}

/** The steps that a run's error names: one whose arguments lead nowhere makes no call that could tell. */
function failedIn(error: ToolError): readonly string[] {
  switch (error._tag) {
    case 'PlanFailed':
      return error.failures.map(({ step }) => step);
    case 'ChainFailed':
      return [error.step];
    case 'ParallelFailed':
      return [error.member];
    default:
      return [];
  }
}
