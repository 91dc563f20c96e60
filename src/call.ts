import { defer, Observable, type Subscriber } from 'rxjs';
import { type Upstream, upstreamOf } from '../operators/upstream.js';
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
    new Call(new CallState(host, request, runtime), request, subscriber).start(runtime);
  });
}

class Call {
  /** The last value. */
  private result: unknown;
  /** True while the caller is being given a value. */
  private giving = false;

  constructor(
    private readonly state: CallState,
    private readonly request: CallRequest,
    private readonly subscriber: Subscriber<unknown>,
  ) {}

  start(runtime: ToolRuntime | undefined): void {
    const { host, tool, callId } = this.state;
    if (!runtime) {
      this.fail(new ToolNotFound({ tool, callId, closest: host.closest(tool) }));
      return;
    }
    const args = runtime.decodeInput(this.request.arguments);
    if (args._tag === 'Left') this.fail(new InvalidArguments({ tool, callId, faults: args.left }));
    else this.run(runtime, args.right);
  }

  private run(runtime: ToolRuntime, args: unknown): void {
    const { state, subscriber } = this;
    const { host, tool, callId } = state;
    // Added before the upstream, whose teardown knows nothing of the event that comes before those who wait are served.
    subscriber.add(() => {
      this.leave();
    });
    const upstream = upstreamOf<unknown>(subscriber, {
      next: (value) => {
        this.give(value);
      },
      error: (error) => {
        this.fail(
          isOwn(error, callId) ? error : new ToolFailed({ tool, callId, attempt: state.attempt, cause: error }),
        );
      },
      complete: () => {
        this.succeed(() => {
          subscriber.complete();
        });
      },
    });
    const deadlineMs = Math.min(runtime.deadlineMs, this.request.deadlineMs ?? Infinity);
    state.deadline = host.deadlines.add(host.clock, deadlineMs, () => {
      this.expire(deadlineMs, upstream);
    });
    upstream.start(defer(() => pipelineOf(state, runtime, args, this.request, (request) => callOf(host, request))));
  }

  private give(value: unknown): void {
    const { state, subscriber, giving } = this;
    // A value after a failure says that an operator of the tool has caught that.
    state.reportAttemptFailure();
    if (state.ended) return;
    this.result = value;
    const index = state.values++;
    state.publish('call.emitted', () => {
      const { shown, ...exactness } = this.show(value);
      return { index, value: shown, ...exactness };
    });
    this.giving = true;
    subscriber.next(value);
    this.giving = giving;
  }

  private expire(ms: number, upstream: Upstream<unknown>): void {
    const { tool, callId, attempt, outstanding } = this.state;
    const error = new ToolTimeout({ tool, callId, attempt, limit: 'deadlineMs', ms, outstanding });
    this.state.stopped = { reason: error };
    this.fail(error, () => {
      upstream.stop();
    });
  }

  private leave(): void {
    if (this.giving) {
      this.succeed();
    } else {
      this.end(() => {
        this.state.publish('call.cancelled', () => this.summary());
      });
    }
  }

  private succeed(tell?: () => void): void {
    this.end(() => {
      const fellBack = this.fellBack();
      if (!fellBack) this.state.succeeded();
      this.state.publish('call.succeeded', () => {
        const { shown, ...exactness } = this.show(this.result);
        return { ...this.summary(), result: shown, ...exactness, ...fellBack };
      });
      tell?.();
    });
  }

  /** What is to be said of a success that was not the tool's own; the tool has failed, or was not asked. */
  private fellBack(): { readonly fellBack: true; readonly error: ToolError } | undefined {
    const { state } = this;
    if (!state.fellBackFrom) return undefined;
    const error = state.host.showError(state.fellBackFrom);
    if (endOf(error) !== 'call.rejected') state.failed(error);
    return { fellBack: true, error };
  }

  private fail(error: ToolError, tearDown?: () => void): void {
    this.end(() => {
      const type = endOf(error);
      const shown = this.state.host.showError(error);
      if (type !== 'call.rejected') this.state.failed(shown);
      this.state.publish(type, () => ({ ...this.summary(), error: shown }));
      try {
        tearDown?.();
      } finally {
        this.subscriber.error(error);
      }
    }, error);
  }

  /** @param tell - Tells of the end: the events first, then the caller. */
  private end(tell: () => void, error?: ToolError): void {
    if (!this.state.ended) this.state.end(tell, error);
  }

  private summary() {
    const { shownArguments, values, durationMs } = this.state;
    return { args: shownArguments, values, durationMs };
  }

  private show(value: unknown) {
    const { host, tool } = this.state;
    return host.showExactly(value, { tool, part: 'value' });
  }
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
