import { Observable, type ObservableInput, type Observer } from 'rxjs';
import type { Clock } from '../operators/gates/Clock.js';
import type { CircuitPermit } from '../operators/gates/Circuit.js';
import { Expiring } from '../operators/gates/DeadlineList.js';
import type { Permit, Semaphore } from '../operators/gates/Semaphore.js';
import type { Waiting } from '../operators/gates/Waiting.js';
import { askedToWait } from '../operators/feedback.js';
import { isRejection } from '../operators/rejection.js';
import { AttemptContext, type ContextOwner } from './attemptContext.js';
import type { AttemptedCall, StoppableAttempt } from './AttemptedCall.js';
import type { Stopped } from './callState.js';
import { CircuitOpen, InvalidResult, RateLimitExceeded, ToolBusy, type ToolError, ToolFailed } from './error.js';
import type { ReadyCircuit, ReadyRateLimit } from './tool.js';
import type { CallPhase, ToolRuntime } from './toolRuntime.js';
import { type Work, workOf } from './work.js';

/**
 * The attempts of a call, one each time it is subscribed to: pass the circuit, wait for a slot, then for a rate permit,
 * then call `run` with the decoded arguments under `timeoutMs`, and check what it gives. Errors with a ToolError.
 * Whatever an attempt holds is given back before its end is forwarded, and those who wait are served right after.
 */
export function attemptOf(call: AttemptedCall, runtime: ToolRuntime, args: unknown): Observable<unknown> {
  return new Observable<unknown>((subscriber) => {
    if (subscriber.closed || call.ended) return;
    const number = call.beginAttempt();
    // Whoever heard of the failure before this attempt may have cancelled the call.
    if (subscriber.closed || call.ended) return;
    const attempt = new Attempt(number, call, runtime, args, subscriber);
    subscriber.add(() => {
      attempt.stop();
    });
    attempt.start();
  });
}

/** Makes the one attempt of a call around which there is nothing: the listener is told what {@link attemptOf} emits. */
export function startAttempt(
  call: AttemptedCall,
  runtime: ToolRuntime,
  args: unknown,
  listener: Observer<unknown>,
): void {
  new Attempt(call.beginAttempt(), call, runtime, args, listener).start();
}

/** How an attempt ends. */
type Ending =
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed'; readonly error: ToolError }
  /** By its call, or by an operator of the tool's that left; `notify` is told when what it held is free. */
  | { readonly kind: 'stopped'; readonly notify: (() => void) | undefined };

const completed: Ending = { kind: 'completed' };

class Attempt extends Expiring implements StoppableAttempt, Observer<unknown>, ContextOwner {
  private readonly beganAt: number;
  /** Why the tool was stopped, or that it has come to its own end. */
  closedBy: Stopped | 'itself' | undefined;
  /** What `run` was told, where it has asked for the signal. */
  watching: AttemptContext | undefined;

  /** Whether it waits or runs, as the call counts it. */
  private phase: CallPhase = 'idle';
  /** The circuit's permit, which hears of the outcome. */
  private circuitPermit: CircuitPermit | undefined;
  /** The place in the queue for a slot. */
  private slotWait: Waiting | undefined;
  /** The slot. */
  private slot: Permit | undefined;
  /** Under which key the rate limit counts it. */
  private rateKey = '';
  /** The place in the queue for a rate permit. */
  private rateWait: Waiting | undefined;
  /** What `run` gave. */
  private work: Work | undefined;
  /** True while `run` is being called, when nobody knows yet what it will give. */
  private calling = false;
  /** How many values it gave. */
  private values = 0;
  /** True from the end on, whatever it was. */
  private ended = false;
  /** Who is told of the end beside whoever brought it about: the call, where it ends while the attempt does. */
  private alsoNotify: (() => void) | undefined;
  /** True where the end came while `run` was being called. */
  private endedInRun = false;

  constructor(
    readonly number: number,
    readonly call: AttemptedCall,
    private readonly runtime: ToolRuntime,
    private readonly args: unknown,
    private readonly listener: Observer<unknown>,
  ) {
    super();
    this.beganAt = this.clock.now();
  }

  start(): void {
    this.call.attemptStarted(this);
    this.passCircuit();
  }

  /** The call has ended, or an operator of the tool's has left. */
  stop(notify?: () => void): void {
    if (this.ended) {
      this.alsoNotify ??= notify;
      return;
    }
    if (this.values > 0) this.circuitPermit?.succeeded();
    else this.circuitPermit?.ignored();
    this.end({ kind: 'stopped', notify });
  }

