import type { ObservableNotification } from 'rxjs';
import type { ToolError } from '../error.js';
import type { ToolEvent } from '../event.js';
import { failed, Mark, signs } from './mark.js';
import type { Message } from './message.js';

/** What a call was doing for a while. */
export interface Span {
  readonly from: number;
  /** Undefined where that had not ended when the recording did. */
  readonly to: number | undefined;
  readonly state: 'waiting' | 'running' | 'unheard';
}

/** A call, a run, or a tool's own history, as it was recorded. */
export interface RecordedUnit {
  readonly kind: 'call' | 'run' | 'tool';
  /** Its `callId`, its `runId`, or the tool's name. */
  readonly id: string;
  /** Undefined for a run. */
  readonly tool: string | undefined;
  readonly messages: readonly Message[];
  readonly spans: readonly Span[];
  /** True while nothing says that it has ended. */
  readonly open: boolean;
  /** True where time went back in it, or before it. */
  readonly moved: boolean;
  readonly events: readonly Recorded[];
}

/** An event of any version, with the frame that it is drawn at. */
export interface Recorded {
  readonly frame: number;
  readonly event: AnyEvent;
}

/** An event as whoever draws it sees it: also one of a type that is not known here. */
export type AnyEvent = Partial<
  Record<'tool' | 'callId' | 'runId' | 'step' | 'reason' | 'parentId' | 'name' | 'kind', string>
> &
  Partial<Record<'value' | 'result' | 'args', unknown>> & {
    readonly type: string;
    readonly seq: number;
    readonly at: number;
    readonly attempt?: number;
    readonly delayMs?: number;
    readonly approved?: boolean;
    readonly fellBack?: boolean;
    readonly skipped?: boolean;
    readonly resumed?: boolean;
    readonly error?: ToolError;
  };

/** The events of each call, of each run, and of each tool of which more is told than that it was there. */
export function unitsOf(events: readonly ToolEvent[]): readonly RecordedUnit[] {
  const builders: UnitBuilder[] = [];
  const latestOf = new Map<string, UnitBuilder>();
  /** What each call gave: what its run has under the step's key from then on. */
  const ends = new Map<string, AnyEvent>();
  const origin = originOf(events);
  let latest = 0;
  for (const event of events as readonly AnyEvent[]) {
    const wanted = event.at - origin;
    const frame = wanted >= latest && wanted < Infinity ? wanted : latest;
    latest = frame;
    const subject = subjectOf(event);
    if (!subject) continue;
    const key = JSON.stringify([subject.kind, subject.id, subject.tool]);
    let builder = latestOf.get(key);
    // An id may be given again, by whoever resumes a run or makes a call once more.
    if (!builder || (builder.ended && !comesLate(event.type))) {
      builder = new UnitBuilder(subject.kind, subject.id, subject.tool);
      builders.push(builder);
      latestOf.set(key, builder);
    }
    builder.add({ frame, event }, frame !== wanted, ends);
    if (subject.kind === 'call' && callEnds.has(event.type)) ends.set(subject.id, event);
  }
  return builders.filter((unit) => unit.kind !== 'tool' || unit.tells).map((unit) => unit.built());
}

/** When the first of the events happened. */
export function originOf(events: readonly ToolEvent[]): number {
  return events.find(({ at }) => Number.isFinite(at))?.at ?? 0;
}

/** Whom an event is about; undefined where it is nobody that could have a row. */
function subjectOf({ type, tool, callId, runId }: AnyEvent): Pick<RecordedUnit, 'kind' | 'id' | 'tool'> | undefined {
  if (type.startsWith('run.')) return runId === undefined ? undefined : { kind: 'run', id: runId, tool: undefined };
  if (callId !== undefined && tool !== undefined) return { kind: 'call', id: callId, tool };
  return tool === undefined ? undefined : { kind: 'tool', id: tool, tool };
}

const callEnds: ReadonlySet<string> = new Set(
  ['succeeded', 'failed', 'timedOut', 'rejected', 'cancelled', 'skipped'].map((end) => `call.${end}`),
);
const runEnds: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled'].map((end) => `run.${end}`));

/** True for what ends a call or a run. */
export function isEnd(type: string): boolean {
  return callEnds.has(type) || runEnds.has(type);
}

/** True for what is told of a call after its end. */
function comesLate(type: string): boolean {
  return type === 'call.abandoned' || type === 'call.settledLate';
}

