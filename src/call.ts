import { defer, Observable } from 'rxjs';
import { upstreamOf } from '../operators/upstream.js';
import { attemptOf } from './attempt.js';
import type { CallHost, CallRequest } from './callHost.js';
import { CallState } from './callState.js';
import { decode } from './decode.js';
import { InvalidArguments, isToolError, type ToolError, ToolFailed, ToolNotFound, ToolTimeout } from './error.js';

/**
 * A call: cold, so that each subscription runs the tool once, by its name at that time. Emits what the tool gives and
 * errors with a ToolError. Whatever happens, it ends in exactly one terminal event, which is published before the
 * caller is told. A caller that leaves while it is being given a value (`first`, `take`, `firstValueFrom`) has what it
 * wanted: the call has succeeded. One that leaves at any other time has cancelled it.
 *
 * decode the arguments → deadline of the call (operators of the tool (slot → rate permit → timeout → `run` → decode))
 */
export function callOf(host: CallHost, request: CallRequest): Observable<unknown> {
  return new Observable<unknown>((subscriber) => {
    const runtime = host.find(request.tool);
    const call = new CallState(host, request, runtime);
    const { tool, callId } = call;

    /** The last value. */
    let result: unknown;
    /** True while the caller is being given a value. */
    let giving = false;
    /** True once the terminal event has been published. */
    let ended = false;

    const end = (publish: () => void): void => {
      if (ended) return;
      ended = true;
      call.end();
      publish();
    };
    const summary = () => ({ args: call.shownArguments, values: call.values, durationMs: call.durationMs });
    const fail = (error: ToolError, tearDown?: () => void): void => {
      end(() => {
        const type = endOf(error);
        const shown = host.showError(error);
        if (runtime && type !== 'call.rejected') runtime.lastError = shown;
        call.publish(type, () => ({ ...summary(), error: shown }));
      });
      try {
        tearDown?.();
      } finally {
        subscriber.error(error);
      }
    };

    if (!runtime) {
      fail(new ToolNotFound({ tool, callId, closest: host.closest(tool) }));
      return;
    }
    const args = decode(runtime.tool.input, request.arguments);
    if (args._tag === 'Left') {
      fail(new InvalidArguments({ tool, callId, faults: args.left }));
      return;
    }

    const succeed = (): void => {
      end(() => {
        runtime.lastError = undefined;
        call.publish('call.succeeded', () => ({ ...summary(), result: host.show(result, { tool, part: 'value' }) }));
      });
    };
    const leave = (): void => {
      if (giving) succeed();
      else
        end(() => {
          call.publish('call.cancelled', summary);
        });
    };
    // Added before the upstream: the event comes first, then what the call held is freed for those who wait.
    subscriber.add(leave);
    const upstream = upstreamOf<unknown>(subscriber, {
      next: (value) => {
        result = value;
        const index = call.values++;
        call.publish('call.emitted', () => ({ index, value: host.show(value, { tool, part: 'value' }) }));
        giving = true;
        subscriber.next(value);
        giving = false;
      },
      error: (error) => {
        fail(isOwn(error, callId) ? error : new ToolFailed({ tool, callId, attempt: call.attempt, cause: error }));
      },
      complete: () => {
        succeed();
        subscriber.complete();
      },
    });
    const { deadlineMs } = runtime;
    call.deadline = host.deadlines.add(host.clock, deadlineMs, () => {
      const { attempt, outstanding } = call;
      const error = new ToolTimeout({ tool, callId, attempt, limit: 'deadlineMs', ms: deadlineMs, outstanding });
      call.stopped = { reason: error };
      fail(error, () => {
        upstream.stop();
      });
    });

    const attempts$ = attemptOf(call, runtime, args.right);
    const { operators = [] } = runtime.tool;
    upstream.start(defer(() => operators.reduce((source, operator) => operator(source), attempts$)));
  });
}

function endOf(error: ToolError): 'call.failed' | 'call.timedOut' | 'call.rejected' {
  switch (error._tag) {
    case 'ToolTimeout':
      return 'call.timedOut';
    case 'ToolNotFound':
    case 'InvalidArguments':
    case 'RateLimitExceeded':
    case 'ToolBusy':
      return 'call.rejected';
    default:
      return 'call.failed';
  }
}

/** True for an error that an attempt of this call made; any other comes from an operator or from a call inside `run`. */
function isOwn(error: unknown, callId: string): error is ToolError {
  return isToolError(error) && 'callId' in error && error.callId === callId;
}
