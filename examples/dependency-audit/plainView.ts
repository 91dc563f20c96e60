import { relative } from 'node:path';
import * as t from 'io-ts';
import { distinctUntilChanged, filter, map, merge, mergeMap, type Observable, take } from 'rxjs';
import { isTerminal, type ToolEvent } from 'toolstream';
import { formatCount, formatNumber } from './format.js';
import { printable } from './printable.js';
import { endedCalls, expectedCalls, type Progress, shareDone } from './progress.js';
import { reasonOf } from './reason.js';

/** What a log wants to know of the audit in `root`, a line at a time: each failure, and every tenth of the way. */
export function linesOf(
  events: Observable<ToolEvent>,
  progress: Observable<Progress>,
  root: string,
): Observable<string> {
  const failures$ = events.pipe(mergeMap((event) => failureLine(event, root)));
  const counted$ = progress.pipe(
    filter(({ packages }) => packages !== undefined),
    take(1),
    map(({ packages = 0 }) => `${formatCount(packages, 'package')} to inspect`),
  );
  const tenths$ = progress.pipe(
    filter((latest) => tenths(latest) > 0),
    distinctUntilChanged((before, after) => tenths(before) === tenths(after)),
    map(tenthLine),
  );
  return merge(failures$, counted$, tenths$).pipe(map(printable));
}

const OfFolder = t.type({ folder: t.string });

function failureLine(event: ToolEvent, root: string): readonly string[] {
  if (!isTerminal(event) || !('error' in event)) return [];
  const path = OfFolder.is(event.args) ? relative(root, event.args.folder) : '';
  return [`${event.tool} failed for ${path === '' ? 'the project' : path}: ${reasonOf(event.error)}`];
}

function tenths(progress: Progress): number {
  return Math.floor(shareDone(progress) * 10);
}

function tenthLine(progress: Progress): string {
  const calls = formatCount(expectedCalls(progress) ?? 0, 'call');
  return `${tenths(progress) * 10} %: ${formatNumber(endedCalls(progress))} of ${calls}`;
}
