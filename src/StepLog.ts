import { type CallEvent, isTerminal, type TerminalEvent, type ToolEventOf } from './event.js';

/**
 * Where a step of a run stands, as far as the events tell. `pending`: it has not begun. `waiting`: it has, and no attempt
 * of it runs: it waits for a slot, a rate permit, an approval, its next attempt, or another call's answer. `fellBack`: a
 * fallback stands in for it, its own or its tool's. `resumed`: an earlier run of the same id has done it.
 */
export type StepState =
  | 'pending'
  | 'waiting'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'fellBack'
  | 'resumed';

/** A step of a run, or a member of a parallel group, as the events tell of it. */
export interface StepRecord {
  readonly step: string;
  readonly state: StepState;
  /** How many calls it has made, in all sessions of its run: one, or one for each element. */
  readonly calls: number;
  /** When it began, in the scheduler's ms; undefined where it has not. */
  readonly startedAt: number | undefined;
  /** When it ended; undefined where it has not. */
  readonly endedAt: number | undefined;
  /** How long it has stood at `waiting`, in ms. */
  readonly waitedMs: number;
  /** The positions of its first event and of the one that tells of its end, among the events; by them is told what came first. */
  readonly firstIndex: number;
  readonly endIndex: number;
}

type Interval = readonly [from: number, to: number];

/** What a step's record depends on beside its own events. */
export interface RunContext {
  readonly kind: 'chain' | 'plan' | 'parallel';
  readonly startedAt: number;
  readonly latestAt: number;
  readonly isOver: boolean;
}

/** Reads the events of one step of a run. */
export class StepLog {
  /** True where the error of the run names it. */
  failed = false;
  private readonly callIds: Set<string>;
  private readonly isDoneBefore: boolean;
  private firstIndex = -1;
  private endIndex = -1;
  private startedAt = Infinity;
  private endedAt = 0;
  /** What the run said when it went on after the step. */
  private mark: 'succeeded' | 'skipped' | 'fellBack' | 'resumed' | undefined;
  /** The ends that calls of it have come to. */
  private readonly ends = new Set<TerminalEvent['type']>();
  private toolFellBack = false;
  /** The calls that have begun, and ended or not. */
  private readonly begun = new Set<string>();
  /** When the calls have begun that have not ended. */
  private readonly open = new Map<string, number>();
  /** When the attempts have begun that have not ended, by call and number. */
  private readonly attempts = new Map<string, Map<number, number>>();
  private readonly called: Interval[] = [];
  private readonly ran: Interval[] = [];

  constructor(
    private readonly key: string,
    before: StepLog | undefined,
  ) {
    this.callIds = new Set(before?.callIds);
    this.isDoneBefore = before?.isDone === true;
  }

  advanced(event: ToolEventOf<'run.advanced'>, index: number): void {
    this.touch(index, event.at);
    this.endAt(index, event.at);
    this.mark = event.skipped ? 'skipped' : event.fellBack ? 'fellBack' : event.resumed ? 'resumed' : 'succeeded';
  }

  /** @param isOwn - False for a call that a call of the step has made: the work behind a cache, or a fallback. */
  read(event: CallEvent, index: number, isOwn: boolean): void {
    const { type, at, callId, attempt, step, parentId } = event;
    if (isOwn) this.begin(callId, index, isTerminal(event) ? at - event.durationMs : at);
    // The work behind a cache: the call whose work it is says nothing until that is done.
    else if (step !== undefined && parentId !== undefined && !this.begun.has(parentId)) this.begin(parentId, index, at);
    // A step that is not run makes no call.
    if (type === 'call.skipped') this.callIds.delete(callId);
    if (type === 'call.started') {
      const ofCall = this.attempts.get(callId);
      if (ofCall) ofCall.set(attempt, at);
      else this.attempts.set(callId, new Map([[attempt, at]]));
    } else if (type === 'call.attemptFailed' || type === 'call.retryScheduled') {
      this.stop(callId, attempt, at);
    } else if (isTerminal(event)) {
      for (const each of this.attempts.get(callId)?.keys() ?? []) this.stop(callId, each, at);
      if (isOwn) this.endCall(event, index);
    }
  }