  /** The tool has given a value. */
  next(value: unknown): void {
    const { call, number, runtime } = this;
    call.waitsFor = ++this.values;
    this.holdBack(value);
    const { decodeOutput } = runtime;
    if (!decodeOutput) {
      this.listener.next(value);
      return;
    }
    const result = decodeOutput(value);
    if (result._tag === 'Right') {
      this.listener.next(result.right);
    } else {
      const { tool, callId } = call;
      this.fail(new InvalidResult({ tool, callId, attempt: number, faults: result.left }));
    }
  }

  /** It has failed. */
  error(cause: unknown): void {
    const { tool, callId } = this.call;
    this.fail(new ToolFailed({ tool, callId, attempt: this.number, cause }));
  }

  /** It has come to its end. */
  complete(): void {
    this.circuitPermit?.succeeded();
    this.end(completed);
  }

  /** Its time is over. */
  expire(): void {
    this.fail(this.call.timeoutError('timeoutMs', this.runtime.timeoutMs, this.number));
  }

  private get clock(): Clock {
    return this.call.host.clock;
  }

  private passCircuit(): void {
    const { circuit } = this.runtime;
    if (!circuit) {
      this.takeSlot();
      return;
    }
    const { tool, callId } = this.call;
    const answer = circuit.circuit.acquire(this.clock);
    if ('permit' in answer) {
      this.circuitPermit = answer.permit;
      this.takeSlot();
    } else {
      this.fail(new CircuitOpen({ tool, callId, reason: answer.refusal, retryAfterMs: answer.retryAfterMs }));
    }
  }

  private takeSlot(): void {
    const { semaphore } = this.runtime;
    if (semaphore) this.waitForSlot(semaphore);
    else this.takeRatePermit();
  }

  private waitForSlot(semaphore: Semaphore): void {
    const { call, number } = this;
    const { tool, callId } = call;
    this.slotWait = semaphore.acquire(this.clock, {
      granted: (permit) => {
        this.slotWait = undefined;
        this.slot = permit;
        this.takeRatePermit();
      },
      refused: (reason) => {
        this.fail(new ToolBusy({ tool, callId, reason, running: semaphore.permits, queued: semaphore.queued }));
      },
    });
    if (!this.slotWait) return;
    call.waitsFor = 'a free slot';
    this.enter('queued');
    call.publish('call.queued', () => ({ args: call.shownArguments, reason: 'concurrency' }), number);
  }

  private takeRatePermit(): void {
    const { rateLimit } = this.runtime;
    try {
      if (rateLimit) this.waitForRatePermit(rateLimit);
      else this.begin();
    } catch (error) {
      // The tool's own `key` and `cost` may throw, and a cost may be more than can ever be granted.
      this.error(error);
    }
  }

  private waitForRatePermit({ limiter, key, cost }: ReadyRateLimit): void {
    const { call, args, number } = this;
    const { tool, callId } = call;
    this.rateKey = key?.(args as never) ?? '';
    const wanted = {
      key: this.rateKey,
      cost: typeof cost === 'function' ? cost(args as never) : cost,
    };
    // The call may have been cancelled from inside those functions, and from inside `acquire`, which first lets start
    // whoever is due before it.
    if (this.ended) return;
    // Most need not wait, and are spared what waiting takes.
    if (limiter.tryAcquire(this.clock, wanted.key, wanted.cost)) {
      this.begin();
      return;
    }
    const rateWait = limiter.acquire(this.clock, {
      ...wanted,
      granted: () => {
        this.leaveRateQueue();
        if (!this.ended) this.begin();
      },
      refused: (reason, retryAfterMs) => {
        this.leaveRateQueue();
        this.fail(new RateLimitExceeded({ tool, callId, reason, retryAfterMs }));
      },
    });
    if (!rateWait) return;
    if (this.ended) {
      rateWait.cancel();
      return;
    }
    this.rateWait = rateWait;
    const availableAt = rateWait.availableAt ?? this.clock.now();
    this.runtime.limitReached(availableAt);
    call.waitsFor = 'a rate permit';
    this.enter('queued');
    const details = () => ({ args: call.shownArguments, reason: 'rateLimit', availableAt }) as const;
    call.publish('call.queued', details, number);
  }

  private leaveRateQueue(): void {
    if (!this.rateWait) return;
    this.rateWait = undefined;
    this.runtime.limitPassed();
  }

  private begin(): void {
    const { call, clock, number, runtime } = this;
    call.waitsFor = 'the first value';
    this.enter('running');
    const event = call.draft('call.started', number);
    if (event) {
      event.args = call.shownArguments;
      event.waitedMs = clock.now() - this.beganAt;
      call.host.bus.send(event);
    }
    // Whoever heard of the start may have cancelled the call.
    if (this.ended) return;
    const { timeoutMs } = runtime;
    if (timeoutMs < Infinity) call.host.deadlines.set(clock, timeoutMs, this);
    try {
      this.startWork(this.callRun());
    } catch (error) {
      this.error(error);
    }
    if (this.endedInRun) this.followWork();
  }

