import * as t from 'io-ts';
import { semaphoreRefusals } from '../operators/BulkheadRejected.js';
import { circuitRefusals } from '../operators/CircuitRejected.js';
import { rateRefusals } from '../operators/RateLimitRejected.js';
import { rejectionMark } from '../operators/rejection.js';
import { Cause } from './cause.js';
import { describeFaults, Fault, shorten } from './fault.js';
import { type Json, Snapshot } from './json.js';
import { hasTag, readBackAs, reviveTagged, taggedError } from './taggedError.js';

/** What every error of a call says. */
const ofCall = {
  /** The tool's name. */
  tool: t.string,
  /** The call's id, the same in all its events. */
  callId: t.string,
};

/** No tool of this name is registered. */
export class ToolNotFound extends taggedError(
  'ToolNotFound',
  () => ({
    ...ofCall,
    /** Up to three registered names that may have been meant. */
    closest: t.readonlyArray(t.string),
  }),
  ({ tool, closest }) =>
    `no tool '${tool}' is registered${closest.length > 0 ? `; did you mean ${closest.map((name) => `'${name}'`).join(' or ')}?` : ''}`,
) {}

/** The arguments do not fit the tool's input codec. `run` was not called. */
export class InvalidArguments extends taggedError(
  'InvalidArguments',
  () => ({ ...ofCall, faults: t.readonlyArray(Fault) }),
  ({ tool, faults }) => `invalid arguments for '${tool}': ${describeFaults(faults)}`,
) {
  get [rejectionMark](): true {
    return true;
  }
}

/** A value that `run` gave does not fit the tool's output codec. */
export class InvalidResult extends taggedError(
  'InvalidResult',
  () => ({ ...ofCall, attempt: t.number, faults: t.readonlyArray(Fault) }),
  ({ tool, faults }) => `'${tool}' gave an invalid result: ${describeFaults(faults)}`,
) {}

/** An attempt took longer than `timeoutMs`, or the whole call longer than `deadlineMs`. */
export class ToolTimeout extends taggedError(
  'ToolTimeout',
  () => ({
    ...ofCall,
    attempt: t.number,
    limit: t.keyof({ timeoutMs: null, deadlineMs: null }),
    ms: t.number,
    /** What was still to come: 'a free slot', 'a rate permit', 'the first value', 'the end after 2 values' … */
    outstanding: t.string,
  }),
  ({ tool, attempt, limit, ms, outstanding }) =>
    `'${tool}' exceeded its ${limit} of ${String(ms)} ms in attempt ${String(attempt)}, waiting for ${outstanding}`,
) {}

/** The tool's rate limit refused the call. Nothing of the limit was used up. */
export class RateLimitExceeded extends taggedError(
  'RateLimitExceeded',
  () => ({
    ...ofCall,
    reason: t.keyof({ limit: null, queueFull: null, maxWait: null, maxKeys: null }),
    /** In how many ms a start would be possible, as things stand. */
    retryAfterMs: t.number,
  }),
  ({ tool, reason, retryAfterMs }) =>
    `'${tool}' was not started: ${rateRefusals[reason]}; retry after ${String(retryAfterMs)} ms`,
) {
  get [rejectionMark](): true {
    return true;
  }
}

/** All of the tool's slots are taken, and its queue refused the call. */
export class ToolBusy extends taggedError(
  'ToolBusy',
  () => ({ ...ofCall, reason: t.keyof({ queueFull: null, maxWait: null }), running: t.number, queued: t.number }),
  ({ tool, reason, running, queued }) =>
    `'${tool}' was not started: ${semaphoreRefusals[reason]} (${String(running)} running, ${String(queued)} waiting)`,
) {
  get [rejectionMark](): true {
    return true;
  }
}

/** The tool's circuit breaker let nobody through. */
export class CircuitOpen extends taggedError(
  'CircuitOpen',
  () => ({
    ...ofCall,
    reason: t.keyof({ open: null, halfOpen: null, isolated: null }),
    /**
     * In how many ms it is worth asking again: open, when a probe will be let through; half-open, when the probes will
     * have been judged at the latest. Undefined where that is not a matter of time.
     */
    retryAfterMs: t.union([t.number, t.undefined]),
  }),
  ({ tool, reason, retryAfterMs }) =>
    `'${tool}' was not started: ${circuitRefusals[reason]}${retryAfterMs === undefined ? '' : `; retry after ${String(retryAfterMs)} ms`}`,
) {
  get [rejectionMark](): true {
    return true;
  }
}

