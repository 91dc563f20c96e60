import { defer, Observable, type Observer, type Subscriber, type Unsubscribable } from 'rxjs';
import { type Upstream, upstreamOf } from '../operators/upstream.js';
import { startAttempt } from './attempt.js';
import type { CallHost, CallRequest } from './callHost.js';
import { CallState } from './callState.js';
import { InvalidArguments, isToolError, type ToolError, ToolFailed, ToolNotFound, ToolTimeout } from './error.js';
import { pipelineOf } from './pipeline.js';
import type { ToolRuntime } from './toolRuntime.js';

/**
 * A call: cold, so that each subscription runs the tool once, by its name at that time. Emits what the tool gives and
 * errors with a ToolError. Whatever happens, it ends in exactly one terminal event, which is published before the
 * caller is told. A caller that leaves while it is being given a value (`first`, `take`, `firstValueFrom`) has what it
 * wanted: the call has succeeded. One that leaves at any other time has cancelled it.
 *
 * decode the arguments → deadline of the call (the tool's pipeline)
 */
export function callOf(host: CallHost, request: CallRequest): Observable<unknown> {
  return new Observable<unknown>((subscriber) => {
    // Whoever has left before the beginning (`forkJoin` goes on subscribing after a failure) makes no call.
    if (subscriber.closed) return;
    const runtime = host.find(request.tool);
    new Call(host, request, runtime, subscriber).start();
  });
}

/** How a call ends. */
type Ending =
  | { readonly kind: 'succeeded'; readonly isTold: boolean }
  | { readonly kind: 'cancelled' }
  /** `stopsPipeline`: what the tool's operators make of the attempts does not end by itself. */
  | { readonly kind: 'failed'; readonly error: ToolError; readonly stopsPipeline: boolean };

const succeeded: Ending = { kind: 'succeeded', isTold: false };
const completed: Ending = { kind: 'succeeded', isTold: true };
const cancelled: Ending = { kind: 'cancelled' };

/**
 * The call itself is what observes its one attempt, if that is all there is to it, or else what its tool's operators
 * make of the attempts; and what its caller's subscription tears down.
 */
class Call extends CallState implements Observer<unknown>, Unsubscribable {
  /** The last value. */
  private result: unknown;
  /** True while the caller is being given a value. */
  private giving = false;
  /** The subscription to the pipeline, where there is one beside the attempt. */
  private upstream: Upstream<unknown> | undefined;

  constructor(
    host: CallHost,
    request: CallRequest,
    runtime: ToolRuntime | undefined,
    private readonly subscriber: Subscriber<unknown>,
  ) {
    super(host, request, runtime);
  }

  start(): void {
    const { host, runtime, tool, request } = this;
    if (!runtime) {
      this.fail(new ToolNotFound({ tool, callId: this.callId, closest: host.closest(tool) }));
      return;
    }
    const args = runtime.decodeInput(request.arguments);
    if (args._tag === 'Left') this.fail(new InvalidArguments({ tool, callId: this.callId, faults: args.left }));
    else this.run(runtime, args.right);
  }

  private run(runtime: ToolRuntime, args: unknown): void {
    const { host, request, subscriber } = this;
    // Added before the upstream, whose teardown knows nothing of the event that comes before those who wait are served.
    subscriber.add(this);
    const { deadlineMs } = this;
    if (deadlineMs < Infinity) this.deadline = host.deadlines.set(host.clock, deadlineMs, this);
    if (runtime.isPlain && !host.approve) {
      startAttempt(this, runtime, args, this);
    } else {
      this.upstream = upstreamOf<unknown>(subscriber, this);
      this.upstream.start(defer(() => pipelineOf(this, runtime, args, request, (made) => callOf(host, made))));
    }
  }

  next(value: unknown): void {
    // A value after a failure says that an operator of the tool has caught that.
    this.reportAttemptFailure();
    if (this.ended) return;
    const { giving } = this;
    this.result = value;
    this.values++;
    this.publish('call.emitted', detailsOfValue, this);
    this.giving = true;
    this.subscriber.next(value);
    this.giving = giving;
  }

