import { isRejection } from '../operators/rejection.js';
import { type Status, toStatus } from '../operators/status.js';
import { isCircuitOpen, type ToolError } from './error.js';
import type { Load, ToolEvent } from './event.js';

/**
 * How a tool is doing, told apart by `state`: `available` | `busy` (calls run or wait) | `rate_limited` (a further call
 * would start at `availableAt`, in the scheduler's ms) | `error` (the last call failed, if only the fallback saved it, or
 * the circuit is open; the next success of the tool's own clears it).
 */
export type ToolStatus = Status<ToolError> & {
  /** The tool's name. */
  readonly tool: string;
  /** Calls that wait for a slot or a rate permit. */
  readonly queued: number;
  /** False when a further call would be refused. */
  readonly accepting: boolean;
  /** While the circuit is open: when it lets a probe through, in the scheduler's ms. */
  readonly retryAt?: number;
};

/** All tools' statuses, by name. */
export type ToolStatuses = Readonly<Record<string, ToolStatus>>;

/** The status that follows from a tool's load and its last failure, at the time `now`. */
export function toolStatus(tool: string, load: Load, error: ToolError | undefined, now: number): ToolStatus {
  const { queued, accepting, running, availableAt, retryAt } = load;
  const circuit = retryAt === undefined || retryAt <= now ? {} : { retryAt };
  return { tool, ...toStatus({ running, queued, availableAt, error }, now), queued, accepting, ...circuit };
}

/**
 * A tool's status after an event, from its status before. Pure: run over a recorded history it gives the status at any
 * moment of it, also over the end of one whose beginning is lost.
 *
 * @param status - Before; undefined while the tool is not registered, or nothing is known of it.
 * @param event - What happened. The event of another tool, or of a run, changes nothing.
 * @returns the same object where nothing has changed; undefined once the tool is unregistered.
 */
export function statusOf(status: ToolStatus | undefined, event: ToolEvent): ToolStatus | undefined {
  if (!('tool' in event) || (status && event.tool !== status.tool)) return status;
  if (event.type === 'tool.unregistered') return undefined;
  if (event.type === 'tool.registered') {
    return toolStatus(event.tool, { running: 0, queued: 0, accepting: true }, undefined, event.at);
  }
  if (!('load' in event) || event.load === undefined) return status;
  const after = toolStatus(event.tool, event.load, errorAfter(errorIn(status), event), event.at);
  return status && sameStatus(status, after) ? status : after;
}

/** All tools' statuses after an event, from those before. The same object where the event changes none. */
export function statusesOf(statuses: ToolStatuses, event: ToolEvent): ToolStatuses {
  if (!('tool' in event)) return statuses;
  const before = Object.hasOwn(statuses, event.tool) ? statuses[event.tool] : undefined;
  const after = statusOf(before, event);
  if (after === before) return statuses;
  // Written over in its place: a list drawn from the record does not jump.
  if (after) return { ...statuses, [event.tool]: after };
  const { [event.tool]: _gone, ...others } = statuses;
  return others;
}

/** The status when `now` has come and nothing has happened since: a rate limit that has passed, or a circuit whose time has come, holds nobody back. */
export function statusAt(status: ToolStatus, now: number): ToolStatus {
  const until = statusUntil(status);
  if (until === undefined || until > now) return status;
  const { tool, running, queued, retryAt } = status;
  const availableAt = status.state === 'rate_limited' ? status.availableAt : undefined;
  const over = (time: number | undefined): boolean => time === undefined || time <= now;
  const load = { running, queued, accepting: over(availableAt) && over(retryAt) };
  return toolStatus(
    tool,
    { ...load, ...(availableAt === undefined ? {} : { availableAt }), ...(retryAt === undefined ? {} : { retryAt }) },
    errorIn(status),
    now,
  );
}

/** Until when a status holds if nothing happens; undefined: for good. */
export function statusUntil(status: ToolStatus): number | undefined {
  const { retryAt = Infinity } = status;
  const until = Math.min(retryAt, status.state === 'rate_limited' ? status.availableAt : Infinity);
  return until === Infinity ? undefined : until;
}

/** True when the two say the same. */
export function sameStatus(a: ToolStatus, b: ToolStatus): boolean {
  return (
    a.state === b.state &&
    a.running === b.running &&
    a.queued === b.queued &&
    a.accepting === b.accepting &&
    a.retryAt === b.retryAt &&
    errorIn(a) === errorIn(b) &&
    (a.state === 'rate_limited' ? a.availableAt : 0) === (b.state === 'rate_limited' ? b.availableAt : 0)
  );
}

function errorIn(status: ToolStatus | undefined): ToolError | undefined {
  return status && status.state !== 'available' ? status.error : undefined;
}

function errorAfter(error: ToolError | undefined, event: ToolEvent): ToolError | undefined {
  if (event.type === 'call.succeeded') {
    if (event.fellBack !== true) return event.attempt > 0 ? undefined : error;
    // A refusal of our own limits is no failure of the tool, whoever answered instead.
    return event.error && !isRejection(event.error) ? event.error : error;
  }
  if (event.type === 'circuit.closed') return isCircuitOpen(error) ? undefined : error;
  const failed = event.type === 'call.failed' || event.type === 'call.timedOut' || event.type === 'circuit.opened';
  return failed ? event.error : error;
}
