import { asyncScheduler, map, Observable, type SchedulerLike, tap, throttleTime } from 'rxjs';
import type { ToolStatus, ToolStatuses } from 'toolstream';
import { formatCount, formatNumber } from './format.js';
import { printable } from './printable.js';
import { endedCalls, expectedCalls, type Progress, shareDone } from './progress.js';

/** What a frame is drawn from. */
export interface View {
  /** The order of the lines. */
  readonly tools: readonly string[];
  readonly statuses: ToolStatuses;
  readonly progress: Progress;
}

/** Where frames are drawn: a terminal, such as `process.stderr`. */
export interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const FRAMES_PER_SECOND = 12;

/**
 * Draws each view over the one before, at most twelve times a second. Unsubscribing wipes the last one away, since a
 * report may follow. The cursor is hidden meanwhile, and given back however the process ends.
 */
export function draw(
  views: Observable<View>,
  screen: Screen,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<unknown> {
  return new Observable((subscriber) => {
    /** How many lines of the screen the last frame takes. */
    let drawn = 0;

    const giveBack = () => {
      screen.write(`${upAndWipe(drawn)}${SHOW_CURSOR}`);
      drawn = 0;
    };
    screen.write(HIDE_CURSOR);
    process.once('exit', giveBack);
    subscriber.add(() => {
      process.off('exit', giveBack);
      giveBack();
    });
    const frames$ = views.pipe(
      throttleTime(1_000 / FRAMES_PER_SECOND, scheduler, { leading: true, trailing: true }),
      map((view) => frameOf(view, screen)),
      tap((lines) => {
        screen.write(`${upAndWipe(drawn)}${lines.map((line) => `${line}\n`).join('')}`);
        drawn = lines.length;
      }),
    );
    subscriber.add(frames$.subscribe(subscriber));
  });
}

/** One line for each tool and one with the bar, cut to what the screen can hold. */
export function frameOf(
  { tools, statuses, progress }: View,
  screen: Pick<Screen, 'columns' | 'rows'>,
): readonly string[] {
  // Some pretended terminals say that they have none.
  const columns = screen.columns || 80;
  const rows = screen.rows || 24;
  const width = Math.max(...tools.map((tool) => tool.length));
  const lines = tools.flatMap((tool) => {
    const status = statuses[tool];
    return status === undefined ? [] : [paint(status.state, cut(statusLine(status, width, progress), columns))];
  });
  // A frame that is higher than the screen scrolls away and cannot be drawn over.
  return [...lines, cut(progressLine(progress, columns), columns)].slice(-Math.max(1, rows - 1));
}

const ESCAPE = '\u001b[';
const HIDE_CURSOR = `${ESCAPE}?25l`;
const SHOW_CURSOR = `${ESCAPE}?25h`;
const PLAIN = `${ESCAPE}0m`;
const COLOURS: Readonly<Record<ToolStatus['state'], string>> = {
  available: `${ESCAPE}2m`,
  busy: `${ESCAPE}32m`,
  rate_limited: `${ESCAPE}33m`,
  error: `${ESCAPE}31m`,
};

function upAndWipe(lines: number): string {
  return lines === 0 ? '' : `${ESCAPE}${lines}A${ESCAPE}0J`;
}

function statusLine(status: ToolStatus, width: number, progress: Progress): string {
  const { tool, state, running, queued } = status;
  const counts = [
    `${formatNumber(endedCalls(progress, tool))} done`,
    ...(running > 0 ? [`${formatNumber(running)} running`] : []),
    ...(queued > 0 ? [`${formatNumber(queued)} waiting`] : []),
  ];
  const failure = status.state === 'error' ? `  ${status.error.message}` : '';
  return `  ${tool.padEnd(width)}  ${state.padEnd('rate_limited'.length)}  ${counts.join(', ')}${printable(failure)}`;
}

function progressLine(progress: Progress, columns: number): string {
  const expected = expectedCalls(progress);
  if (expected === undefined) return '  looking for packages';
  const share = shareDone(progress);
  const width = Math.min(40, Math.floor(columns / 3));
  const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
  return `  ${bar}  ${Math.floor(share * 100)} %  ${formatNumber(endedCalls(progress))} of ${formatCount(expected, 'call')}`;
}

function paint(state: ToolStatus['state'], line: string): string {
  return `${COLOURS[state]}${line}${PLAIN}`;
}

// A line that wraps takes two lines of the screen, and the next frame would be drawn one too low.
function cut(line: string, columns: number): string {
  return line.length < columns ? line : line.slice(0, Math.max(0, columns - 1));
}
