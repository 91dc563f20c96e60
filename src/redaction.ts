import { bimap, type Either } from 'fp-ts/Either';
import {
  ChainFailed,
  InvalidArguments,
  InvalidResult,
  isChainFailed,
  isParallelFailed,
  isPlanFailed,
  isToolError,
  isToolFailed,
  ParallelFailed,
  PlanFailed,
  type ToolError,
  ToolFailed,
  UnresolvedReference,
} from './error.js';
import type { Fault } from './fault.js';
import { exactSnapshot, type Json, type Missing, snapshot } from './json.js';

/** What a value is that is about to be shown in an event. */
export interface Shown {
  /** The tool's name; of an `input` the flow's. */
  readonly tool: string;
  /** `fault`: what came instead of what was expected, shortened, in an error's list. */
  readonly part: 'arguments' | 'value' | 'progress' | 'fault' | 'input';
}

/** Gives what may be shown instead of a value: the value without its secrets. Must not change the value itself. */
export type Redact = (value: unknown, what: Shown) => unknown;

/** A value as events show it, and what is missing of it. */
export interface ShownValue {
  readonly shown: Json;
  readonly inexact?: Missing | 'redacted';
}

/** What events show of values. */
export interface Redaction {
  show(value: unknown, what: Shown): Json;
  /** The same, and whether that is the value itself. */
  showExactly(value: unknown, what: Shown): ShownValue;
  showError(error: ToolError): ToolError;
}

/**
 * Values as events show them: what `redact` leaves of them, at most `maxLength` characters of it. Where `redact`
 * throws, nothing of the value is shown.
 */
export function createRedaction(redact: Redact | undefined, maxLength: number): Redaction {
  /** True for what is JSON as it is, and not too long: told at a glance. */
  const isSmall = (value: unknown): value is string | number | boolean =>
    typeof value === 'string' ? value.length <= maxLength : typeof value === 'boolean' || Number.isFinite(value);
  const show = (value: unknown, what: Shown): Json => {
    if (!redact) return snapshot(value, { maxLength });
    try {
      return snapshot(redact(value, what), { maxLength });
    } catch {
      return { $cut: 'redact threw' };
    }
  };
  const showExactly = (value: unknown, what: Shown): ShownValue => {
    if (!redact && isSmall(value)) return { shown: value };
    const { json, missing } = exactSnapshot(value, { maxLength });
    const shown = redact ? show(value, what) : json;
    const inexact = shown === json || JSON.stringify(shown) === JSON.stringify(json) ? missing : 'redacted';
    return inexact === undefined ? { shown } : { shown, inexact };
  };
  const showText = (tool: string, text: string): string => {
    const shown = show(text, { tool, part: 'fault' });
    return typeof shown === 'string' ? shown : JSON.stringify(shown);
  };
  const showFaults = (tool: string, faults: readonly Fault[]): readonly Fault[] =>
    faults.map((fault) => ({ ...fault, received: showText(tool, fault.received) }));
  const showCause = (cause: unknown): unknown => (isToolError(cause) ? showError(cause) : cause);
  const showFields = (tool: string, fields: unknown): unknown =>
    mapFields(fields, (field) => show(field, { tool, part: 'value' }));
  const showResults = (tool: string, results: unknown): unknown =>
    mapFields(results, (result) =>
      bimap(showCause, (value: unknown) => show(value, { tool, part: 'value' }))(result as Either<unknown, unknown>),
    );

  /** The same error where there is nothing of a value in it, or nothing that has to be cut. */
  const showError = (error: ToolError): ToolError => {
    if (!redact && !isLarge(error)) return error;
    const { tool } = error as { readonly tool: string };
    switch (error._tag) {
      case 'InvalidArguments':
        return new InvalidArguments(changed(error, { faults: showFaults(tool, error.faults) }));
      case 'InvalidResult':
        return new InvalidResult(changed(error, { faults: showFaults(tool, error.faults) }));
      case 'UnresolvedReference':
        return new UnresolvedReference(changed(error, { found: showText(tool, error.found) }));
      case 'ToolFailed': {
        const cause = showCause(error.cause);
        return cause === error.cause ? error : new ToolFailed(changed(error, { cause }));
      }
      case 'ChainFailed': {
        const { cause, context } = error;
        return new ChainFailed(changed(error, { cause: showCause(cause), context: showFields(tool, context) }));
      }
      case 'PlanFailed': {
        const { cause, context } = error;
        const failures = error.failures.map(({ step, error: failure }) => ({ step, error: showCause(failure) }));
        const shown = { cause: showCause(cause), failures, context: showFields(tool, context) };
        return new PlanFailed(changed(error, shown));
      }
      case 'ParallelFailed': {
        const { cause, results } = error;
        return new ParallelFailed(changed(error, { cause: showCause(cause), results: showResults(tool, results) }));
      }
      default:
        return error;
    }
  };
  return { show, showExactly, showError };
}

/** True for an error that holds results, of whatever size, or one that holds such an error. */
function isLarge(error: unknown): boolean {
  return (
    isChainFailed(error) ||
    isPlanFailed(error) ||
    isParallelFailed(error) ||
    (isToolFailed(error) && isLarge(error.cause))
  );
}

/** An error's fields, as its class takes them, but for some. */
function changed<E extends ToolError>(error: E, fields: Partial<E>): E {
  return Object.assign({}, error, fields);
}

function mapFields(fields: unknown, show: (field: unknown) => unknown): unknown {
  return Object.fromEntries(Object.entries(fields as object).map(([key, field]) => [key, show(field)]));
}
