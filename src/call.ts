import { defer, type Observer, type Subscriber } from 'rxjs';
import { subscriberOf, type Upstream, upstreamOf } from '../operators/upstream.js';
import { startAttempt } from './attempt.js';
import { AttemptedCall } from './AttemptedCall.js';
import { type Caller, completed, type Ending } from './callAnswer.js';
import type { CallHost, CallRequest } from './callHost.js';
import { InvalidArguments, isToolError, ToolFailed, ToolNotFound } from './error.js';
import { leaveAll } from './leaveAll.js';
import { pipelineOf } from './pipeline.js';
import { PlainCall } from './PlainCall.js';
import type { ToolRuntime } from './toolRuntime.js';

/**
 * Begins a call: its tool is the one of that name now. Emits what the tool gives and errors with a ToolError. Whatever
 * happens, it ends in exactly one terminal event, which is published before the caller is told. A caller that leaves
 * while it is being given a value (`first`, `take`, `firstValueFrom`) has what it wanted: the call has succeeded. One
 * that leaves at any other time has cancelled it.
 *
 * decode the arguments → deadline of the call (the tool's pipeline)
 */
export function beginCall(host: CallHost, request: CallRequest, subscriber: Subscriber<unknown>): void {
  const { tool } = request;
  const runtime = host.find(tool);
  if (isPlain(host, runtime)) {
    beginWith(new PlainCall(host, request, runtime, subscriber), runtime, request);
    return;
  }
  const call = new Call(host, request, runtime, subscriber);
  if (runtime) beginWith(call, runtime, request);
  else call.refuse(new ToolNotFound({ tool, callId: call.callId, closest: host.closest(tool) }));
}

/** The same call, made at once, for a caller that is no Subscriber: many calls at once cost less by that. */
export function makeCall(host: CallHost, request: CallRequest, caller: Caller): void {
  const runtime = host.find(request.tool);
  if (!isPlain(host, runtime)) {
    const subscriber = subscriberOf(caller);
    caller.add(subscriber);
    host.callOf(request).subscribe(subscriber);
    return;
  }
  try {
    beginWith(new PlainCall(host, request, runtime, caller), runtime, request);
  } catch (error) {
    caller.error(error);
  }
}

function isPlain(host: CallHost, runtime: ToolRuntime | undefined): runtime is ToolRuntime {
  return runtime?.shape === 'plain' && !host.approve;
}

function beginWith(call: PlainCall | Call, runtime: ToolRuntime, { tool, arguments: args }: CallRequest): void {
  if (runtime.acceptsInput(args)) {
    call.run(runtime, args);
    return;
  }
  const decoded = runtime.decodeInput(args);
  if (decoded._tag === 'Right') call.run(runtime, decoded.right);
  else call.refuse(new InvalidArguments({ tool, callId: call.callId, faults: decoded.left }));
}

/**
 * A call with gates or remedies: it observes its one attempt, if that is all there is to it, or else what its tool's
 * remedies and operators make of the attempts.
 */
class Call extends AttemptedCall implements Observer<unknown> {
  /** The subscription to the pipeline, where there is one beside the attempt. */
  private upstream: Upstream<unknown> | undefined;

  constructor(
    host: CallHost,
    request: CallRequest,
    runtime: ToolRuntime | undefined,
    private readonly subscriber: Subscriber<unknown>,
  ) {
    super(host, request, runtime, subscriber);
  }

  run(runtime: ToolRuntime, args: unknown): void {
    const { host, request, subscriber, deadlineMs } = this;
    // Added before the upstream, whose teardown knows nothing of the event that comes before those who wait are served.
    subscriber.add(this);
    if (deadlineMs < Infinity) host.deadlines.set(host.clock, deadlineMs, this);
    if (runtime.shape !== 'pipeline' && !host.approve) {
      startAttempt(this, runtime, args, this);
    } else {
      this.upstream = upstreamOf<unknown>(subscriber, this);
      this.upstream.start(defer(() => pipelineOf(this, runtime, args, request)));
    }
  }

  next(value: unknown): void {
    // A value after a failure says that an operator of the tool has caught that.
    this.reportAttemptFailure();
    if (!this.ended) this.give(value);
  }

  error(error: unknown): void {
    const { tool, callId, attempt } = this;
    const isOwn = isToolError(error) && 'callId' in error && error.callId === callId;
    // Any other comes from an operator, or from a call inside `run`.
    this.end({ kind: 'failed', error: isOwn ? error : new ToolFailed({ tool, callId, attempt, cause: error }) });
  }

  complete(): void {
    this.end(completed);
  }

  /** Its deadline has come. */
  expire(): void {
    const error = this.timeoutError('deadlineMs', this.deadlineMs);
    this.stopped = { reason: error };
    this.end({ kind: 'failed', error }, () => this.upstream?.stop());
  }

  /** @param before - What is done before the caller is told. */
  protected override end(ending: Ending, before?: () => void): void {
    if (this.ended) return;
    const attempts = this.close(ending.kind === 'failed' ? ending.error : undefined);
    if (!attempts) {
      this.tell(ending, before);
      return;
    }
    try {
      leaveAll(
        attempts.slice(1).map((attempt) => () => {
          attempt.stop();
        }),
      );
    } finally {
      attempts[0]?.stop(() => {
        this.tell(ending, before);
      });
    }
  }
}
