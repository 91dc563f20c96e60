import type { Deadline } from '../operators/gates/Deadlines.js';
import { type ToolError, ToolTimeout } from './error.js';
import type { CallEvent } from './event.js';
import type { CallHost, CallRequest, RunRequest } from './callHost.js';
import type { Json } from './json.js';
import type { CallPhase, ToolRuntime } from './toolRuntime.js';

type CommonField = 'v' | 'seq' | 'at' | 'type' | 'tool' | 'callId' | 'load' | 'runId' | 'step' | 'parentId' | 'attempt';
type DistributiveOmit<Event, Key extends PropertyKey> = Event extends unknown ? Omit<Event, Key> : never;

/** What an event of this type says beyond what all events of calls say. */
type DetailsOf<Type extends CallEvent['type']> = DistributiveOmit<
  Extract<CallEvent, { readonly type: Type }>,
  CommonField
>;

type Draft<Event> = { -readonly [Key in keyof Event]: Event[Key] };
/** What the events of calls have in common. */
type AnyDraft = Draft<Pick<Extract<CallEvent, { readonly type: 'call.started' }>, CommonField>>;
/** An event of this type that is being put together. */
export type DraftOf<Type extends CallEvent['type']> = Draft<Extract<CallEvent, { readonly type: Type }>>;

/** An attempt, as its call sees it. */
export interface StoppableAttempt {
  /**
   * Tears it down. `notify` is called when what it held is free, before those who waited for that are served: in here,
   * or a little later where this is called from inside its being torn down.
   */
  stop(notify?: () => void): void;
}

/** Why an attempt is stopped before the tool has come to its end. */
export interface Stopped {
  readonly reason?: ToolError;
}

/** Nothing more than that the caller left. */
const left: Stopped = {};

/** One call, from its subscription to its end: where it stands, and what it tells the events. */
export class CallState {
  /** The latest attempt; 0 before the first. */
  attempt = 0;
  /** True from the end on. */
  ended = false;
  /** How many values the caller has been given. */
  values = 0;
  /** What the tool failed with, once something else is to answer instead. */
  fellBackFrom: ToolError | undefined;
  /** What the call waits for now, in words; a number: for the end, after so many values of its attempt. */
  waitsFor: string | number = 'its start';
  /** Why its attempts are torn down, where they are: a deadline, or that the caller left. */
  stopped = left;
  /** Until when the whole call must have ended. */
  protected deadline: Deadline | undefined;
  /** Its id, or what it is made from, until it is asked for; undefined: the request. */
  private id: string | number | undefined;
  protected readonly startedAt: number;
  private phase: CallPhase = 'idle';
  /** How many attempts wait, and how many run; a hedge makes several at once. */
  private queued = 0;
  private running = 0;
  private shown: Json | undefined;
  /** The attempt that has not ended; the oldest, where an operator of the tool makes several at once. */
  private oldest: StoppableAttempt | undefined;
  /** The attempts that have begun after it, where there are any. */
  private others: StoppableAttempt[] | undefined;
  /** An attempt's failure, until it is known what came of it. */
  private attemptFailure: AttemptFailure | undefined;

  constructor(
    readonly host: CallHost,
    protected readonly request: CallRequest,
    /** Undefined where no such tool is registered. */
    readonly runtime: ToolRuntime | undefined,
  ) {
    this.id = request.namesItself ? undefined : (request.callId ?? host.ids.reserve());
    this.startedAt = host.clock.now();
    runtime?.callBegan();
  }

  get tool(): string {
    return this.request.tool;
  }

  get callId(): string {
    const { host, id, request } = this;
    this.id = id === undefined ? request.callId : host.ids.textOf(id);
    return this.id as string;
  }

  get runId(): string | undefined {
    return this.request.runId;
  }

  get step(): string | undefined {
    return this.request.step;
  }

  /** On whose behalf a flow would be run that the call makes. */
  get ofRun(): RunRequest {
    const { callId, request } = this;
    return { parentId: callId, recorded: request.recorded, nesting: request.nesting ?? 0 };
  }

  get durationMs(): number {
    return this.host.clock.now() - this.startedAt;
  }

  /** What the call waits for now, in words. */
  get outstanding(): string {
    const { waitsFor } = this;
    if (typeof waitsFor === 'string') return waitsFor;
    return `the end after ${String(waitsFor)} ${waitsFor === 1 ? 'value' : 'values'}`;
  }

  /** The arguments as events show them. */
  get shownArguments(): Json {
    return (this.shown ??= this.host.show(this.request.arguments, { tool: this.tool, part: 'arguments' }));
  }

  /** How long the whole call may take. */
  protected get deadlineMs(): number {
    return Math.min(this.runtime?.deadlineMs ?? Infinity, this.request.deadlineMs ?? Infinity);
  }

