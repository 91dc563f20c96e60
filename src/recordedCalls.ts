import type { Inexact, ToolEvent } from './event.js';
import type { Take } from './flow.js';
import type { Json } from './json.js';
import type { AnyTool } from './tool.js';

/** A value, as an event shows it. */
interface Recorded {
  readonly value: Json;
  readonly inexact: Inexact | undefined;
}

/** What a call has given, as its events tell. */
export class RecordedResult {
  /** By their positions; what was lost is not there. */
  private readonly values: (Recorded | undefined)[] = [];
  /** How many values the call has given; undefined until its success is recorded. */
  private count: number | undefined;

  get succeeded(): boolean {
    return this.count !== undefined;
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
      if (!value) return 'is not in the events';
      if (value.inexact === 'cut') return 'was cut to size; give the orchestrator a larger maxValueLength';
      if (value.inexact === 'redacted') return 'was redacted';
      if (value.inexact === 'form' && !isReadable(value.value, tool)) {
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

function isReadable(json: Json, tool: AnyTool | undefined): boolean {
  return tool?.output?.decode(json)._tag === 'Right';
}

function read({ value, inexact }: Recorded, tool: AnyTool | undefined): unknown {
  const decoded = inexact === 'form' ? tool?.output?.decode(value) : undefined;
  return decoded?._tag === 'Right' ? decoded.right : value;
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
  private readonly fallbacks = new Map<string, Set<string>>();

  constructor(events: Iterable<ToolEvent>) {
    for (const event of events) this.read(event);
  }

  /** The first event of a run, of the last time that it was begun. */
  startOf(runId: string): RecordedStart | undefined {
    return this.starts.get(runId);
  }

  /** The runs of flows that nobody's call has made, in the order in which they were last begun. */
  get runs(): readonly RecordedStart[] {
    return [...this.starts.values()].filter(({ kind, parentId }) => kind !== 'parallel' && parentId === undefined);
  }

  /** The keys of the steps of a run of which something has happened. */
  startedSteps(runId: string): ReadonlySet<string> {
    return this.started.get(runId) ?? new Set();
  }

  /** True where a step's fallback stood in for it. */
  fellBack(runId: string, step: string): boolean {
    return this.fallbacks.get(runId)?.has(step) === true;
  }

  /** What a call has given; undefined where it has not succeeded. */
  resultOf(callId: string): RecordedResult | undefined {
    const result = this.results.get(callId);
    return result?.succeeded ? result : undefined;
  }

  /** What the calls have given whose ids begin like this. */
  resultsOfElements(prefix: string): readonly RecordedResult[] {
    const found: RecordedResult[] = [];
    for (const [callId, result] of this.results) if (result.succeeded && callId.startsWith(prefix)) found.push(result);
    return found;
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
        break;
      case 'call.emitted':
        // A call that is made again begins anew.
        if (event.index === 0) this.results.delete(event.callId);
        this.result(event.callId).emitted(event.index, { value: event.value, inexact: event.inexact });
        break;
      case 'call.succeeded':
        this.result(event.callId).endedWith(event.values, { value: event.result, inexact: event.inexact });
        break;
      default:
    }
    if ('runId' in event && 'step' in event && event.runId !== undefined && event.step !== undefined) {
      if (event.type !== 'call.skipped') note(this.started, event.runId, event.step);
    }
  }

  private result(callId: string): RecordedResult {
    const known = this.results.get(callId);
    if (known) return known;
    const made = new RecordedResult();
    this.results.set(callId, made);
    return made;
  }
}

function note(map: Map<string, Set<string>>, runId: string, step: string): void {
  const steps = map.get(runId);
  if (steps) steps.add(step);
  else map.set(runId, new Set([step]));
}