/** Somebody who was asked to approve the call did not. `run` was not called. */
export class ApprovalDenied extends taggedError(
  'ApprovalDenied',
  () => ({ ...ofCall, reason: t.string }),
  ({ tool, reason }) => `'${tool}' was not started: not approved: ${reason}`,
) {
  get [rejectionMark](): true {
    return true;
  }
}

/** `run` threw, or its stream errored, or gave nothing where a value is needed; `cause` is what it threw. */
export class ToolFailed extends taggedError(
  'ToolFailed',
  () => ({ ...ofCall, attempt: t.number, cause: Cause }),
  ({ tool, cause }) => `'${tool}' failed: ${messageOf(cause)}`,
) {}

/** A reference of a step leads nowhere in what the run has so far. */
export class UnresolvedReference extends taggedError(
  'UnresolvedReference',
  () => ({
    ...ofCall,
    step: t.string,
    /** The reference, as written. */
    reference: t.string,
    /** The nearest path that exists. */
    nearest: t.string,
    /** What stands there, shortened. */
    found: t.string,
  }),
  ({ step, reference, nearest, found }) =>
    `step '${step}': ${reference} leads nowhere; the nearest that exists is ${nearest === '' ? 'the run itself' : nearest}: ${found}`,
) {}

/** A step of a chain failed. What had been done by then is in `context`. */
export class ChainFailed extends taggedError(
  'ChainFailed',
  () => ({
    ...ofCall,
    runId: t.string,
    /** The name of the chain. */
    flow: t.string,
    /** The key of the step that failed. */
    step: t.string,
    /** Why: a {@link ToolError}. */
    cause: Cause,
    /** The input and the output of each finished step. */
    context: Snapshot,
  }),
  ({ flow, step, cause }) => `chain '${flow}' failed at step '${step}': ${messageOf(cause)}`,
) {}

/**
 * Steps of a plan failed. What did not need them has been done, and is in `context`; `tool`, `callId`, `step` and `cause`
 * are those of the first failure.
 */
export class PlanFailed extends taggedError(
  'PlanFailed',
  () => ({
    ...ofCall,
    runId: t.string,
    /** The name of the plan. */
    flow: t.string,
    /** The key of the step that failed first. */
    step: t.string,
    /** Why: a {@link ToolError}. */
    cause: Cause,
    /** Every step that failed, in this order, with its {@link ToolError}. */
    failures: t.readonlyArray(t.type({ step: t.string, error: Cause })),
    /** The keys of the steps that could not run for that. */
    skipped: t.readonlyArray(t.string),
    /** The input and the output of each finished step. */
    context: Snapshot,
  }),
  ({ flow, step, cause, failures, skipped }) => {
    const others = failures.length > 1 ? `, and ${String(failures.length - 1)} more` : '';
    const without = skipped.length > 0 ? `; ${String(skipped.length)} skipped for that` : '';
    return `plan '${flow}' failed at step '${step}'${others}: ${messageOf(cause)}${without}`;
  },
) {}

/** With `failFast`, a call of a parallel group failed; the others were cancelled. */
export class ParallelFailed extends taggedError(
  'ParallelFailed',
  () => ({
    ...ofCall,
    runId: t.string,
    /** The key, or the position, of the call that failed. */
    member: t.string,
    /** Why: a {@link ToolError}. */
    cause: Cause,
    /** The results of the calls that had ended by then, under their keys. */
    results: Snapshot,
  }),
  ({ member, cause }) => `parallel call '${member}' failed: ${messageOf(cause)}`,
) {}

/** One thing that is wrong with a flow. */
export const FlowFault = t.type({
  /** Where: `steps[3].arguments.url`. */
  path: t.string,
  /** What is wrong, and what would be right. */
  message: t.string,
});
/** One thing that is wrong with a flow. */
export type FlowFault = t.TypeOf<typeof FlowFault>;

