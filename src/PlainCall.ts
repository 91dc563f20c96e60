import type { Observer } from 'rxjs';
import { AttemptContext, type ContextOwner } from './attemptContext.js';
import { CallAnswer, completed, type Ending } from './callAnswer.js';
import { endAfter, left, type Stopped } from './callState.js';
import { InvalidResult, type ToolError, ToolFailed } from './error.js';
import type { ToolRuntime } from './toolRuntime.js';
import { type Work, workOf } from './work.js';

/**
 * A call of a tool without gates and remedies, which is what most are: one attempt that begins at once, under its
 * timeout and the deadline of the call. It does what `Call` does with an `Attempt`, in one object; that the two cannot be
 * told apart is a property test.
 *
 * It is *running* from the beginning; then its attempt is *over*, and while what that held is torn down, the tool's own
 * code may run; then it is *ended*, and the caller is told. A caller that leaves from inside that code ends the call
 * before its attempt has told of its own end: both are heard of then, in that order.
 */
export class PlainCall extends CallAnswer implements Observer<unknown>, ContextOwner {
  /** `over`: its attempt has ended. */
  private phase: 'new' | 'running' | 'over' = 'new';
  /** Why the tool was stopped, or that it has come to its own end. */
  closedBy: Stopped | 'itself' | undefined = undefined;
  /** What `run` was told, where it has asked for the signal. */
  watching: AttemptContext | undefined;
  /** What `run` gave; undefined before it has returned. */
  private work: Work | undefined = undefined;

  get call(): this {
    return this;
  }

  /** There is only one. */
  get number(): number {
    return 1;
  }

  get attempt(): number {
    return this.phase === 'new' ? 0 : 1;
  }

  get outstanding(): string {
    if (this.phase === 'new') return 'its start';
    return this.values === 0 ? 'the first value' : endAfter(this.values);
  }

  run(runtime: ToolRuntime, args: unknown): void {
    const { host, deadlineMs } = this;
    this.caller.add(this);
    if (this.ended) return;
    // Both begin now, so that the longer one is never heard of.
    const { timeoutMs } = runtime;
    const ofCall = deadlineMs <= timeoutMs;
    if (ofCall) this.expireIn(deadlineMs);
    this.phase = 'running';
    runtime.move('idle', 'running');
    const event = this.draft('call.started');
    if (event) {
      event.args = this.shownArguments;
      event.waitedMs = 0;
      host.bus.send(event, this.startedAt);
    }
    // Whoever heard of the start may have cancelled the call.
    if (this.ended) return;
    if (!ofCall) this.expireIn(timeoutMs);
    let endedInRun = false;
    try {
      // eslint-disable-next-line toolstream/finnish-values -- an Observable is one of the things that run may give
      const given = runtime.tool.run(args as never, new AttemptContext(this));
      endedInRun = this.isOver;
      const work = (this.work = workOf(given, this));
      if (endedInRun) work.stop();
      work.start();
    } catch (error) {
      this.error(error);
    }
    if (endedInRun) this.followWork();
  }

  /** The tool has given a value. */
  next(value: unknown): void {
    const decoded = this.runtime?.decodeOutput?.(value);
    if (!decoded) this.give(value);
    else if (decoded._tag === 'Right') this.give(decoded.right);
    else {
      const { tool, callId } = this;
      this.fail(new InvalidResult({ tool, callId, attempt: 1, faults: decoded.left }));
    }
  }

  /** It has failed. */
  error(cause: unknown): void {
    if (this.isOver) return;
    const { tool, callId } = this;
    this.fail(new ToolFailed({ tool, callId, attempt: 1, cause }));
  }

  /** It has come to its end. */
  complete(): void {
    this.endAttempt(completed);
  }

  /** The time is over: the whole call's, where that is not longer than the attempt's. */
  expire(): void {
    const { deadlineMs, runtime } = this;
    const timeoutMs = runtime?.timeoutMs ?? Infinity;
    if (deadlineMs > timeoutMs) {
      this.fail(this.timeoutError('timeoutMs', timeoutMs));
      return;
    }
    const error = this.timeoutError('deadlineMs', deadlineMs);
    this.end({ kind: 'failed', error }, { reason: error });
  }

  private expireIn(ms: number): void {
    const { host, startedAt } = this;
    if (ms < Infinity) host.deadlines.setAt(host.clock, startedAt, ms, this);
  }

  private fail(error: ToolError): void {
    this.endAttempt({ kind: 'failed', error });
  }

  private get isOver(): boolean {
    return this.phase === 'over';
  }

  /** The attempt has come to its end, and the call with it. */
  private endAttempt(ending: Ending): void {
    if (this.isOver) return;
    this.tearDown(ending.kind === 'failed' ? { reason: ending.error } : undefined, ending);
  }

  /** The call is ended from outside: the caller left, its deadline came, or it was refused. */
  protected override end(ending: Ending, stopped = left): void {
    if (this.ended) return;
    this.close();
    if (this.phase === 'new') this.tell(ending);
    else if (!this.isOver) this.tearDown(this.work?.finished ? undefined : stopped, ending);
    // Else the caller has left from inside the teardown, which tells of both ends.
  }

  private close(): void {
    this.ended = true;
    this.runtime?.callEnded();
  }

  /** Gives everything back and tells of the end, whatever the tool's own teardown throws. */
  private tearDown(stopped: Stopped | undefined, ending: Ending): void {
    const isFromOutside = this.ended;
    this.phase = 'over';
    this.runtime?.move('running', 'idle');
    this.clearDeadline();
    try {
      this.work?.stop();
      this.closedBy = stopped ?? 'itself';
      if (stopped) this.watching?.abort(stopped);
    } finally {
      if (this.ended && !isFromOutside) this.tellBoth(ending);
      else this.conclude(ending);
      this.followWork();
    }
  }

  private conclude(ending: Ending): void {
    if (!this.ended) this.close();
    this.tell(ending);
  }

  /** The attempt has ended, and the caller has left while it was being torn down. */
  private tellBoth(ending: Ending): void {
    if (ending.kind === 'failed') {
      const { durationMs, host } = this;
      this.publish('call.attemptFailed', () => ({ durationMs, error: host.showError(ending.error) }));
    }
    this.tell(this.asLeft);
  }

  /**
   * Tells of work that goes on after the end, and of its own end, when that comes. While `run` is being called there is
   * none yet: what follows is known when it returns.
   */
  private followWork(): void {
    const { work } = this;
    if (!work?.outstanding) return;
    this.publish('call.abandoned', () => ({}));
    const { host, tool, callId } = this;
    const abandonedAt = host.clock.now();
    work.onSettled((late) => {
      const lateMs = host.clock.now() - abandonedAt;
      const error = 'error' in late ? { error: new ToolFailed({ tool, callId, attempt: 1, cause: late.error }) } : {};
      this.publish('call.settledLate', () => ({ lateMs, ...error }));
    });
  }
}