  private callRun(): ObservableInput<unknown> {
    this.calling = true;
    try {
      return this.runtime.tool.run(this.args as never, new AttemptContext(this));
    } finally {
      this.calling = false;
      this.endedInRun = this.ended;
    }
  }

  private startWork(given: ObservableInput<unknown>): void {
    const work = workOf(given, this);
    this.work = work;
    if (this.endedInRun) work.stop();
    work.start();
  }

  private enter(phase: CallPhase): void {
    this.call.moveAttempt(this.phase, phase);
    this.phase = phase;
  }

  private holdBack(errorOrValue: unknown): void {
    const { rateLimit } = this.runtime;
    if (!rateLimit || rateLimit.feedback === false) return;
    const ms = askedToWait(rateLimit.feedback, errorOrValue);
    if (ms !== undefined) rateLimit.limiter.holdBack(this.clock, ms, this.rateKey);
  }

  private tellCircuit(error: ToolError, { isFailure }: ReadyCircuit): void {
    if (isRejection(error) || !isFailure(error)) this.circuitPermit?.ignored();
    else this.circuitPermit?.failed();
  }

  private fail(error: ToolError): void {
    if (this.ended) return;
    if (this.runtime.circuit) this.tellCircuit(error, this.runtime.circuit);
    this.holdBack(error);
    this.end({ kind: 'failed', error });
  }

  /** Gives everything back and tells of the end. */
  private end(ending: Ending): void {
    if (this.ended) return;
    this.ended = true;
    this.enter('idle');
    this.slotWait?.cancel();
    const { rateWait } = this;
    this.leaveRateQueue();
    rateWait?.cancel();
    this.clearDeadline();
    const stopped = this.stoppedBy(ending);
    try {
      this.work?.stop();
      this.closedBy = stopped ?? 'itself';
      if (stopped) this.watching?.abort(stopped);
    } finally {
      // Whatever the tool's own teardown throws, the slot is given back.
      this.giveBackSlot(ending);
    }
  }

  /** Why the tool is stopped, where it has not come to its own end. */
  private stoppedBy(ending: Ending): Stopped | undefined {
    if (ending.kind === 'failed') return { reason: ending.error };
    return ending.kind === 'stopped' && !this.work?.finished ? this.call.stopped : undefined;
  }

  private giveBackSlot(ending: Ending): void {
    const { calling, slot, work } = this;
    const goesOn = calling || work?.outstanding === true;
    if (slot && !(goesOn && this.keepsSlot)) {
      slot.release(() => {
        this.tell(ending);
      });
    } else {
      this.tell(ending);
    }
    // While `run` is being called, what follows is known when it returns.
    if (!calling) this.followWork();
  }

  private tell(ending: Ending): void {
    this.call.attemptEnded(this);
    if (ending.kind === 'completed') this.listener.complete();
    else if (ending.kind === 'failed') this.tellFailure(ending.error);
    else ending.notify?.();
    this.alsoNotify?.();
  }

  private tellFailure(error: ToolError): void {
    const durationMs = this.clock.now() - this.beganAt;
    this.call.failAttempt({ attempt: this.number, error, durationMs }, () => {
      this.listener.error(error);
    });
  }

  /** Tells of work that goes on after the end. Where there is none, a slot that was kept for it is free. */
  private followWork(): void {
    const { call, number, slot, work } = this;
    if (!work?.outstanding) {
      slot?.release();
      return;
    }
    call.publish('call.abandoned', () => ({}), number);
    this.reportLateness(work, this.keepsSlot ? slot : undefined);
  }

  private get keepsSlot(): boolean {
    return this.runtime.tool.releaseOn === 'settle';
  }

  /** What goes on behind our back is heard of when it ends; a slot that it has kept is free then. */
  private reportLateness(work: Work, kept: Permit | undefined): void {
    const { call, clock, number } = this;
    const { tool, callId } = call;
    const abandonedAt = clock.now();
    work.onSettled((late) => {
      const lateMs = clock.now() - abandonedAt;
      const error =
        'error' in late ? { error: new ToolFailed({ tool, callId, attempt: number, cause: late.error }) } : {};
      const report = (): void => {
        call.publish('call.settledLate', () => ({ lateMs, ...error }), number);
      };
      if (kept) kept.release(report);
      else report();
    });
  }
}
