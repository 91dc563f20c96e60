import { type Either, isLeft, left, right } from 'fp-ts/Either';
import { catchError, defer, forkJoin, map, Observable, of, type Subscription, takeLast, tap, throwIfEmpty } from 'rxjs';
import { object, wholeNumber } from '../operators/gates/argument.js';
import { withBulkhead } from '../operators/withBulkhead.js';
import { callOf } from './call.js';
import type { CallHost } from './callHost.js';
import { type FlowFault, InvalidFlow, ParallelFailed, type ToolError, ToolFailed } from './error.js';
import { shorten } from './fault.js';
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
  const members: readonly (readonly [string, Call])[] = Array.isArray(group)
    ? Array.from(group as readonly Call[], (member, index) => [String(index), member] as const)
    : Object.entries(group);
  return defer(() => {
    const runId = host.nextRunId();
    const steps = members.map(([key]) => key);
    return withRunEvents(host, { runId, kind: 'parallel', name: 'parallel', steps, parentId }, (advanced) => {
      const faults = members.flatMap(([key, member]) => faultsOfMember(key, member));
      if (faults.length > 0) throw new InvalidFlow({ flow: 'parallel', faults });
      if (members.length === 0) return of(Array.isArray(group) ? [] : {});

      /** The results so far, by key. */
      const settled = new Map<string, Either<ToolError, unknown>>();
      const slots = withBulkhead<Either<ToolError, unknown>>({ concurrency, maxQueue: members.length });
      const settle = ([key, member]: readonly [string, Call]): Observable<Either<ToolError, unknown>> => {
        const callId = `${runId}.${key}`;
        return memberOf(host, member, key, runId, callId).pipe(
          slots,
          tap((result) => {
            settled.set(key, result);
            if (isLeft(result) && failFast) {
              const { tool } = member;
              const results = Object.fromEntries(settled);
              throw new ParallelFailed({ tool, callId, runId, member: key, cause: result.left, results });
            }
            advanced(key, callId);
          }),
        );
      };
      const joined$ = joinedAndLeftBackwards(members.map(settle));
      if (Array.isArray(group)) return joined$;
      return joined$.pipe(map((results) => Object.fromEntries(steps.map((key, index) => [key, results[index]]))));
    });
  });
}

/**
 * `forkJoin`, but when it is left its sources are left from the last to the first: those who wait are gone by the time
 * that a slot becomes free, and none of them begins only to be stopped.
 */
function joinedAndLeftBackwards<T>(sources: readonly Observable<T>[]): Observable<T[]> {
  return new Observable((subscriber) => {
    const joining: Subscription[] = [];
    subscriber.add(() => {
      for (const each of joining.reverse()) each.unsubscribe();
    });
    const noted = sources.map(
      (source$) =>
        new Observable<T>((each) => {
          joining.push(each);
          source$.subscribe(each);
        }),
    );
    forkJoin(noted).subscribe(subscriber);
  });
}

/** The last value of a call, or its error; never errors. */
function memberOf(
  host: CallHost,
  { tool, arguments: args }: Call,
  step: string,
  runId: string,
  callId: string,
): Observable<Either<ToolError, unknown>> {
  return callOf(host, { tool, arguments: args, callId, runId, step }).pipe(
    takeLast(1),
    throwIfEmpty(() => new ToolFailed({ tool, callId, attempt: 1, cause: new Error(emptyResult) })),
    map((value) => right(value)),
    catchError((error: unknown) => of(left(error as ToolError))),
  );
}

function faultsOfMember(key: string, member: unknown): readonly FlowFault[] {
  if (!isPlainObject(member))
    return [{ path: key, message: `expected a call { tool, arguments }, got ${shorten(member)}` }];
  if (typeof member['tool'] === 'string') return [];
  return [{ path: `${key}.tool`, message: `expected the name of a tool, got ${shorten(member['tool'])}` }];
}
