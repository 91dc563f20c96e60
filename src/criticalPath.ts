import { object } from '../operators/gates/argument.js';
import type { ToolEvent } from './event.js';
import { knownKeys } from './knownKeys.js';
import { runRecordOf, type RunRecord } from './runRecord.js';
import type { StepRecord } from './StepLog.js';

/** Which run is looked at. */
export interface CriticalPathOptions {
  /** Its id. Default: the run of a flow that was begun last, but for those that calls have made. */
  readonly runId?: string;
}

/** What a step had waited for when it began. */
export type WaitedFor =
  /** Nothing: it began with the run. */
  | { readonly kind: 'beginning' }
  /** The last that it needs: in a plan a step that it refers to or is `after`, in a chain the one before it. */
  | { readonly kind: 'dependency'; readonly step: string }
  /** Its turn: what it needs was there, and as many steps ran as may at once, until this one ended. */
  | { readonly kind: 'concurrency'; readonly step: string };

/** A step that decided a run's time. */
export interface CriticalStep {
  readonly step: string;
  /** When it began, in the scheduler's ms. */
  readonly startedAt: number;
  /** When it ended. */
  readonly endedAt: number;
  readonly durationMs: number;
  /**
   * How much of that no attempt of it ran: it waited for a slot or a rate permit of its tool, for an approval, for its
   * next attempt, or for another call to whose answer its tool's cache had joined it.
   */
  readonly waitedMs: number;
  readonly waitedFor: WaitedFor;
}

/** A step that has begun and ended. */
interface Ended extends StepRecord {
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * The steps that decided how long a run took, in order: the last to end, before it the one that it had waited for, and
 * so on to the beginning. What is not on the path could have been slower, by a little, without anybody noticing.
 *
 * Of a run that goes on, or whose events break off: the path to the step that has ended last. Of one that failed: to the
 * failure, or to what ended after it. Of one that was cancelled: to the step that had been running longest. Steps that
 * an earlier run of the same id has done are as good as the beginning.
 *
 * @param events - A history that has the run from its first event on; others may be among them.
 * @returns no steps where none has ended.
 * @throws TypeError where the first event of the run is missing, and for a run of steps that arrive, since no event
 * tells what those need.
 *
 * @example
 * ```ts
 * criticalPath(events).map(({ step, durationMs }) => `${step}: ${durationMs} ms`);
 * ```
 */
export function criticalPath(events: Iterable<ToolEvent>, options: CriticalPathOptions = {}): readonly CriticalStep[] {
  const { runId } = object('options', options);
  knownKeys('an option of criticalPath', options, ['runId']);
  const run = runRecordOf(events, { runId });
  const needed = neededIn(run);
  const ended = [...run.steps.values()].filter(isEnded).sort((a, b) => a.endIndex - b.endIndex);
  const path: CriticalStep[] = [];
  let at = lastOf(ended, run);
  while (at) {
    const { step, startedAt, endedAt, waitedMs } = at;
    const before = beforeOf(at, ended, needed(step), run);
    const waitedFor: WaitedFor = before ? { kind: before.kind, step: before.step.step } : { kind: 'beginning' };
    path.push({ step, startedAt, endedAt, durationMs: endedAt - startedAt, waitedMs, waitedFor });
    at = before?.step;
  }
  return path.reverse();
}

/** A step that is as good as the beginning is none that has ended; nor is one whose failure left no trace in time. */
function isEnded(record: StepRecord): record is Ended {
  return record.endedAt !== undefined && record.endIndex >= 0 && record.state !== 'resumed';
}

/** The step that the run ended with: one that was cancelled ended with the run, and one that was skipped took no time. */
function lastOf(ended: readonly Ended[], { end }: RunRecord): Ended | undefined {
  return ended.filter(({ state }) => state !== 'skipped' && (end === 'cancelled' || state !== 'cancelled')).at(-1);
}

/** Which steps a step needs. */
function neededIn({ kind, dependencies, runId, steps }: RunRecord): (step: string) => readonly string[] {
  const keys = [...steps.keys()];
  const positions = new Map(keys.map((key, index) => [key, index]));
  const at = (position: number): readonly string[] => {
    const key = keys[position];
    return key === undefined ? [] : [key];
  };
  if (kind === 'parallel') return () => [];
  if (kind === 'chain') return (step) => at((positions.get(step) as number) - 1);
  if (!dependencies) {
    throw new TypeError(
      `events: expected a run whose steps are known from its beginning, got '${runId}', whose steps arrive: \
what they need is in no event`,
    );
  }
  return (step) => (dependencies[positions.get(step) as number] ?? []).flatMap(at);
}

/** What a step had waited for; undefined for the beginning. */
function beforeOf(
  step: Ended,
  ended: readonly Ended[],
  needed: readonly string[],
  { startedAt, steps }: RunRecord,
): { readonly kind: 'dependency' | 'concurrency'; readonly step: Ended } | undefined {
  const dependency = needed
    .flatMap((key) => {
      const record = steps.get(key);
      return record && isEnded(record) && record.endIndex < step.firstIndex ? [record] : [];
    })
    .reduce<Ended | undefined>((last, each) => (last && last.endIndex > each.endIndex ? last : each), undefined);
  const readyAt = dependency?.endedAt ?? startedAt;
  const made = step.startedAt > readyAt ? lastBefore(step, ended) : undefined;
  if (made && made !== dependency) return { kind: 'concurrency', step: made };
  return dependency && { kind: 'dependency', step: dependency };
}

/** The last step that had ended when a step began. */
function lastBefore({ firstIndex, startedAt }: Ended, ended: readonly Ended[]): Ended | undefined {
  let from = 0;
  let to = ended.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ended[middle] as Ended).endIndex < firstIndex) from = middle + 1;
    else to = middle;
  }
  // A call that its tool's cache answers is heard of only when it ends, and much may have ended in between.
  let at = from - 1;
  while (at >= 0 && (ended[at] as Ended).endedAt > startedAt) at--;
  return ended[at];
}
