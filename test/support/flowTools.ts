import * as t from 'io-ts';
import type { Observable } from 'rxjs';
import { of } from 'rxjs';
import { defineTool, type Orchestrator, type ToolEvent } from '../../src/index.js';

/** Gives back its arguments, at once. */
export const echo = defineTool({
  name: 'echo',
  description: 'Gives back its arguments.',
  input: t.unknown,
  run: (args) => of(args),
});

/** Completes without a value. */
export const silent = defineTool({ name: 'silent', description: 'Says nothing.', input: t.unknown, run: () => [] });

/** Fails at once. */
export const failing = defineTool({
  name: 'failing',
  description: 'Fails.',
  input: t.unknown,
  run: (): Observable<never> => {
    throw new Error('broken');
  },
});

/** Ids that a test can foresee: `r1`, `r2` … */
export function countedIds(): () => string {
  let count = 0;
  return () => `r${String(++count)}`;
}

/** What a subscriber is told. */
export interface Told<T> {
  readonly values: T[];
  error?: unknown;
  /** How it ended; undefined while it goes on. */
  end?: 'completed' | 'errored';
}

/** Subscribes, and writes down what is told from then on. */
export function watch<T>(source: Observable<T>): Told<T> {
  const told: Told<T> = { values: [] };
  source.subscribe({
    next: (value) => told.values.push(value),
    error: (error: unknown) => {
      told.error = error;
      told.end = 'errored';
    },
    complete: () => {
      told.end = 'completed';
    },
  });
  return told;
}

/** The error that a source ends with at once. */
export function errorOf(source: Observable<unknown>): unknown {
  const told = watch(source);
  if (told.end !== 'errored') throw new Error(`expected an error, got ${JSON.stringify(told)}`);
  return told.error;
}

/** The last value of a source that completes at once. */
export function lastOf<T>(source: Observable<T>): T {
  const told = watch(source);
  if (told.end !== 'completed') throw told.error ?? new Error('expected an end, got none');
  return told.values.at(-1) as T;
}

/** The events from now on as lines, `at type id`: the id of the call, or of the run. */
export function linesOf({ events$ }: Pick<Orchestrator, 'events$'>): string[] {
  const lines: string[] = [];
  events$.subscribe((event) => lines.push(lineOf(event)));
  return lines;
}

function lineOf(event: ToolEvent): string {
  if ('callId' in event) return `${event.at} ${event.type} ${event.callId}`;
  return `${event.at} ${event.type} ${'runId' in event ? event.runId : event.tool}`;
}
