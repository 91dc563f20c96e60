import type { Deadline } from '../operators/gates/Deadlines.js';
import type { ToolError } from './error.js';
import type { CallEvent } from './event.js';
import type { CallHost, CallRequest, RunRequest } from './callHost.js';
import type { UnsealedEvent } from './eventBus.js';
import type { Json } from './json.js';
import type { CallPhase, ToolRuntime } from './toolRuntime.js';

type CommonField = 'v' | 'seq' | 'at' | 'type' | 'tool' | 'callId' | 'load' | 'runId' | 'step' | 'parentId' | 'attempt';
type DistributiveOmit<Event, Key extends PropertyKey> = Event extends unknown ? Omit<Event, Key> : never;

/** What an event of this type says beyond what all events of calls say. */
type DetailsOf<Type extends CallEvent['type']> = DistributiveOmit<
  Extract<CallEvent, { readonly type: Type }>,
  CommonField
>;

/** An attempt, as its call sees it. */
export interface StoppableAttempt {
  /**
   * Tears it down. `notify` is called when what it held is free, before those who waited for that are served: in here,
   * or a little later where this is called from inside its being torn down.
   */
  stop(notify?: () => void): void;
}

/** One call, from its subscription to its end: where it stands, and what it tells the events. */
export class CallState {
  readonly tool: string;
  readonly callId: string;
  /** The latest attempt; 0 before the first. */
  attempt = 0;
  /** True from the end on. */
  ended = false;
  /** How many values the caller has been given. */
  values = 0;
  /** What the tool failed with, once something else is to answer instead. */
  fellBackFrom: ToolError | undefined;
  /** What the call waits for now, in words. */
  outstanding = 'its start';
  /** Why its attempts are torn down, where they are: a deadline, or nothing more than that the caller left. */
  stopped: { readonly reason?: ToolError } = {};
  /** Until when the whole call must have ended. */
  deadline: Deadline | undefined;
  private readonly startedAt: number;
  private phase: CallPhase = 'idle';
  /** How many attempts are in each phase; a hedge makes several at once. */
  private readonly phases: Record<CallPhase, number> = { idle: 0, queued: 0, running: 0 };
  private shown: Json | undefined;
  /** The attempts that have not ended: one, unless an operator of the tool makes several at once. */
  private readonly attempts = new Set<StoppableAttempt>();
  /** An attempt's failure, until it is known what came of it. */
  private attemptFailure: AttemptFailure | undefined;

  constructor(
    readonly host: CallHost,
    private readonly request: CallRequest,
    /** Undefined where no such tool is registered. */
    readonly runtime: ToolRuntime | undefined,
  ) {
    this.tool = request.tool;
    this.callId = request.callId ?? host.nextCallId();
    this.startedAt = host.clock.now();
    runtime?.callBegan();
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

  /** The arguments as events show them. */
  get shownArguments(): Json {
    return (this.shown ??= this.host.show(this.request.arguments, { tool: this.tool, part: 'arguments' }));
  }

  /** An attempt goes from one phase to another. A call runs while any attempt of it does, and waits while none does. */
  moveAttempt(from: CallPhase, to: CallPhase): void {
    if (this.ended) return;
    this.phases[from]--;
    this.phases[to]++;
    if (this.phases.running > 0) this.enter('running');
    else this.enter(this.phases.queued > 0 ? 'queued' : 'idle');
  }

  /** Another attempt will be made after the failure that is being handed on. */
  scheduleRetry(delayMs: number): void {
    const failure = this.attemptFailure;
    if (!failure) return;
    this.attemptFailure = undefined;
    this.outstanding = 'the next attempt';
    this.publish('call.retryScheduled', () => ({ error: this.host.showError(failure.error), delayMs }));
  }

  /** Counts an attempt that begins. That there is one says that the failure before it was not the call's end. */
  beginAttempt(): number {
    this.reportAttemptFailure();
    return ++this.attempt;
  }

  attemptStarted(attempt: StoppableAttempt): void {
    this.attempts.add(attempt);
  }

  attemptEnded(attempt: StoppableAttempt): void {
    this.attempts.delete(attempt);
  }

  /**
   * Hands an attempt's failure on. Where the call does not end with it, an operator has caught the failure, and the
   * history would not know of it otherwise.
   */
  failAttempt(failure: AttemptFailure, forward: () => void): void {
    this.attemptFailure = failure;
    forward();
    this.reportAttemptFailure();
  }

  /** The call goes on after the failure of an attempt, if there was one. */
  reportAttemptFailure(): void {
    const failure = this.attemptFailure;
    if (!failure) return;
    this.attemptFailure = undefined;
    const { attempt, error, durationMs } = failure;
    if (attempt === this.attempt) this.outstanding = 'what follows its failure';
    this.publish('call.attemptFailed', () => ({ durationMs, error: this.host.showError(error) }), attempt);
  }

  /** The call has ended well; that clears the tool's last failure only if the tool has worked for it. */
  succeeded(): void {
    if (this.runtime && this.attempt > 0) this.runtime.lastError = undefined;
  }

  /** The tool has not. */
  failed(error: ToolError): void {
    if (this.runtime) this.runtime.lastError = error;
  }

  /**
   * Ends the call: whatever its operators do, no attempt of it goes on.
   *
   * @param tell - Tells of its end, when what it held is free, before those who waited for that are served.
   * @param error - What it ends with.
   */
  end(tell: () => void, error: ToolError | undefined): void {
    this.ended = true;
    this.deadline?.cancel();
    if (this.attemptFailure?.error === error) this.attemptFailure = undefined;
    this.reportAttemptFailure();
    this.enter('idle');
    this.runtime?.callEnded();
    const [first, ...others] = this.attempts;
    if (!first) {
      tell();
      return;
    }
    try {
      // The latest first: it may be waiting for what one before it holds.
      for (const attempt of others.reverse()) attempt.stop();
    } finally {
      first.stop(tell);
    }
  }

  publish<Type extends CallEvent['type']>(type: Type, details: () => DetailsOf<Type>, attempt = this.attempt): void {
    const { host, request, runtime, tool, callId } = this;
    host.bus.publish(
      () =>
        ({
          type,
          tool,
          callId,
          attempt,
          ...(request.runId === undefined ? {} : { runId: request.runId }),
          ...(request.step === undefined ? {} : { step: request.step }),
          ...(request.parentId === undefined ? {} : { parentId: request.parentId }),
          ...(runtime && host.find(tool) === runtime ? { load: runtime.load() } : {}),
          ...details(),
        }) as unknown as UnsealedEvent,
    );
  }

  private enter(phase: CallPhase): void {
    this.runtime?.move(this.phase, phase);
    this.phase = phase;
  }
}

interface AttemptFailure {
  readonly attempt: number;
  readonly error: ToolError;
  readonly durationMs: number;
}
