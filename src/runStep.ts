import {
  catchError,
  defer,
  map,
  type MonoTypeOperatorFunction,
  Observable,
  of,
  type OperatorFunction,
  takeLast,
  throwIfEmpty,
  toArray,
} from 'rxjs';
import { upstreamOf } from '../operators/upstream.js';
import { callOf } from './call.js';
import type { CallHost } from './callHost.js';
import { holds, Incomparable } from './condition.js';
import type { ContextLog } from './context.js';
import {
  InvalidArguments,
  isNotResumable,
  isToolError,
  NotResumable,
  type ToolError,
  ToolFailed,
  UnresolvedReference,
} from './error.js';
import { shorten } from './fault.js';
import type { Step } from './flow.js';
import { inOrder } from './inOrder.js';
import { lost, type RecordedCalls } from './recordedCalls.js';
import { DeadEnd, ownData, resolve } from './resolve.js';
import { callIdOf } from './runIds.js';
import { within } from './scope.js';
import { needsOf } from './stepNeeds.js';
import type { AnyTool } from './tool.js';

/** Without a value there is nothing to keep under a step's key. */
export const emptyResult = 'completed without a value';

/** A run of a flow, as its steps see it. */
export interface FlowRun {
  readonly host: CallHost;
  readonly runId: string;
  /** The input, and what has been gathered so far. */
  readonly log: ContextLog;
  /** The keys of the steps that were skipped, and with nothing in their place. */
  readonly skipped: Set<string>;
  /** The calls of an earlier run of this id: what is done is not done again. */
  readonly recorded: RecordedCalls | undefined;
  /** How many runs this one is inside of. */
  readonly nesting: number;
}

/** What came of a step that has not failed. */
export type Outcome =
  /** `fellBack`: it is the step's fallback. `resumed`: an earlier run has done it. */
  | { readonly kind: 'done'; readonly output: unknown; readonly fellBack?: true; readonly resumed?: true }
  | { readonly kind: 'skipped' };

/** Runs a step: emits what came of it, once, or errors with a ToolError. */
export function runStep(run: FlowRun, step: Step): Observable<Outcome> {
  const { fallback } = step;
  return defer((): Observable<Outcome> => {
    const missing = needsOf(step).values.find((key) => run.skipped.has(key));
    if (missing !== undefined) return skipped(run, step, { reason: 'dependency', dependency: missing });
    if (step.when !== undefined && !holds(step.when, run.log)) return skipped(run, step, { reason: 'condition' });
    if (run.recorded?.fellBack(run.runId, step.outputKey) === true) return of(fallbackOf(run, step, true));
    return step.each === undefined ? single(run, step) : forEach(run, step);
  }).pipe(
    catchError((error: unknown) => {
      if (fallback === undefined || isNotResumable(error)) throw error;
      return of(fallbackOf(run, step));
    }),
    catchError((error: unknown) => {
      throw asToolError(run, step, error);
    }),
  );
}

/** Why a step is not run. */
type Skipped =
  | { readonly reason: 'condition' }
  /** `error`: what the step that it needs has failed with. */
  | { readonly reason: 'dependency'; readonly dependency: string; readonly error?: ToolError };

/** Tells of a step that is not run. */
export function publishSkipped({ host, runId }: FlowRun, step: Step, why: Skipped): void {
  const { tool, outputKey } = step;
  host.bus.publish(tool, () => ({
    type: 'call.skipped',
    tool,
    callId: callIdOf(runId, outputKey),
    attempt: 0,
    runId,
    step: outputKey,
    args: host.show(step.arguments, { tool, part: 'arguments' }),
    values: 0,
    durationMs: 0,
    ...why,
    ...(why.reason === 'dependency' && why.error ? { error: host.showError(why.error) } : {}),
  }));
}

function skipped(run: FlowRun, step: Step, why: Skipped): Observable<Outcome> {
  publishSkipped(run, step, why);
  return of(step.fallback === undefined ? { kind: 'skipped' } : fallbackOf(run, step));
}

function fallbackOf({ log }: FlowRun, { fallback }: Step, resumed = false): Outcome {
  return { kind: 'done', output: resolve(fallback, log), fellBack: true, ...(resumed ? { resumed } : {}) };
}

