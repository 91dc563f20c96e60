import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { defer, from, type Observable, Subject, tap, throwError, timeout } from 'rxjs';
import { createOrchestrator, defineTool, type Orchestrator } from '../src/index.js';

/** What is called in most rows: a small input, and an answer at once. */
export const Input = t.type({ query: t.string, limit: t.number });
export type Input = t.TypeOf<typeof Input>;

export const args: Input = { query: 'forkJoin', limit: 10 };

// eslint-disable-next-line @typescript-eslint/require-await -- a tool that answers at once, but asynchronously
export async function answerAsync({ limit }: Input): Promise<number> {
  return limit + 1;
}

export function answerAtOnce({ limit }: Input): readonly number[] {
  return [limit + 1];
}

/** The bare Observable that a call is compared with. */
export function bare<T>(run: (input: Input) => Promise<T> | readonly T[], input: Input = args): Observable<T> {
  return defer(() => from(run(input)));
}

const seen$ = new Subject<object>();

/** What people write by hand around a call: the arguments checked, a time limit, and an event at both ends. */
export function byHand<T>(run: (input: Input) => Promise<T> | readonly T[], input: Input = args): Observable<T> {
  return defer(() => {
    const decoded = Input.decode(input);
    if (isLeft(decoded)) return throwError(() => new TypeError('invalid arguments'));
    seen$.next({ type: 'started', at: Date.now(), input });
    return from(run(decoded.right)).pipe(
      timeout(30_000),
      tap({
        complete: () => {
          seen$.next({ type: 'succeeded', at: Date.now(), input });
        },
        error: (error: unknown) => {
          seen$.next({ type: 'failed', at: Date.now(), input, error });
        },
      }),
    );
  });
}

const settings = { description: 'Answers.', input: Input } as const;

/** The two tools; with `capacity` 0, and as long as nobody observes, no event is made. */
export function orchestratorOf(capacity?: number): Orchestrator {
  return createOrchestrator({
    tools: [
      defineTool({ name: 'async', ...settings, run: answerAsync }),
      defineTool({ name: 'sync', ...settings, run: answerAtOnce }),
    ],
    ...(capacity === undefined ? {} : { history: { capacity } }),
  });
}

/** One that retains as many events as by default, and whose events are observed. */
export function observed(): Orchestrator {
  const orchestrator = orchestratorOf();
  orchestrator.events$.subscribe(ignore);
  return orchestrator;
}

/** Nothing: for subscribers that only have to be there. */
export const ignore = {
  next: (): void => undefined,
  error: (): void => undefined,
};
