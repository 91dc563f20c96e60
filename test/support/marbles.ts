import { isRight } from 'fp-ts/Either';
import { filter, map, mergeMap, type Observable, takeUntil } from 'rxjs';
import type { Orchestrator, ToolError, ToolEvent } from '../../src/index.js';
import { type VirtualHelpers, virtually } from './virtually.js';

/** What happens to a call, as a letter. */
const letters: Partial<Record<ToolEvent['type'], string>> = {
  'call.queued': 'q',
  'call.started': 's',
  'call.progressed': 'p',
  'call.emitted': 'e',
  'call.attemptFailed': 'f',
  'call.succeeded': 'S',
  'call.failed': 'F',
  'call.timedOut': 'X',
  'call.rejected': 'R',
  'call.cancelled': 'C',
  'call.abandoned': 'a',
  'call.settledLate': 'l',
};

/** One diagram: who calls when, when they leave, what each call's source gives, and what has to come of it. */
export interface CallDiagram {
  /** The calls, a letter each. */
  readonly calls: string;
  /** When whose caller leaves. */
  readonly leaves?: string;
  /** What `run` gives in each call, and what its events are. */
  readonly of: Readonly<Record<string, { readonly gives?: string; readonly events: string }>>;
  /** What all callers are given. */
  readonly output: string;
}

/**
 * Runs a diagram in virtual time. Events are letters: (q)ueued, (s)tarted, (e)mitted, attempt(f)ailed, and the ends
 * (S)ucceeded, (F)ailed, timed out (X), (R)ejected, (C)ancelled. A caller whose call fails is given F, X or R.
 *
 * @param create - Makes the orchestrator, with a tool `t` that gives the source for its arguments, a call's letter.
 */
export function callDiagram(
  { calls, leaves, of, output }: CallDiagram,
  create: (sourceOf: (letter: string) => Observable<string>, helpers: VirtualHelpers) => Orchestrator,
): void {
  virtually((helpers) => {
    const { cold, hot, expectObservable, flush } = helpers;
    const orchestrator = create((letter) => cold(of[letter]?.gives ?? '-'), helpers);
    for (const [letter, { events }] of Object.entries(of)) {
      const word$ = orchestrator.events$.pipe(
        filter((event) => 'callId' in event && event.callId === letter),
        map(({ type }) => letters[type] ?? type),
      );
      expectObservable(word$).toBe(events);
    }
    const leaves$ = hot(leaves ?? '-');
    const given$ = hot(calls).pipe(
      mergeMap((letter) =>
        orchestrator
          .attempt('t', letter, { callId: letter })
          .pipe(takeUntil(leaves$.pipe(filter((who) => who === letter)))),
      ),
      map((result) => (isRight(result) ? String(result.right) : letterOf(result.left))),
    );
    expectObservable(given$).toBe(output);
    flush();
  });
}

function letterOf({ _tag }: ToolError): string {
  if (_tag === 'ToolTimeout') return 'X';
  return _tag === 'ToolFailed' ? 'F' : 'R';
}