  error(error: unknown): void {
    const { tool, callId, attempt } = this;
    this.fail(isOwn(error, callId) ? error : new ToolFailed({ tool, callId, attempt, cause: error }));
  }

  complete(): void {
    this.end(completed);
  }

  /** The caller has left, or has been told of the end. */
  unsubscribe(): void {
    this.end(this.giving ? succeeded : cancelled);
  }

  /** Its deadline has come. */
  expire(): void {
    const { tool, callId, attempt, outstanding, deadlineMs } = this;
    const error = new ToolTimeout({ tool, callId, attempt, limit: 'deadlineMs', ms: deadlineMs, outstanding });
    this.stopped = { reason: error };
    this.end({ kind: 'failed', error, stopsPipeline: true });
  }

  private get deadlineMs(): number {
    return Math.min(this.runtime?.deadlineMs ?? Infinity, this.request.deadlineMs ?? Infinity);
  }

  private fail(error: ToolError): void {
    this.end({ kind: 'failed', error, stopsPipeline: false });
  }

  private end(ending: Ending): void {
    if (this.ended) return;
    const attempts = this.close(ending.kind === 'failed' ? ending.error : undefined);
    if (!attempts) {
      this.tell(ending);
      return;
    }
    try {
      // The latest first: it may be waiting for what one before it holds.
      for (let index = attempts.length - 1; index > 0; index--) attempts[index]?.stop();
    } finally {
      attempts[0]?.stop(() => {
        this.tell(ending);
      });
    }
  }

  /** Tells of the end, when what the call held is free: the events first, then the caller. */
  private tell(ending: Ending): void {
    switch (ending.kind) {
      case 'succeeded':
        this.tellSuccess();
        if (ending.isTold) this.subscriber.complete();
        return;
      case 'cancelled':
        this.publish('call.cancelled', summaryOf, this);
        return;
      case 'failed':
        this.tellFailure(ending.error, ending.stopsPipeline);
    }
  }

  private tellSuccess(): void {
    const { fellBackFrom } = this;
    if (!fellBackFrom) {
      this.succeeded();
      this.publish('call.succeeded', detailsOfSuccess, this);
      return;
    }
    // A success that is not the tool's own; the tool has failed, or was not asked.
    const error = this.host.showError(fellBackFrom);
    if (endOf(error) !== 'call.rejected') this.failed(error);
    this.publish('call.succeeded', () => ({ ...detailsOfSuccess(this), fellBack: true, error }));
  }

  private tellFailure(error: ToolError, stopsPipeline: boolean): void {
    const type = endOf(error);
    const shown = this.host.showError(error);
    if (type !== 'call.rejected') this.failed(shown);
    this.publish(type, () => ({ ...summaryOf(this), error: shown }));
    try {
      if (stopsPipeline) this.upstream?.stop();
    } finally {
      this.subscriber.error(error);
    }
  }

  /** The last value as events show it. */
  get shownResult() {
    return this.host.showExactly(this.result, { tool: this.tool, part: 'value' });
  }
}

function detailsOfValue({ values, shownResult: { shown, ...exactness } }: Call) {
  return { index: values - 1, value: shown, ...exactness };
}

function detailsOfSuccess(call: Call) {
  const { shown, ...exactness } = call.shownResult;
  return { ...summaryOf(call), result: shown, ...exactness };
}

function summaryOf({ shownArguments, values, durationMs }: Call) {
  return { args: shownArguments, values, durationMs };
}

function endOf(error: ToolError): 'call.failed' | 'call.timedOut' | 'call.rejected' {
  switch (error._tag) {
    case 'ToolTimeout':
      return 'call.timedOut';
    case 'ToolNotFound':
    case 'InvalidArguments':
    case 'RateLimitExceeded':
    case 'ToolBusy':
    case 'CircuitOpen':
    case 'ApprovalDenied':
      return 'call.rejected';
    default:
      return 'call.failed';
  }
}

/** True for an error that an attempt of this call made; any other comes from an operator or from a call inside `run`. */
function isOwn(error: unknown, callId: string): error is ToolError {
  return isToolError(error) && 'callId' in error && error.callId === callId;
}
