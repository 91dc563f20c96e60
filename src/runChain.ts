import { isLeft, isRight, right } from 'fp-ts/Either';
import {
  BehaviorSubject,
  catchError,
  concatMap,
  defer,
  map,
  type Observable,
  of,
  queueScheduler,
  subscribeOn,
  takeLast,
  tap,
  throwIfEmpty,
} from 'rxjs';
import { callOf } from './call.js';
import type { CallHost } from './callHost.js';
import { type Context, ContextLog } from './context.js';
import { ChainFailed, InvalidFlow, isToolError, ToolFailed, UnresolvedReference } from './error.js';
import { isChain } from './chain.js';
import { shorten } from './fault.js';
import { decodeFlow, faultsOfFlow, type Flow, type Step } from './flow.js';
import { DeadEnd, isPlainObject, resolve } from './resolve.js';
import { withRunEvents } from './run.js';

/** Without a value there is nothing to keep under a step's key. */
export const emptyResult = 'completed without a value';

/**
 * Runs a chain: `concatMap` over its steps, each with what the context has by then. Emits the context after each step;
 * a chain without steps gives its input. The flow is checked first, and nothing runs where it has a fault.
 *
 * Errors with InvalidFlow, or with ChainFailed, which holds the context so far.
 *
 * @param flow - A flow, or anything that `decodeFlow` is to read first.
 */
export function runChain(host: CallHost, flow: unknown, input: unknown, parentId?: string): Observable<Context> {
  return defer(() => {
    const decoded = isChain(flow) ? right(flow) : decodeFlow(flow);
    const { name, steps } = isRight(decoded) ? decoded.right : { name: decoded.left.flow, steps: [] };
    const run = { runId: host.nextRunId(), kind: 'chain', name, parentId } as const;
    return withRunEvents(host, { ...run, steps: steps.map(({ outputKey }) => outputKey) }, (advanced) => {
      if (isLeft(decoded)) throw decoded.left;
      const chain = decoded.right;
      const faults = isPlainObject(input)
        ? faultsOfFlow(chain, Object.keys(input), (tool) => host.find(tool) !== undefined, host.closest)
        : [{ path: 'input', message: `expected a plain object, got ${shorten(input)}` }];
      if (faults.length > 0) throw new InvalidFlow({ flow: name, faults });
      return contextsOf(host, chain, new ContextLog(input as object), run.runId, advanced);
    });
  });
}

function contextsOf(
  host: CallHost,
  flow: Flow,
  log: ContextLog,
  runId: string,
  advanced: (step: string, callId: string) => void,
): Observable<Context> {
  const last = flow.steps.length - 1;
  if (last < 0) return of(log.copy());

  // A step asks for the next when it is done, so that `concatMap` never holds more than one. The queue's hop lets one
  // step return before the next begins: without it steps that answer at once would nest, and overflow the stack.
  return defer(() => {
    const turns$ = new BehaviorSubject(0);
    return turns$.pipe(
      concatMap((index) => {
        const step = flow.steps[index] as Step;
        const callId = `${runId}.${step.outputKey}`;
        return resultOf(host, step, log, runId, callId).pipe(
          subscribeOn(queueScheduler),
          catchError((error: unknown) => {
            const { tool, outputKey } = step;
            const cause = isToolError(error) ? error : new ToolFailed({ tool, callId, attempt: 0, cause: error });
            throw new ChainFailed({
              tool,
              callId,
              runId,
              flow: flow.name,
              step: outputKey,
              cause,
              context: log.copy(),
            });
          }),
          map((result) => {
            log.add(step.outputKey, result);
            advanced(step.outputKey, callId);
            return index === last ? log.copy() : log.current();
          }),
          tap({
            complete: () => {
              if (index === last) turns$.complete();
              else turns$.next(index + 1);
            },
          }),
        );
      }),
    );
  });
}

/** The last value of the step's call. */
function resultOf(host: CallHost, step: Step, log: ContextLog, runId: string, callId: string): Observable<unknown> {
  const { tool, outputKey } = step;
  return defer(() => {
    const args = resolvedArguments(step, log, callId);
    return callOf(host, { tool, arguments: args, callId, runId, step: outputKey });
  }).pipe(
    takeLast(1),
    throwIfEmpty(() => new ToolFailed({ tool, callId, attempt: 1, cause: new Error(emptyResult) })),
  );
}

function resolvedArguments({ tool, arguments: args, outputKey }: Step, log: ContextLog, callId: string): unknown {
  try {
    return resolve(args, log.current());
  } catch (error) {
    if (!(error instanceof DeadEnd)) throw error;
    const { reference, nearest, found } = error;
    throw new UnresolvedReference({ tool, callId, step: outputKey, reference, nearest, found });
  }
}
