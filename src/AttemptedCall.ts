import { CallAnswer, endOf } from './callAnswer.js';
import { endAfter, left, type Stopped } from './callState.js';
import type { ToolError } from './error.js';
import { type CallPhase, countMove, type PhaseCounts } from './toolRuntime.js';

/** An attempt, as its call sees it. */
export interface StoppableAttempt {
  /**
   * Tears it down. `notify` is called when what it held is free, before those who waited for that are served: in here,
   * or a little later where this is called from inside its being torn down.
   */
  stop(notify?: () => void): void;
}

/** A call that may make several attempts: where they stand, and what the events are told of them. */
export abstract class AttemptedCall extends CallAnswer implements PhaseCounts {
  attempt = 0;
  /** What the tool failed with, once something else is to answer instead. */
  fellBackFrom: ToolError | undefined;
  /** What the call waits for now, in words; a number: for the end, after so many values of its attempt. */
  waitsFor: string | number = 'its start';
  /** Why its attempts are torn down, where they are: a deadline, or that the caller left. */
  stopped: Stopped = left;
  private phase: CallPhase = 'idle';
  /** How many attempts wait, and how many run; a hedge makes several at once. */
  queued = 0;
  running = 0;
  /** The attempt that has not ended; the oldest, where an operator of the tool makes several at once. */
  private oldest: StoppableAttempt | undefined;
  /** The attempts that have begun after it, where there are any. */
  private others: StoppableAttempt[] | undefined;
  /** An attempt's failure, until it is known what came of it. */
  private attemptFailure: AttemptFailure | undefined;

  get outstanding(): string {
    const { waitsFor } = this;
    return typeof waitsFor === 'string' ? waitsFor : endAfter(waitsFor);
  }

  /** An attempt goes from one phase to another. A call runs while any attempt of it does, and waits while none does. */
  moveAttempt(from: CallPhase, to: CallPhase): void {
    if (this.ended || from === to) return;
    countMove(this, from, to);
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

  /**
   * Ends the call: whatever its operators do, no attempt of it goes on.
   *
   * @param error - What it ends with.
   * @returns the attempts that are to be stopped, the oldest first.
   */
  protected close(error: ToolError | undefined): readonly StoppableAttempt[] | undefined {
    this.ended = true;
    this.clearDeadline();
    if (this.attemptFailure) {
      if (this.attemptFailure.error === error) this.attemptFailure = undefined;
      this.reportAttemptFailure();
    }
    this.enter('idle');
    this.runtime?.callEnded();
    return this.oldest && [this.oldest, ...(this.others ?? [])];
  }

  private enter(phase: CallPhase): void {
    this.runtime?.move(this.phase, phase);
    this.phase = phase;
  }

  protected override tellSuccess(): void {
    if (!this.fellBackFrom) {
      super.tellSuccess();
      return;
    }
    // A success that is not the tool's own; the tool has failed, or was not asked.
    const error = this.host.showError(this.fellBackFrom);
    if (endOf(error) !== 'call.rejected') this.failed(error);
    this.publishSuccess(error);
  }
}

interface AttemptFailure {
  readonly attempt: number;
  readonly error: ToolError;
  readonly durationMs: number;
}
