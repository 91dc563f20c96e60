import type { Either } from 'fp-ts/Either';
import { Observable } from 'rxjs';
import { object, wholeNumber } from '../operators/gates/argument.js';
import type { CallHost } from './callHost.js';
import { type FlowFault, InvalidFlow, type ToolError } from './error.js';
import { shorten } from './fault.js';
import { ParallelRun } from './ParallelRun.js';
import { isPlainObject } from './resolve.js';
import { type Run, RunEvents } from './RunEvents.js';
import { RunId } from './runIds.js';
import type { AnyTool, ArgumentsOf, ResultOf } from './tool.js';

/** A call to be made: data. `Result` is the type of what it will give. */
export interface Call<Name extends string = string, Result = unknown> {
  readonly tool: Name;
  readonly arguments: unknown;
  /** Carries the type of the result; has no value. */
  readonly types?: { readonly result: Result };
}

/** Calls to be made together, in an array or by name. */
export type CallGroup = readonly Call[] | Readonly<Record<string, Call>>;

/** What a group gives: for each call an Either, in the shape of the group. */
export type ResultsOf<Group> = {
  -readonly [K in keyof Group]: Either<ToolError, Group[K] extends Call<string, infer Result> ? Result : unknown>;
};

/** How a group is run. */
export interface ParallelOptions {
  /**
   * False (default): every call runs to its end, and failures are among the results. True: the first failure cancels
   * the others and errors with ParallelFailed, which holds the results so far.
   */
  readonly failFast?: boolean;
  /** How many calls of the group may run at once, at least 1. Default: `Infinity`; the tools' own limits hold anyway. */
  readonly concurrency?: number;
  /** The call or run on whose behalf the group runs; for the events. */
  readonly parentId?: string;
}

/**
 * A call for a parallel group, with the types of its tool.
 *
 * @example
 * ```ts
 * orchestrator.parallel({ docs: call(search, { query: 'forkJoin' }), page: call(fetchPage, { url }) });
 * ```
 */
export function call<T extends AnyTool>(tool: T, args: ArgumentsOf<T>): Call<T['name'], ResultOf<T>> {
  return { tool: tool.name, arguments: args };
}

/** Runs the calls of a group at once and gives all their results at the end: `forkJoin`, of Eithers. */
export function runParallel(
  host: CallHost,
  group: CallGroup,
  { failFast = false, concurrency = Infinity, parentId }: ParallelOptions,
): Observable<unknown> {
  wholeNumber('concurrency', concurrency, 1, true);
  object('group', group);
  // `Object.values` would leave a hole in an array out, and what is behind it would move up.
  const calls: readonly Call[] = Array.isArray(group) ? Array.from(group as readonly Call[]) : Object.values(group);
  const keys = Array.isArray(group) ? undefined : Object.keys(group);
  const keyAt = (index: number): string => keys?.[index] ?? String(index);
  const shape = (results: readonly unknown[]): unknown =>
    keys ? Object.fromEntries(keys.map((key, index) => [key, results[index]])) : results;
  return new Observable((subscriber) => {
    const id = new RunId(host.ids);
    let parallel: ParallelRun | undefined;
    const run: Run = {
      id,
      kind: 'parallel',
      name: 'parallel',
      get steps() {
        return calls.map((_, index) => keyAt(index));
      },
      parentId,
      isDone: () => parallel?.isDone === true,
    };
    new RunEvents<unknown>(host, run, subscriber).start((listener) => {
      const faults = faultsOf(calls, keyAt);
      if (faults.length > 0) throw new InvalidFlow({ flow: 'parallel', faults });
      return (parallel = new ParallelRun(host, id, { calls, keyAt, shape }, { failFast, concurrency }, listener));
    });
  });
}

function faultsOf(calls: readonly unknown[], keyAt: (index: number) => string): readonly FlowFault[] {
  const faults: FlowFault[] = [];
  calls.forEach((member, index) => {
    if (!isPlainObject(member)) {
      faults.push({ path: keyAt(index), message: `expected a call { tool, arguments }, got ${shorten(member)}` });
    } else if (typeof member['tool'] !== 'string') {
      const message = `expected the name of a tool, got ${shorten(member['tool'])}`;
      faults.push({ path: `${keyAt(index)}.tool`, message });
    }
  });
  return faults;
}