class UnitBuilder {
  ended = false;
  /** True for a tool of which more is told than that it was registered. */
  tells = false;
  private readonly messages: Message[] = [];
  private readonly events: Recorded[] = [];
  private readonly spans: Span[] = [];
  private moved = false;
  /** Work that goes on after the end, as long as it has not been heard of. */
  private unheard = 0;
  /** How many attempts run: a hedge makes two. */
  private running = 0;
  private state: { readonly from: number; readonly is: Span['state'] } | undefined;

  constructor(
    readonly kind: RecordedUnit['kind'],
    private readonly id: string,
    private readonly tool: string | undefined,
  ) {}

  add(recorded: Recorded, moved: boolean, ends: ReadonlyMap<string, AnyEvent>): void {
    const { frame, event } = recorded;
    this.events.push(recorded);
    this.messages.push({ frame, notification: notificationOf(event, ends) });
    this.moved ||= moved;
    this.tells ||= event.type !== 'tool.registered';
    if (isEnd(event.type)) this.ended = true;
    this.enter(frame, this.stateAfter(event));
  }

  built(): RecordedUnit {
    const { kind, id, tool, messages, events, moved, state } = this;
    const spans = state ? [...this.spans, { from: state.from, to: undefined, state: state.is }] : this.spans;
    const open = (kind !== 'tool' && !this.ended) || this.unheard > 0;
    return { kind, id, tool, messages, spans, open, moved, events };
  }

  private enter(frame: number, is: Span['state'] | undefined): void {
    if (this.state?.is === is) return;
    if (this.state && this.state.from < frame)
      this.spans.push({ from: this.state.from, to: frame, state: this.state.is });
    this.state = is && { from: frame, is };
  }

  private stateAfter({ type }: AnyEvent): Span['state'] | undefined {
    switch (type) {
      case 'run.started':
      case 'call.started':
        this.running++;
        break;
      case 'call.retryScheduled':
      case 'call.attemptFailed':
        this.running = Math.max(0, this.running - 1);
        break;
      case 'call.abandoned':
        this.unheard++;
        break;
      case 'call.settledLate':
        this.unheard = Math.max(0, this.unheard - 1);
        break;
    }
    if (this.kind === 'tool') return undefined;
    if (this.ended) return this.unheard > 0 ? 'unheard' : undefined;
    if (this.running > 0) return 'running';
    // A value without a start: the start is older than the recording, or a cache answers.
    return waits.has(type) ? 'waiting' : this.state?.is;
  }
}

const waits: ReadonlySet<string> = new Set([
  'call.queued',
  'call.retryScheduled',
  'call.attemptFailed',
  'approval.requested',
]);

function notificationOf(event: AnyEvent, ends: ReadonlyMap<string, AnyEvent>): ObservableNotification<unknown> {
  switch (event.type) {
    case 'call.succeeded':
    case 'run.succeeded':
      return { kind: 'C' };
    case 'call.failed':
    case 'run.failed':
      return { kind: 'E', error: failed };
    case 'call.emitted':
      return { kind: 'N', value: event.value };
    case 'run.advanced':
      return { kind: 'N', value: addedBy(event, ends) };
    default:
      return { kind: 'N', value: markOf(event) };
  }
}

/** What a run has more after a step than before. */
function addedBy(event: AnyEvent, ends: ReadonlyMap<string, AnyEvent>): unknown {
  const { step = '', callId = '' } = event;
  for (const [how, words] of Object.entries(advances)) {
    if (event[how as keyof typeof advances]) return Mark.of(`${step}: ${words}`);
  }
  const end = ends.get(callId);
  if (end?.type === 'call.succeeded') return Object.fromEntries([[step, end.result]]);
  return Mark.of(end ? `${step}: ${end.type.replace('call.', '')}` : `${step} is done`);
}

/** Where what stands under the step's key is not what its call gave. */
const advances = { skipped: 'skipped', fellBack: 'its fallback', resumed: 'taken from an earlier run' } as const;

function markOf({ type, reason, approved }: AnyEvent): Mark {
  if (type === 'call.queued') return reason === 'rateLimit' ? signs[';'] : signs[':'];
  if (type === 'approval.decided') return approved ? signs['+'] : signs['='];
  return marksOfTypes[type] ?? Mark.of(type);
}

const marksOfTypes: Readonly<Record<string, Mark>> = {
  'run.started': signs['>'],
  'run.cancelled': signs['/'],
  'approval.requested': signs['?'],
  'call.started': signs['>'],
  'call.progressed': signs['.'],
  'call.retryScheduled': signs['~'],
  'call.attemptFailed': signs['*'],
  'call.timedOut': signs['%'],
  'call.rejected': signs['<'],
  'call.cancelled': signs['/'],
  'call.skipped': signs._,
  'call.abandoned': signs['@'],
  'call.settledLate': signs.$,
};
