import { catchError, defer, type MonoTypeOperatorFunction, Observable, type ObservableInput, of } from 'rxjs';
import { withFallback } from '../operators/withFallback.js';
import { type RetryScheduled, retryWith } from '../operators/withRetry.js';
import { approved } from './approval.js';
import { attemptOf } from './attempt.js';
import type { CallRequest } from './callHost.js';
import type { AttemptedCall } from './AttemptedCall.js';
import { isApprovalDenied, isToolError, type ToolError, ToolFailed } from './error.js';
import { lastingListener } from './lastingListener.js';
import type { ToolRuntime } from './toolRuntime.js';

/**
 * What a call does, once its arguments are decoded, from the outside in:
 *
 * fallback (approval → cache → retry (hedge (the tool's operators (circuit → slot → rate permit → timeout → `run`))))
 */
export function pipelineOf(
  call: AttemptedCall,
  runtime: ToolRuntime,
  args: unknown,
  request: CallRequest,
): Observable<unknown> {
  const made$ =
    runtime.cache && !request.uncached ? cached(call, runtime, args, request) : attempts(call, runtime, args);
  const approve = request.uncached ? undefined : (runtime.tool.approve ?? call.host.approve);
  const allowed$ = approve ? approved(approve, call.host.approvals, call, runtime.tool, args, made$) : made$;
  return runtime.tool.fallback && !request.uncached ? fallenBack(call, runtime, args, allowed$) : allowed$;
}

function attempts(call: AttemptedCall, runtime: ToolRuntime, args: unknown): Observable<unknown> {
  const { hedge, retry, tool } = runtime;
  const { operators = [] } = tool;
  let attempt$ = operators.reduce((source$, operator) => operator(source$), attemptOf(call, runtime, args));
  if (hedge) attempt$ = hedge(attempt$);
  if (retry) {
    const onRetry = ({ delayMs }: RetryScheduled): void => {
      call.scheduleRetry(delayMs);
    };
    attempt$ = retryWith<unknown>(retry, onRetry)(attempt$);
  }
  return attempt$.pipe(owned(call));
}

/**
 * The work is a call of its own, which those who ask for the same share: it goes on while any of them listens. Each of
 * them sees its failure as its own.
 */
function cached(call: AttemptedCall, runtime: ToolRuntime, args: unknown, request: CallRequest): Observable<unknown> {
  const { cache, tool } = runtime;
  if (!cache) return attempts(call, runtime, args);
  const shared$ = defer(() => {
    const { arguments: given, runId, step, deadlineMs, recorded, nesting } = request;
    const ofRun = { runId, step, parentId: call.callId, recorded, nesting };
    return call.host.callOf({ tool: tool.name, arguments: given, deadlineMs, uncached: true, ...ofRun });
  });
  return new Observable<unknown>((subscriber) => {
    const { clock } = call.host;
    const key = [tool.name, cache.key(args as never)];
    cache.results.listen(clock, key, shared$, lastingListener(clock, subscriber));
  }).pipe(
    catchError((error: unknown) => {
      throw isToolError(error) && 'callId' in error ? error.forCall(call.callId) : error;
    }),
  );
}

/** The fallback is begun with everything given back that the call held; another tool's call is one of its own. */
function fallenBack(
  call: AttemptedCall,
  { tool }: ToolRuntime,
  args: unknown,
  source$: Observable<unknown>,
): Observable<unknown> {
  const { fallback } = tool;
  if (!fallback) return source$;
  const { when = (error: ToolError) => !isApprovalDenied(error) } = fallback;
  const otherwise = (error: ToolError): ObservableInput<unknown> => {
    call.reportAttemptFailure();
    call.fellBackFrom = error;
    if ('value' in fallback) return of(fallback.value);
    if ('use' in fallback) return fallback.use(error, args as never);
    const given = fallback.arguments ? fallback.arguments(args as never, error) : args;
    return call.host.callOf({ tool: fallback.tool, arguments: given, runId: call.runId, parentId: call.callId });
  };
  return source$.pipe(
    withFallback((error) => otherwise(error as ToolError), { when: (error) => when(error as ToolError) }),
  );
}

/** Every error that leaves the attempts is a ToolError: also one that an operator of the tool's own has thrown. */
function owned(call: AttemptedCall): MonoTypeOperatorFunction<unknown> {
  const { tool, callId } = call;
  return catchError((cause: unknown) => {
    throw isToolError(cause) && 'callId' in cause && cause.callId === callId
      ? cause
      : new ToolFailed({ tool, callId, attempt: call.attempt, cause });
  });
}
