import { combineLatest, map, type Observable, type Subscription, tap } from 'rxjs';
import type { Auditor } from './audit.js';
import { linesOf } from './plainView.js';
import type { Progress } from './progress.js';
import { reasonOf } from './reason.js';
import { draw, type Screen } from './terminalView.js';

/** What `process.stderr` is: a terminal, a file or a pipe. */
export type LiveStream = Screen & { readonly isTTY?: boolean };

/** Where the view is shown, and what it shows. */
export interface LiveViewOptions {
  readonly stream: LiveStream;
  readonly environment: NodeJS.ProcessEnv;
  readonly auditor: Auditor;
  readonly progress$: Observable<Progress>;
  /** The folder of the project that is audited. */
  readonly root: string;
}

/** Shows how an audit goes on, until it is unsubscribed: a picture on a terminal, line after line anywhere else. */
export function showLive(options: LiveViewOptions): Subscription {
  const { stream, environment } = options;
  const shown$ = canRedraw(stream, environment) ? picture(options) : lines(options);
  return shown$.subscribe({
    // The audit is worth finishing without being watched.
    error: (error: unknown) => stream.write(`cannot show more: ${reasonOf(error)}\n`),
  });
}

function picture({ stream, auditor, progress$ }: LiveViewOptions): Observable<unknown> {
  const tools$ = auditor.tools$.pipe(map((tools) => tools.map(({ name }) => name)));
  return draw(combineLatest({ tools: tools$, statuses: auditor.statuses$, progress: progress$ }), stream);
}

function lines({ stream, auditor, progress$, root }: LiveViewOptions): Observable<unknown> {
  return linesOf(auditor.events$, progress$, root).pipe(tap((line) => stream.write(`${line}\n`)));
}

function canRedraw({ isTTY }: LiveStream, { NO_COLOR, CI, TERM }: NodeJS.ProcessEnv): boolean {
  const isSet = (variable: string | undefined) => variable !== undefined && variable !== '';
  return isTTY === true && !isSet(NO_COLOR) && !isSet(CI) && TERM !== 'dumb';
}
