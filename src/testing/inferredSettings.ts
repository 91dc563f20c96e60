import type { ToolEvent, ToolEventOf } from '../event.js';

/** What can be read from a recording about how a tool was limited. */
export interface InferredSettings {
  timeoutMs?: number;
  deadlineMs?: number;
  concurrency?: number;
  rateLimit?: { limit: number; perMs: number; overflow?: 'reject' };
  /** `delaysMs`: how long to wait after each failure, in the order of the failures; -1: no further attempt. */
  retry?: { maxAttempts: number; delayMs: number } | { maxAttempts: number; delaysMs: readonly number[] };
}

/** A tool's timeout, where it does not say another. */
const defaultTimeoutMs = 30_000;

/** The settings of a tool that explain what happened to its calls, as far as that can be told. */
export function inferredSettings(tool: string, events: readonly ToolEvent[]): InferredSettings {
  const own = events.filter((event) => 'tool' in event && event.tool === tool);
  const settings: InferredSettings = {};
  const timeouts = own.flatMap((event) =>
    'error' in event && event.error?._tag === 'ToolTimeout' && event.error.tool === tool ? [event.error] : [],
  );
  const timeoutMs = timeouts.find(({ limit }) => limit === 'timeoutMs')?.ms;
  const deadlineMs = timeouts.find(({ limit }) => limit === 'deadlineMs')?.ms;
  if (timeoutMs !== undefined) settings.timeoutMs = timeoutMs;
  else if (longestCall(own) > defaultTimeoutMs) settings.timeoutMs = Infinity;
  if (deadlineMs !== undefined) settings.deadlineMs = deadlineMs;
  if (own.some((event) => event.type === 'call.queued' && event.reason === 'concurrency')) {
    settings.concurrency = Math.max(1, ...own.map((event) => ('load' in event ? (event.load?.running ?? 0) : 0)));
  }
  const rateLimit = rateLimitOf(own);
  if (rateLimit) settings.rateLimit = rateLimit;
  const retry = retryOf(own);
  if (retry) settings.retry = retry;
  return settings;
}

function longestCall(events: readonly ToolEvent[]): number {
  return Math.max(0, ...events.map((event) => ('durationMs' in event ? event.durationMs : 0)));
}

/** A moment at which the limit allowed one more start, after so many before it. */
interface Allowance {
  readonly at: number;
  readonly startsBefore: number;
}

/**
 * The least limit by which every wait ended just when it had to: as many starts before it as the limit allows, one start
 * had been `perMs` ago.
 */
function rateLimitOf(events: readonly ToolEvent[]): InferredSettings['rateLimit'] {
  const starts: number[] = [];
  const allowances: Allowance[] = [];
  const waiting = new Set<string>();
  let rejects = false;
  const keyOf = ({ callId, attempt }: ToolEventOf<'call.queued' | 'call.started'>): string => `${callId} ${attempt}`;
  for (const event of events) {
    if (event.type === 'call.queued' && event.reason === 'rateLimit') waiting.add(keyOf(event));
    if (event.type === 'call.started') {
      if (waiting.has(keyOf(event))) allowances.push({ at: event.at, startsBefore: starts.length });
      starts.push(event.at);
    }
    if (event.type === 'call.rejected' && event.error._tag === 'RateLimitExceeded' && event.error.reason === 'limit') {
      rejects = true;
      allowances.push({ at: event.at + event.error.retryAfterMs, startsBefore: starts.length });
    }
  }
  for (let limit = 1; allowances.length > 0 && limit <= starts.length; limit++) {
    const lengths = new Set(allowances.map(({ at, startsBefore }) => at - (starts[startsBefore - limit] ?? NaN)));
    const [perMs = NaN] = lengths;
    const fits = starts.every((at, index) => index < limit || at - (starts[index - limit] ?? 0) >= perMs);
    if (lengths.size === 1 && perMs > 0 && fits) return { limit, perMs, ...(rejects ? { overflow: 'reject' } : {}) };
  }
  return undefined;
}

/** How many attempts there were at most, and how long was waited after each failure. */
function retryOf(events: readonly ToolEvent[]): InferredSettings['retry'] {
  let most = 0;
  /** The attempts after which it was given up. */
  const last: number[] = [];
  const delaysMs: number[] = [];
  for (const event of events) {
    if (event.type === 'call.retryScheduled') {
      delaysMs.push(event.delayMs);
      most = Math.max(most, event.attempt + 1);
    }
    const timedOut =
      event.type === 'call.timedOut' && event.error._tag === 'ToolTimeout' && event.error.limit === 'timeoutMs';
    if ((event.type === 'call.failed' || timedOut) && event.values === 0 && event.attempt > 0) {
      delaysMs.push(-1);
      last.push(event.attempt);
    }
  }
  if (most === 0) return undefined;
  const waits = new Set(delaysMs.filter((delay) => delay >= 0));
  const [delayMs = 0] = waits;
  if (waits.size === 1 && last.every((attempt) => attempt === most)) return { maxAttempts: most, delayMs };
  // One more, so that also after the last attempt it is asked whether there will be another.
  return { maxAttempts: most + 1, delaysMs };
}
