import { isTerminal, type TerminalEvent, type ToolEvent } from '../event.js';
import { fieldsDifference } from './diagram.js';

/** What a call is like; what is left out may be anything. */
export interface CallLike {
  readonly tool?: string;
  readonly callId?: string;
  readonly runId?: string;
  /** The key of the step of a run. */
  readonly step?: string;
  /** The arguments, as events show them. */
  readonly args?: unknown;
  /** How it ended: by the last event's name; `'open'` where it has not. */
  readonly end?: 'succeeded' | 'failed' | 'timedOut' | 'rejected' | 'cancelled' | 'skipped' | 'open';
  /** How many attempts it made. */
  readonly attempts?: number;
  /** How many values it gave. */
  readonly values?: number;
  /** The last value, of one that succeeded. */
  readonly result?: unknown;
}

/** A call, as its events tell of it. */
export type ToldCall = { readonly [K in keyof CallLike]-?: CallLike[K] | undefined };

/** The calls that events tell of, in the order in which they are first heard of. */
export function callsOf(events: readonly ToolEvent[]): readonly ToldCall[] {
  const calls = new Map<string, ToldCall>();
  for (const event of events) {
    if (!('callId' in event) || !('tool' in event)) continue;
    const { tool, callId, runId, step, attempt } = event;
    const known = calls.get(callId);
    const call: ToldCall = {
      ...{ tool, callId, runId, step, end: 'open', result: undefined, args: undefined, values: 0 },
      ...known,
      attempts: Math.max(known?.attempts ?? 0, attempt),
      ...('args' in event ? { args: event.args } : {}),
      ...(event.type === 'call.emitted' ? { values: event.index + 1 } : {}),
      ...(isTerminal(event) ? endOf(event) : {}),
    };
    calls.set(callId, call);
  }
  return [...calls.values()];
}

export function isLike(call: ToldCall, like: CallLike): boolean {
  return fieldsDifference(like, call) === undefined;
}

/** On one line. */
export function describeCall(call: ToldCall): string {
  const { tool, callId, step, args, end, attempts = 0, values = 0 } = call;
  const ofStep = step === undefined ? '' : ` of step '${step}'`;
  const counts = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, ${values} ${values === 1 ? 'value' : 'values'}`;
  return `${String(tool)} ${String(callId)}${ofStep}: ${String(end)}, ${counts}, args ${JSON.stringify(args) ?? 'unknown'}`;
}

function endOf(event: TerminalEvent): Partial<ToldCall> {
  const end = event.type.slice('call.'.length) as NonNullable<CallLike['end']>;
  return { end, values: event.values, ...(event.type === 'call.succeeded' ? { result: event.result } : {}) };
}