/** A flow that cannot be run: all its faults. Nothing has run. */
export class InvalidFlow extends taggedError(
  'InvalidFlow',
  () => ({ flow: t.string, faults: t.readonlyArray(FlowFault) }),
  ({ flow, faults }) => `flow '${flow}' is invalid: ${inWords(faults)}`,
) {}

/** An earlier run cannot be gone on with: why. Nothing has run. */
export class NotResumable extends taggedError(
  'NotResumable',
  () => ({ flow: t.string, faults: t.readonlyArray(FlowFault) }),
  ({ flow, faults }) => `flow '${flow}' cannot be resumed: ${inWords(faults)}`,
) {}

/** How a call can fail. */
export type ToolError =
  | ToolNotFound
  | InvalidArguments
  | InvalidResult
  | ToolTimeout
  | RateLimitExceeded
  | ToolBusy
  | CircuitOpen
  | ApprovalDenied
  | ToolFailed
  | UnresolvedReference
  | ChainFailed
  | PlanFailed
  | ParallelFailed
  | InvalidFlow
  | NotResumable;

readBackAs(
  ToolNotFound,
  InvalidArguments,
  InvalidResult,
  ToolTimeout,
  RateLimitExceeded,
  ToolBusy,
  ToolFailed,
  UnresolvedReference,
  CircuitOpen,
  ApprovalDenied,
  ChainFailed,
  PlanFailed,
  ParallelFailed,
  InvalidFlow,
  NotResumable,
);

/** Reads errors of ours back from JSON, as instances of their classes. */
export const ToolError: t.Type<ToolError, Json> = new t.Type<ToolError, Json>(
  'ToolError',
  isToolError,
  (input, context) => {
    const error = isToolError(input) ? input : reviveTagged(input);
    return error ? t.success(error as ToolError) : t.failure(input, context);
  },
  (error) => error.toJSON(),
);

/** True for any of our errors, also of another copy of this package; so are the guards below. */
export function isToolError(error: unknown): error is ToolError {
  return hasTag(error);
}

export const isToolNotFound = (error: unknown): error is ToolNotFound => hasTag(error, 'ToolNotFound');
export const isInvalidArguments = (error: unknown): error is InvalidArguments => hasTag(error, 'InvalidArguments');
export const isInvalidResult = (error: unknown): error is InvalidResult => hasTag(error, 'InvalidResult');
export const isToolTimeout = (error: unknown): error is ToolTimeout => hasTag(error, 'ToolTimeout');
export const isRateLimitExceeded = (error: unknown): error is RateLimitExceeded => hasTag(error, 'RateLimitExceeded');
export const isToolBusy = (error: unknown): error is ToolBusy => hasTag(error, 'ToolBusy');
export const isCircuitOpen = (error: unknown): error is CircuitOpen => hasTag(error, 'CircuitOpen');
export const isApprovalDenied = (error: unknown): error is ApprovalDenied => hasTag(error, 'ApprovalDenied');
export const isToolFailed = (error: unknown): error is ToolFailed => hasTag(error, 'ToolFailed');
export const isUnresolvedReference = (error: unknown): error is UnresolvedReference =>
  hasTag(error, 'UnresolvedReference');
export const isChainFailed = (error: unknown): error is ChainFailed => hasTag(error, 'ChainFailed');
export const isParallelFailed = (error: unknown): error is ParallelFailed => hasTag(error, 'ParallelFailed');
export const isPlanFailed = (error: unknown): error is PlanFailed => hasTag(error, 'PlanFailed');
export const isNotResumable = (error: unknown): error is NotResumable => hasTag(error, 'NotResumable');
export const isInvalidFlow = (error: unknown): error is InvalidFlow => hasTag(error, 'InvalidFlow');

/** A message names this many faults; the error holds them all. */
const maxNamed = 20;

function inWords(faults: readonly FlowFault[]): string {
  const named = faults.slice(0, maxNamed).map(({ path, message }) => `${path === '' ? '' : `${path}: `}${message}`);
  return [...named, ...(faults.length > maxNamed ? [`and ${String(faults.length - maxNamed)} more`] : [])].join('; ');
}

function messageOf(cause: unknown): string {
  try {
    const said = cause instanceof Error ? (cause.message as unknown) : cause;
    return typeof said === 'string' ? said : shorten(said);
  } catch {
    // The message may be an accessor that throws.
    return shorten(cause);
  }
}