  /** What the call has failed with when one of its limits has passed. */
  protected timeoutError(limit: 'timeoutMs' | 'deadlineMs', ms: number): ToolTimeout {
    const { tool, callId, attempt, outstanding } = this;
    return new ToolTimeout({ tool, callId, attempt, limit, ms, outstanding });
  }

  /** An attempt goes from one phase to another. A call runs while any attempt of it does, and waits while none does. */
  moveAttempt(from: CallPhase, to: CallPhase): void {
    if (this.ended || from === to) return;
    if (from !== 'idle') this[from]--;
    if (to !== 'idle') this[to]++;
    if (this.running > 0) this.enter('running');
    else this.enter(this.queued > 0 ? 'queued' : 'idle');
  }

  /** Another attempt will be made after the failure that is being handed on. */
  scheduleRetry(delayMs: number): void {
    const failure = this.attemptFailure;
    if (!failure) return;
    this.attemptFailure = undefined;
    this.waitsFor = 'the next attempt';
    this.publish('call.retryScheduled', () => ({ error: this.host.showError(failure.error), delayMs }));
  }

  /** Counts an attempt that begins. That there is one says that the failure before it was not the call's end. */
  beginAttempt(): number {
    this.reportAttemptFailure();
    return ++this.attempt;
  }

  attemptStarted(attempt: StoppableAttempt): void {
    if (this.oldest) (this.others ??= []).push(attempt);
    else this.oldest = attempt;
  }

  attemptEnded(attempt: StoppableAttempt): void {
    if (this.oldest === attempt) this.oldest = this.others?.shift();
    else this.others = this.others?.filter((other) => other !== attempt);
  }

  /**
   * Hands an attempt's failure on. Where the call does not end with it, an operator has caught the failure, and the
   * history would not know of it otherwise.
   */
  failAttempt(failure: AttemptFailure, forward?: () => void): void {
    this.attemptFailure = failure;
    forward?.();
    this.reportAttemptFailure();
  }

  /** The call goes on after the failure of an attempt, if there was one. */
  reportAttemptFailure(): void {
    const failure = this.attemptFailure;
    if (!failure) return;
    this.attemptFailure = undefined;
    const { attempt, error, durationMs } = failure;
    if (attempt === this.attempt) this.waitsFor = 'what follows its failure';
    this.publish('call.attemptFailed', () => ({ durationMs, error: this.host.showError(error) }), attempt);
  }

  /** The call has ended well; that clears the tool's last failure only if the tool has worked for it. */
  protected succeeded(): void {
    if (this.runtime && this.attempt > 0) this.runtime.lastError = undefined;
  }

  /** The tool has not. */
  protected failed(error: ToolError): void {
    if (this.runtime) this.runtime.lastError = error;
  }

  /**
   * Ends the call: whatever its operators do, no attempt of it goes on.
   *
   * @param error - What it ends with.
   * @returns the attempts that are to be stopped, the oldest first.
   */
  protected close(error: ToolError | undefined): readonly StoppableAttempt[] | undefined {
    this.ended = true;
    this.deadline?.cancel();
    if (this.attemptFailure) {
      if (this.attemptFailure.error === error) this.attemptFailure = undefined;
      this.reportAttemptFailure();
    }
    this.enter('idle');
    this.runtime?.callEnded();
    return this.oldest && [this.oldest, ...(this.others ?? [])];
  }

  /** Publishes an event, if anybody wants it. @param details - What it says beside what all events of calls say. */
  publish<Type extends CallEvent['type']>(type: Type, details: () => DetailsOf<Type>, attempt?: number): void {
    const event = this.draft(type, attempt);
    if (event) this.host.bus.send(Object.assign(event, details()) as unknown as CallEvent);
  }

  /**
   * An event with all that every event of a call says, to which its details are to be assigned; undefined where nobody
   * wants it. For the events of every call: an event that is put together by spreading costs ten times as much.
   */
  draft<Type extends CallEvent['type']>(type: Type, attempt = this.attempt): DraftOf<Type> | undefined {
    const { host, request, runtime, tool } = this;
    if (!host.bus.wants(tool)) {
      host.bus.skip();
      return undefined;
    }
    const { runId, step, parentId } = request;
    const event = { v: 1, seq: 0, at: 0, type, tool, callId: this.callId, attempt } as unknown as AnyDraft;
    if (runId !== undefined) event.runId = runId;
    if (step !== undefined) event.step = step;
    if (parentId !== undefined) event.parentId = parentId;
    if (runtime?.registered) event.load = runtime.load();
    return event as unknown as DraftOf<Type>;
  }

  protected enter(phase: CallPhase): void {
    this.runtime?.move(this.phase, phase);
    this.phase = phase;
  }
}

interface AttemptFailure {
  readonly attempt: number;
  readonly error: ToolError;
  readonly durationMs: number;
}