  record(context: RunContext): StepRecord {
    const state = this.stateIn(context);
    const hasBegun = this.firstIndex >= 0;
    const hasEnded = hasBegun && state !== 'running' && state !== 'waiting';
    // Done by an earlier run, of which this one has not even said so.
    const doneAt = !hasBegun && state === 'resumed' ? context.startedAt : undefined;
    return {
      step: this.key,
      state,
      calls: this.callIds.size,
      startedAt: hasBegun ? this.startedAt : doneAt,
      endedAt: hasEnded ? this.endedAt : doneAt,
      waitedMs: hasBegun ? this.waitedUntil(hasEnded ? this.endedAt : context.latestAt) : 0,
      firstIndex: this.firstIndex,
      endIndex: hasEnded ? this.endIndex : -1,
    };
  }

  private get isDone(): boolean {
    return this.mark === undefined ? this.isDoneBefore : this.mark !== 'skipped';
  }

  private get hasFailed(): boolean {
    const { failed, ends } = this;
    return failed || ends.has('call.failed') || ends.has('call.timedOut') || ends.has('call.rejected');
  }

  private stateIn({ kind, isOver }: RunContext): StepState {
    const { mark, ends, open } = this;
    // A group goes on after each of its members, however that has ended.
    if (mark !== undefined && !(kind === 'parallel' && this.hasFailed)) {
      return mark === 'succeeded' && this.toolFellBack ? 'fellBack' : mark;
    }
    if (this.hasFailed) return 'failed';
    if (ends.has('call.skipped')) return 'skipped';
    if (open.size > 0) return this.attempts.size > 0 ? 'running' : 'waiting';
    if (ends.has('call.cancelled')) return 'cancelled';
    // Between the calls of its elements.
    if (ends.size > 0) return isOver ? 'cancelled' : 'running';
    return this.isDoneBefore ? 'resumed' : 'pending';
  }

  /** In how much of the time until then calls of it were open and no attempt ran. */
  private waitedUntil(until: number): number {
    const attempts = [...this.attempts.values()].flatMap((ofCall) => [...ofCall.values()]);
    const ran = [...this.ran, ...attempts.map((from): Interval => [from, until])];
    const called = [...this.called, ...[...this.open.values()].map((from): Interval => [from, until])];
    return lengthOf([...called, ...ran]) - lengthOf(ran);
  }

  private begin(callId: string, index: number, at: number): void {
    this.touch(index, at);
    if (this.begun.has(callId)) return;
    this.begun.add(callId);
    this.callIds.add(callId);
    this.open.set(callId, at);
  }

  private endCall(event: TerminalEvent, index: number): void {
    const { type, at, callId } = event;
    // What goes before the first event of a call is no waiting, but the reading of its arguments. Only one without
    // attempts of its own has waited all the time, for the call of another that its tool's cache had joined it to.
    this.called.push([event.attempt === 0 ? at - event.durationMs : (this.open.get(callId) ?? at), at]);
    this.open.delete(callId);
    // Where a call of an element fails, the others are cancelled after that; it is the failure that counts.
    if (!this.hasFailed && this.mark === undefined) this.endAt(index, at);
    this.ends.add(type);
    if (type === 'call.succeeded' && event.fellBack) this.toolFellBack = true;
  }

  private stop(callId: string, attempt: number, at: number): void {
    const ofCall = this.attempts.get(callId);
    const from = ofCall?.get(attempt);
    if (!ofCall || from === undefined) return;
    this.ran.push([from, at]);
    ofCall.delete(attempt);
    if (ofCall.size === 0) this.attempts.delete(callId);
  }

  private touch(index: number, at: number): void {
    if (this.firstIndex < 0) this.firstIndex = index;
    this.startedAt = Math.min(this.startedAt, at);
  }

  private endAt(index: number, at: number): void {
    this.endIndex = index;
    this.endedAt = at;
  }
}

/** How much time intervals cover together. */
function lengthOf(intervals: readonly Interval[]): number {
  let length = 0;
  let covered = -Infinity;
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    length += Math.max(0, to - Math.max(from, covered));
    covered = Math.max(covered, to);
  }
  return length;
}
