import { type Either, isLeft } from 'fp-ts/Either';
import { defer, map, type Observable, of } from 'rxjs';
import { object, wholeNumber } from '../operators/gates/argument.js';
import { subscriberOf } from '../operators/upstream.js';
import { withBulkhead } from '../operators/withBulkhead.js';
import { callOf, makeCall } from './call.js';
import type { CallHost } from './callHost.js';
import { type FlowFault, InvalidFlow, ParallelFailed, type ToolError, ToolFailed } from './error.js';
import { shorten } from './fault.js';
import { joined, type Settled } from './joined.js';
import { isPlainObject } from './resolve.js';
import { withRunEvents } from './run.js';
import { emptyResult } from './runStep.js';
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
  // `Object.entries` would leave a hole in an array out, and what is behind it would move up.
  const members: readonly Member[] = Array.isArray(group)
    ? Array.from(group as readonly Call[], (member, index) => [String(index), member] as const)
    : Object.entries(group);
  return defer(() => {
    const runId = host.nextRunId();
    const steps = members.map(([key]) => key);
    return withRunEvents(host, { runId, kind: 'parallel', name: 'parallel', steps, parentId }, (advanced) => {
      const faults = members.flatMap(([key, member]) => faultsOfMember(key, member));
      if (faults.length > 0) throw new InvalidFlow({ flow: 'parallel', faults });
      if (members.length === 0) return of(Array.isArray(group) ? [] : {});

      const slots =
        concurrency === Infinity ? undefined : withBulkhead<unknown>({ concurrency, maxQueue: members.length });
      const callIdOf = (index: number): string => `${runId}.${steps[index] as string}`;
      /** The results so far, by key: wanted only where a failure ends the run. */
      const settled = new Map<string, Settled>();
      const joined$ = joined({
        count: members.length,
        begin: (index, caller) => {
          const [step, { tool, arguments: args }] = members[index] as Member;
          const request = { tool, arguments: args, callId: callIdOf(index), runId, step };
          if (!slots) {
            makeCall(host, request, caller);
            return;
          }
          const subscriber = subscriberOf(caller);
          caller.add(subscriber);
          callOf(host, request).pipe(slots).subscribe(subscriber);
        },
        emptiness: (index) => {
          const [, { tool }] = members[index] as Member;
          return new ToolFailed({ tool, callId: callIdOf(index), attempt: 1, cause: new Error(emptyResult) });
        },
        settled: (index, result) => {
          const [key, { tool }] = members[index] as Member;
          const callId = callIdOf(index);
          if (failFast) settled.set(key, result);
          if (isLeft(result) && failFast) {
            const results = Object.fromEntries(settled);
            return new ParallelFailed({ tool, callId, runId, member: key, cause: result.left, results });
          }
          advanced(key, callId);
          return undefined;
        },
      });
      if (Array.isArray(group)) return joined$;
      return joined$.pipe(map((results) => Object.fromEntries(steps.map((key, index) => [key, results[index]]))));
    });
  });
}

/** A call of a group, and its key. */
type Member = readonly [string, Call];

function faultsOfMember(key: string, member: unknown): readonly FlowFault[] {
  if (!isPlainObject(member))
    return [{ path: key, message: `expected a call { tool, arguments }, got ${shorten(member)}` }];
  if (typeof member['tool'] === 'string') return [];
  return [{ path: `${key}.tool`, message: `expected the name of a tool, got ${shorten(member['tool'])}` }];
}
