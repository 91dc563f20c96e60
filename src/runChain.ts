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
  tap,
} from 'rxjs';
import type { Context } from './context.js';
import { ChainFailed, type ToolError } from './error.js';
import type { Flow, Step } from './flow.js';
import type { Advanced } from './run.js';
import { callIdOf } from './runIds.js';
import { type FlowRun, runStep } from './runStep.js';

/**
 * Runs the steps of a chain: `concatMap`, each with what the context has by then. Emits the context after each step; a
 * chain without steps gives its input. Errors with ChainFailed, which holds the context so far.
 */
export function runChain(run: FlowRun, flow: Flow, advanced: Advanced): Observable<Context> {
  const { log, runId } = run;
  const last = flow.steps.length - 1;
  if (last < 0) return of(log.copy());

  // A step asks for the next when it is done, so that `concatMap` never holds more than one. The queue's hop lets one
  // step return before the next begins: without it steps that answer at once would nest, and overflow the stack.
  return defer(() => {
    const turns$ = new BehaviorSubject(0);
    return turns$.pipe(
      concatMap((index) => {
        const step = flow.steps[index] as Step;
        const { tool, outputKey } = step;
        const callId = callIdOf(runId, outputKey);
        return runStep(run, step).pipe(
          subscribeOn(queueScheduler),
          catchError((error: unknown) => {
            const cause = error as ToolError;
            const context = log.copy();
            throw new ChainFailed({ tool, callId, runId, flow: flow.name, step: outputKey, cause, context });
          }),
          map((outcome) => {
            if (outcome.kind === 'done') log.add(outputKey, outcome.output);
            else run.skipped.add(outputKey);
            advanced(outputKey, callId, outcome);
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