function single(run: FlowRun, step: Step): Observable<Outcome> {
  const callId = callIdOf(run.runId, step.outputKey);
  const known = run.recorded?.resultOf(callId, step.take);
  if (known) return of({ kind: 'done', output: known.take(step.take, toolOf(run, step)), resumed: true });
  const args = resolve(step.arguments, run.log);
  return called(run, step, callId, args, deadlineOf(run, step)).pipe(map((output) => ({ kind: 'done', output })));
}

/** One call for each element. */
function forEach(run: FlowRun, step: Step): Observable<Outcome> {
  const elements = resolve(step.each, run.log);
  if (!Array.isArray(elements)) throw new Incomparable('each', 'an array', shorten(elements));
  const deadline = deadlineOf(run, step);
  /** True where an earlier run has done the step, so that nothing of it may be missing. */
  const isDone = run.recorded?.isDone(run.runId, step.outputKey) === true;
  /** False once a call has been made. */
  let resumed = isDone || (run.recorded !== undefined && elements.length > 0);
  return inOrder(elements.length, step.concurrency ?? Infinity, (index) =>
    defer(() => {
      const callId = callIdOf(run.runId, step.outputKey, index);
      const known = run.recorded?.resultOf(callId, step.take);
      if (known) return of(known.take(step.take, toolOf(run, step)));
      if (isDone) throw lossOfElement(step, index);
      resumed = false;
      const args = resolve(step.arguments, within(run.log, { item: ownData(elements, index), index }));
      return called(run, step, callId, args, deadline);
    }),
  ).pipe(map((output) => ({ kind: 'done', output, ...(resumed ? { resumed } : {}) })));
}

function lossOfElement({ outputKey }: Step, index: number): NotResumable {
  const message = `what step '${outputKey}' had given for element ${String(index)} ${lost}`;
  return new NotResumable({ flow: outputKey, faults: [{ path: 'events', message }] });
}

function toolOf({ host }: FlowRun, { tool }: Step): AnyTool | undefined {
  return host.find(tool)?.tool;
}

function called(
  run: FlowRun,
  { tool, outputKey, take: wanted }: Step,
  callId: string,
  args: unknown,
  deadline: number,
): Observable<unknown> {
  const { host, runId, recorded, nesting } = run;
  const deadlineMs = deadline === Infinity ? {} : { deadlineMs: Math.max(0, deadline - host.clock.now()) };
  return callOf(host, {
    tool,
    arguments: args,
    callId,
    runId,
    step: outputKey,
    recorded,
    nesting: nesting + 1,
    ...deadlineMs,
  }).pipe(taken(tool, callId, wanted));
}

function taken(tool: string, callId: string, wanted: Step['take']): OperatorFunction<unknown, unknown> {
  if (wanted === 'all') return toArray();
  const one: MonoTypeOperatorFunction<unknown> = wanted === 'first' ? firstAlone : takeLast(1);
  return (source) =>
    source.pipe(
      one,
      throwIfEmpty(() => new ToolFailed({ tool, callId, attempt: 1, cause: new Error(emptyResult) })),
    );
}

/** As `take(1)`, but the call has ended by the time that its value is handed on, and what follows from it begins. */
function firstAlone(source: Observable<unknown>): Observable<unknown> {
  return new Observable((subscriber) => {
    const upstream = upstreamOf<unknown>(subscriber, {
      next: (value) => {
        upstream.stop();
        subscriber.next(value);
        subscriber.complete();
      },
      error: (error) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.complete();
      },
    });
    upstream.start(source);
  });
}

/** When the step must be done, in the scheduler's ms. */
function deadlineOf({ host }: FlowRun, { timeoutMs = Infinity }: Step): number {
  return host.clock.now() + timeoutMs;
}

function asToolError({ runId }: FlowRun, { tool, outputKey }: Step, error: unknown): ToolError {
  if (isToolError(error)) return error;
  const callId = callIdOf(runId, outputKey);
  if (error instanceof DeadEnd) {
    const { reference, nearest, found } = error;
    return new UnresolvedReference({ tool, callId, step: outputKey, reference, nearest, found });
  }
  if (error instanceof Incomparable) {
    const { path, expected, received } = error;
    return new InvalidArguments({ tool, callId, faults: [{ path, expected, received }] });
  }
  return new ToolFailed({ tool, callId, attempt: 0, cause: error });
}
