import * as t from 'io-ts';
import { isTerminal, type TerminalEvent, type ToolEvent } from 'toolstream';
import type { Timing } from './report.js';

/** How far the audit is, as the events tell. */
export interface Progress {
  /** When the first event was. */
  readonly startedAt: number | undefined;
  readonly latestAt: number;
  /** How many packages there are to inspect, once that is known. */
  readonly packages: number | undefined;
  /** When each call that runs has started, by its id. */
  readonly running: ReadonlyMap<string, number>;
  /** How many calls have ended, by tool. */
  readonly ended: ReadonlyMap<string, number>;
  /** The time that all calls together have taken; what they waited for a free slot is not in it. */
  readonly callsMs: number;
}

export const NO_PROGRESS: Progress = {
  startedAt: undefined,
  latestAt: 0,
  packages: undefined,
  running: new Map(),
  ended: new Map(),
  callsMs: 0,
};

/** The progress after an event, from the progress before. */
export function progressOf(before: Progress, event: ToolEvent): Progress {
  const progress = { ...before, startedAt: before.startedAt ?? event.at, latestAt: event.at };
  if (event.type === 'call.started') {
    return { ...progress, running: new Map(progress.running).set(event.callId, event.at) };
  }
  if (event.type === 'call.progressed' && Found.is(event.progress)) {
    return { ...progress, packages: event.progress.packages };
  }
  return isTerminal(event) ? afterEnd(progress, event) : progress;
}

/** How many calls of a tool, or of all, have ended. */
export function endedCalls({ ended }: Progress, tool?: string): number {
  if (tool !== undefined) return ended.get(tool) ?? 0;
  return [...ended.values()].reduce((total, number) => total + number, 0);
}

/** How many calls there will have been in the end, once that is known. */
export function expectedCalls({ packages }: Progress): number | undefined {
  return packages === undefined ? undefined : CALLS_FOR_THE_WHOLE + packages * CALLS_FOR_A_PACKAGE;
}

/** From 0 to 1. */
export function shareDone(progress: Progress): number {
  const expected = expectedCalls(progress);
  return expected === undefined ? 0 : Math.min(1, endedCalls(progress) / expected);
}

/** The audit's time so far, against that of its calls. */
export function timingOf(progress: Progress): Timing {
  const { startedAt, latestAt, callsMs } = progress;
  return { totalMs: latestAt - (startedAt ?? latestAt), callsMs, calls: endedCalls(progress) };
}

// readLockfile, compareWithDisk, findDuplicates, findUnreachable
const CALLS_FOR_THE_WHOLE = 4;
// readManifest, measureSize, findLicense, findInstallScripts
const CALLS_FOR_A_PACKAGE = 4;

// What the tool `compareWithDisk` reports.
const Found = t.type({ packages: t.number });

function afterEnd(progress: Progress, { tool, callId, at }: TerminalEvent): Progress {
  const running = new Map(progress.running);
  const startedAt = running.get(callId) ?? at;
  running.delete(callId);
  return {
    ...progress,
    running,
    ended: new Map(progress.ended).set(tool, endedCalls(progress, tool) + 1),
    callsMs: progress.callsMs + at - startedAt,
  };
}
