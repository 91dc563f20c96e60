import { InvalidArguments, InvalidResult, type ToolError } from './error.js';
import type { Fault } from './fault.js';
import { type Json, snapshot } from './json.js';

/** What a value is that is about to be shown in an event. */
export interface Shown {
  readonly tool: string;
  /** `fault`: what came instead of what was expected, shortened, in an error's list. */
  readonly part: 'arguments' | 'value' | 'progress' | 'fault';
}

/** Gives what may be shown instead of a value: the value without its secrets. Must not change the value itself. */
export type Redact = (value: unknown, what: Shown) => unknown;

/** What events show of values. */
export interface Redaction {
  show(value: unknown, what: Shown): Json;
  showError(error: ToolError): ToolError;
}

/**
 * Values as events show them: what `redact` leaves of them, at most `maxLength` characters of it. Where `redact`
 * throws, nothing of the value is shown.
 */
export function createRedaction(redact: Redact | undefined, maxLength: number): Redaction {
  const show = (value: unknown, what: Shown): Json => {
    if (!redact) return snapshot(value, { maxLength });
    try {
      return snapshot(redact(value, what), { maxLength });
    } catch {
      return { $cut: 'redact threw' };
    }
  };
  const showFault = (tool: string, fault: Fault): Fault => {
    const received = show(fault.received, { tool, part: 'fault' });
    return { ...fault, received: typeof received === 'string' ? received : JSON.stringify(received) };
  };
  return {
    show,
    showError: (error) => {
      if (!redact || !(error instanceof InvalidArguments || error instanceof InvalidResult)) return error;
      const faults = error.faults.map((fault) => showFault(error.tool, fault));
      const { tool, callId } = error;
      return error instanceof InvalidResult
        ? new InvalidResult({ tool, callId, attempt: error.attempt, faults })
        : new InvalidArguments({ tool, callId, faults });
    },
  };
}
