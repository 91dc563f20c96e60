import { stableKey } from '../operators/stableKey.js';
import type { CallEvent, Inexact, ToolEvent } from './event.js';
import type { Take } from './flow.js';
import { exactSnapshot, type Json } from './json.js';
import { isNestedIn } from './runIds.js';
import type { AnyTool } from './tool.js';

/** A value, as an event shows it. */
interface Recorded {
  readonly value: Json;
  readonly inexact: Inexact | undefined;
}

/** What is wrong with a result that some event told of, and no event has. */
export const lost = 'is not in the events';

/** What a call has given, as its events tell. */
export class RecordedResult {
  /** By their positions; what was lost is not there. */
  private readonly values: (Recorded | undefined)[] = [];
  /** How many values the call has given; undefined until its success is recorded. */
  private count: number | undefined;

  /** True where a step has what it takes: the call has succeeded, and with a value where one is wanted. */
  suffices(take: Take | undefined): boolean {
    return this.count !== undefined && (take === 'all' || this.count > 0);
  }

  emitted(index: number, value: Recorded): void {
    this.values[index] = value;
  }

  endedWith(count: number, last: Recorded): void {
    this.count = count;
    if (count > 0) this.values[count - 1] = last;
  }

  /** What a step takes of it, as its tool would have given it. */
  take(take: Take | undefined, tool: AnyTool | undefined): unknown {
    const values = this.wanted(take).map((value) => (value ? read(value, tool) : undefined));
    return take === 'all' ? values : values[0];
  }

  /** Why a step cannot have it back; undefined where it can. */
  lossOf(take: Take | undefined, tool: AnyTool | undefined): string | undefined {
    for (const value of this.wanted(take)) {
      if (!value) return lost;
      if (value.inexact === 'cut') return 'was cut to size; give the orchestrator a larger maxValueLength';
      if (value.inexact === 'redacted') return 'was redacted';
      if (value.inexact === 'form' && !readBack(value.value, tool)) {
        return 'is no plain data, and its tool has no output codec that reads its JSON back';
      }
    }
    return undefined;
  }

  private wanted(take: Take | undefined): readonly (Recorded | undefined)[] {
    const { count = 0, values } = this;
    if (take === 'all') return Array.from({ length: count }, (_, index) => values[index]);
    return [values[take === 'first' ? 0 : count - 1]];
  }
}

function read({ value, inexact }: Recorded, tool: AnyTool | undefined): unknown {
  if (inexact === 'undefined') return undefined;
  const back = inexact === 'form' ? readBack(value, tool) : undefined;
  return back ? back.value : value;
}

/**
 * What the tool's output codec makes of the JSON of a value that is no plain data. Undefined where it makes nothing of
 * it, or something else: a codec that takes anything takes the text of a Date as it is.
 */
function readBack(json: Json, tool: AnyTool | undefined): { readonly value: unknown } | undefined {
  const decoded = tool?.output?.decode(json);
  if (decoded?._tag !== 'Right') return undefined;
  const value: unknown = decoded.right;
  const again = exactSnapshot(value, { maxLength: Infinity, maxDepth: Infinity });
  return again.missing === 'form' && stableKey(again.json) === stableKey(json) ? { value } : undefined;
}

/** A run as its first event tells. */
export type RecordedStart = Extract<ToolEvent, { readonly type: 'run.started' }>;

/**
 * What is known from the events of earlier runs: which calls have succeeded, and with what. A projection of the events,
 * which may be those of several processes one after the other.
 */
export class RecordedCalls {
  private readonly results = new Map<string, RecordedResult>();
  private readonly starts = new Map<string, RecordedStart>();
  private readonly started = new Map<string, Set<string>>();
  /** By the run and the step. */
  private readonly calls = new Map<string, Map<string, Set<string>>>();
  private readonly done = new Map<string, Set<string>>();
  private readonly fallbacks = new Map<string, Set<string>>();

  constructor(events: Iterable<ToolEvent>) {
    for (const event of events) this.read(event);
  }

  /** The first event of a run, of the last time that it was begun. */
  startOf(runId: string): RecordedStart | undefined {
    return this.starts.get(runId);
  }

  /** The runs of flows that no call's tool has made, in the order in which they were last begun. */
  get runs(): readonly RecordedStart[] {
    return [...this.starts.values()].filter(
      ({ kind, runId, parentId }) => kind !== 'parallel' && !(parentId !== undefined && isNestedIn(runId, parentId)),
    );
  }

  /** The keys of the steps of a run of which something has happened. */
  startedSteps(runId: string): ReadonlySet<string> {
    return this.started.get(runId) ?? new Set();
  }

  /** True where a step's fallback stood in for it. */
  fellBack(runId: string, step: string): boolean {
    return this.fallbacks.get(runId)?.has(step) === true;
  }

  /** True where a step's calls have given its result. */
  isDone(runId: string, step: string): boolean {
    return this.done.get(runId)?.has(step) === true;
  }

  /** What a call has given; undefined where that is not what a step takes. */
  resultOf(callId: string, take: Take | undefined): RecordedResult | undefined {
    const result = this.results.get(callId);
    return result?.suffices(take) ? result : undefined;
  }

  /** What the calls of a step have given. */
  resultsOf(runId: string, step: string, take: Take | undefined): readonly RecordedResult[] {
    return [...(this.calls.get(runId)?.get(step) ?? [])].flatMap((callId) => this.resultOf(callId, take) ?? []);
  }

  private read(event: ToolEvent): void {
    switch (event.type) {
      case 'run.started':
        // Set anew: the last begun comes last.
        this.starts.delete(event.runId);
        this.starts.set(event.runId, event);
        break;
      case 'run.advanced':
        note(this.started, event.runId, event.step);
        if (event.fellBack) note(this.fallbacks, event.runId, event.step);
        else if (!event.skipped) note(this.done, event.runId, event.step);
        break;
      case 'call.emitted':
        this.result(event.callId).emitted(event.index, { value: event.value, inexact: event.inexact });
        break;
      case 'call.succeeded':
        this.result(event.callId).endedWith(event.values, { value: event.result, inexact: event.inexact });
        break;
      default:
    }
    if ('attempt' in event) this.readBelonging(event);
  }

  private readBelonging({ type, callId, runId, step }: CallEvent): void {
    if (type === 'call.skipped' || runId === undefined || step === undefined) return;
    note(this.started, runId, step);
    const steps = this.calls.get(runId) ?? new Map<string, Set<string>>();
    this.calls.set(runId, steps);
    note(steps, step, callId);
  }

  private result(callId: string): RecordedResult {
    const known = this.results.get(callId);
    if (known) return known;
    const made = new RecordedResult();
    this.results.set(callId, made);
    return made;
  }
}

function note(map: Map<string, Set<string>>, key: string, item: string): void {
  const items = map.get(key);
  if (items) items.add(item);
  else map.set(key, new Set([item]));
}
