import { type Either, left, right } from 'fp-ts/Either';
import {
  asyncScheduler,
  catchError,
  defer,
  from,
  map,
  type Observable,
  type ObservableInput,
  of,
  type SchedulerLike,
} from 'rxjs';
import { clockOf } from '../operators/clockOf.js';
import { callable, object, optionsOf, wholeNumber } from '../operators/gates/argument.js';
import { Deadlines } from '../operators/gates/Deadlines.js';
import { Approvals } from './approvals.js';
import { beginCall } from './call.js';
import { callsOf } from './callsOf.js';
import type { CallHost, CallRequest } from './callHost.js';
import { closest } from './closest.js';
import type { ToolError } from './error.js';
import type { ToolEvent } from './event.js';
import { EventBus } from './eventBus.js';
import { checkedBounds, type FlowBounds } from './decodeFlow.js';
import type { Flow, FlowData, StepData } from './flow.js';
import { History } from './history.js';
import { knownKeys } from './knownKeys.js';
import { type Call, type CallGroup, type ParallelOptions, type ResultsOf, runParallel } from './parallel.js';
import { createToolIndex, type Recommendation, type SearchOptions } from './recommend.js';
import type { PlanOptions } from './plan.js';
import { countingIds, idsFrom } from './ids.js';
import { createRedaction, type Redact } from './redaction.js';
import { Registry } from './registry.js';
import { type ResumeOptions, resumeFlow } from './resumeFlow.js';
import { runFlow } from './runFlow.js';
import { runSteps } from './runSteps.js';
import type { ToolStatus, ToolStatuses } from './status.js';
import type { AnyTool, ArgumentsOf, ResultOf, ApprovalRequest, Approve } from './tool.js';

/** What `createOrchestrator` takes. */
export interface OrchestratorOptions<Tools extends readonly AnyTool[] = readonly AnyTool[]> {
  /** The tools to begin with. Default: none. */
  readonly tools?: Tools;
  /** How many events are retained, 0 or more; older ones go. Default: 1,000. */
  readonly history?: { readonly capacity: number };
  /** Whose time everything goes by. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** What events may show of arguments, values and progress reports. Default: all. */
  readonly redact?: Redact;
  /** How much of each of them events show, in characters, at least 0; what is cut is marked. Default: 10,000. */
  readonly maxValueLength?: number;
  /** Makes the ids of calls and runs; each must be new. Default: a random prefix and a counter. */
  readonly createId?: () => string;
  /** Who is asked before a call of a tool that has no `approve` of its own. Default: nobody. */
  readonly approve?: Approve;
  /** Ranks tools for a task, instead of the search by words. */
  readonly recommender?: Recommender;
  /** How large a flow may be that comes as data. Default: see {@link FlowBounds}. */
  readonly flowBounds?: FlowBounds;
}

/** Ranks tools for a task, the best first. */
export type Recommender = (task: string, tools: readonly AnyTool[]) => ObservableInput<readonly Recommendation[]>;

/** What may be said of a call beside its arguments. */
export interface CallOptions {
  /** Its id, where the caller needs to know it or to keep it the same: it is the idempotency key. Default: a new one. */
  readonly callId?: string;
  /** The call or run on whose behalf it is made; for the events. */
  readonly parentId?: string;
}

/** What an orchestrator holds at a moment: all but the first two are zero when nothing is going on. */
export interface OrchestratorStats {
  readonly tools: number;
  readonly events: { readonly published: number; readonly retained: number; readonly dropped: number };
  readonly running: number;
  readonly queued: number;
  /** Slots and places in queues that its tools' gates hold, shared ones for all who share them. */
  readonly permits: number;
  readonly waiting: number;
  readonly timers: number;
}

type ToolsByName<Tools extends readonly AnyTool[]> = { readonly [T in Tools[number] as T['name']]: T };
type AnyTools = Readonly<Record<string, AnyTool>>;
type NameIn<Tools> = keyof Tools & string;
/** Any text, where editors are still to offer the names that are known. */
type AnyName = string & Record<never, never>;

/** The members of a group, each checked against the tools: a tool that is not registered is a compile error. */
type Checked<Tools, Group> = {
  readonly [K in keyof Group]: Group[K] extends Call<infer Name>
    ? string extends Name
      ? Group[K]
      : Name extends NameIn<Tools>
        ? Group[K]
        : never
    : Group[K];
};

/**
 * Runs tools as streams. Everything it gives is cold, but for `events$`: subscribing begins, unsubscribing stops and
 * frees what was held.
 *
 * @typeParam Tools - The registered tools by name, as far as the compiler knows them.
 */
export interface Orchestrator<Tools extends object = AnyTools> {
  /** Runs a tool: each subscription is a call. Emits what it gives; errors with a ToolError. */
  execute<Name extends NameIn<Tools>>(
    name: Name,
    args: ArgumentsOf<Tools[Name]>,
    options?: CallOptions,
  ): Observable<ResultOf<Tools[Name]>>;
  /** Runs a tool that is named in data. */
  execute(call: Call, options?: CallOptions): Observable<unknown>;

  /** The same, but a failure is a `left`: never errors. */
  attempt<Name extends NameIn<Tools>>(
    name: Name,
    args: ArgumentsOf<Tools[Name]>,
    options?: CallOptions,
  ): Observable<Either<ToolError, ResultOf<Tools[Name]>>>;
  attempt(call: Call, options?: CallOptions): Observable<Either<ToolError, unknown>>;

  /**
   * Runs a flow. Emits what it has so far after each step; the last is the result. The input's fields are its first
   * keys. Errors with InvalidFlow before anything runs, or with ChainFailed or PlanFailed, which hold what had been done.
   */
  run<Input extends object, Context extends object>(
    flow: Flow<Input, Context, NameIn<Tools>>,
    ...input: object extends Input ? [input?: Input, options?: RunOptions] : [input: Input, options?: RunOptions]
  ): Observable<Context>;
  /** Runs a flow from its data form, for instance from JSON: `unknown` is checked first. */
  run(flow: FlowData, input?: object, options?: RunOptions): Observable<Readonly<Record<string, unknown>>>;

  /**
   * Goes on with a run of a flow that came to no end: what its events say is done is not done again, what had started is
   * begun anew, under the same `callId`. Emits as `run` does. Errors with NotResumable, before anything runs, where the
   * events are not enough, or where steps that had started say something else now.
   *
   * @param events - Those of the run, of one process or of several one after the other; others may be among them.
   */
  resume<Input extends object, Context extends object>(
    flow: Flow<Input, Context, NameIn<Tools>>,
    events: Iterable<ToolEvent>,
    options?: ResumeOptions,
  ): Observable<Context>;
  resume(
    flow: FlowData,
    events: Iterable<ToolEvent>,
    options?: ResumeOptions,
  ): Observable<Readonly<Record<string, unknown>>>;

  /**
   * Runs the steps of a plan as they arrive, for instance while a model is still writing them: each begins as soon as
   * what it needs is there. Emits the context after each step. A step that is not valid fails like one whose call fails.
   */
  runSteps(
    steps: ObservableInput<StepData>,
    input?: object,
    options?: RunStepsOptions,
  ): Observable<Readonly<Record<string, unknown>>>;

  /** Runs calls together. Emits once, when all have ended: for each an Either, in the shape of the group. */
  parallel<const Group extends CallGroup>(
    group: Group & Checked<Tools, Group>,
    options?: ParallelOptions,
  ): Observable<ResultsOf<Group>>;

  /** A tool's status now, then each change. Waits for the tool to be registered; completes when it is unregistered. */
  status$(name: NameIn<Tools> | AnyName): Observable<ToolStatus>;
  /** All tools' statuses by name, now and at each change. */
  readonly statuses$: Observable<ToolStatuses>;
  /** What happens from now on. Never errors and never completes. */
  readonly events$: Observable<ToolEvent>;
  /** What is retained, then what happens: no gap, no repeat. */
  readonly history$: Observable<ToolEvent>;
  /** The approvals that are awaited, now and at each change. */
  readonly approvals$: Observable<readonly ApprovalRequest[]>;
  /** The registered tools, now and at each change. */
  readonly tools$: Observable<readonly AnyTool[]>;

  /**
   * Adds a tool, and returns this same orchestrator with a type that knows it.
   *
   * @throws TypeError where the name is taken.
   */
  register<T extends AnyTool>(tool: T): Orchestrator<Tools & { readonly [K in T['name']]: T }>;
  /** Takes a tool out: calls that go on end as they would, new ones find no tool. False where there was none. */
  unregister(name: NameIn<Tools> | AnyName): boolean;

  /** The tools that fit a task, the best first; empty where none does. */
  recommend(task: string, options?: SearchOptions): Observable<readonly Recommendation[]>;

  /** What is held now. */
  stats(): OrchestratorStats;
}

/** What may be said of a run beside its input. */
export interface RunOptions {
  /** The call or run on whose behalf it is made; for the events. */
  readonly parentId?: string;
}

/** How steps that arrive are run. */
export interface RunStepsOptions extends RunOptions, PlanOptions {
  /** For events and messages. Default: `'steps'`. */
  readonly name?: string;
}

/**
 * Makes an orchestrator.
 *
 * @throws TypeError, RangeError for an option that is out of its range, and for two tools of one name.
 *
 * @example
 * ```ts
 * const orchestrator = createOrchestrator({ tools: [search, fetchPage] });
 * orchestrator.execute('search', { query: 'forkJoin' }).subscribe(console.log);
 * ```
 */
export function createOrchestrator<const Tools extends readonly AnyTool[] = readonly []>(
  options: OrchestratorOptions<Tools> = {},
): Orchestrator<ToolsByName<Tools>> {
  const { scheduler = asyncScheduler, recommender, redact, approve } = object('options', options);
  knownKeys('an option of an orchestrator', options, known);
  if (redact !== undefined) callable('redact', redact);
  if (approve !== undefined) callable('approve', approve);
  if (recommender !== undefined) callable('recommender', recommender);
  const ids = options.createId === undefined ? countingIds() : idsFrom(callable('createId', options.createId));
  const maxValueLength = wholeNumber('maxValueLength', options.maxValueLength ?? 10_000, 0, true);
  const history = new History<ToolEvent>(wholeNumber('history.capacity', options.history?.capacity ?? 1_000, 0));

  const clock = clockOf(scheduler);
  const bus = new EventBus(clock, history);
  const registry = new Registry(bus, clock, scheduler);
  const deadlines = new Deadlines();
  const approvals = new Approvals();
  const host: CallHost = {
    clock,
    flowBounds: checkedBounds(options.flowBounds ?? {}),
    callOf: callsOf((request, subscriber) => {
      beginCall(host, request, subscriber);
    }),
    runFlow: (flow, input, of) => runFlow(host, flow, input, of),
    bus,
    scheduler,
    deadlines,
    approve,
    approvals,
    get tools() {
      return registry.tools;
    },
    find: (name) => registry.find(name),
    closest: (name) => closest(name, registry.names),
    ids,
    ...createRedaction(redact, maxValueLength),
  };
  /** Made at the first recommendation, and kept up to date from then on. */
  let index: ReturnType<typeof createToolIndex> | undefined;

  const execute = (first: string | Call, second?: unknown, third?: CallOptions): Observable<unknown> =>
    host.callOf(requestOf(first, second, third));
  const register = (tool: AnyTool): unknown => {
    registry.add(tool);
    index?.add(tool);
    return orchestrator;
  };
  const orchestrator = {
    execute,
    attempt: (first: string | Call, second?: unknown, third?: CallOptions) =>
      execute(first, second, third).pipe(
        map((value) => right(value)),
        catchError((error: unknown) => of(left(error as ToolError))),
      ),
    run: (flow: unknown, input: unknown = {}, runOptions: RunOptions = {}) =>
      runFlow(host, flow, input, optionsOf('options', runOptions, { parentId: true })),
    resume: (flow: unknown, events: Iterable<ToolEvent>, resumeOptions: ResumeOptions = {}) =>
      resumeFlow(host, flow, events, optionsOf('options', resumeOptions, { runId: true, input: true })),
    runSteps: (steps: ObservableInput<unknown>, input: unknown = {}, stepsOptions: RunStepsOptions = {}) => {
      const names = { name: true, concurrency: true, failFast: true, parentId: true } as const;
      const given = optionsOf('options', stepsOptions, names);
      const { name = 'steps', concurrency = Infinity, failFast = false, parentId } = given;
      return runSteps(host, steps, input, {
        name,
        concurrency: wholeNumber('concurrency', concurrency, 1, true),
        failFast,
        parentId,
      });
    },
    parallel: (group: CallGroup, parallelOptions: ParallelOptions = {}) => {
      const names = { failFast: true, concurrency: true, parentId: true } as const;
      return runParallel(host, group, optionsOf('options', parallelOptions, names));
    },
    status$: (name: string) => registry.status$(name),
    statuses$: registry.statuses$,
    events$: bus.events$,
    history$: bus.history$,
    approvals$: approvals.requests$,
    tools$: registry.tools$,
    register,
    unregister: (name: string) => {
      index?.remove(name);
      return registry.remove(name);
    },
    recommend: (task: string, { limit = 5 }: SearchOptions = {}) =>
      defer(() => {
        if (recommender) return from(recommender(task, registry.tools)).pipe(map((ranked) => ranked.slice(0, limit)));
        if (!index) {
          index = createToolIndex();
          for (const tool of registry.tools) index.add(tool);
        }
        return of(index.search(task, { limit }));
      }),
    stats: () => ({
      tools: registry.names.length,
      events: { published: bus.seq, retained: history.size, dropped: history.dropped },
      ...registry.held(),
      timers: registry.held().timers + deadlines.timers,
    }),
  };
  for (const tool of options.tools ?? []) register(tool);
  return orchestrator as never;
}

const known = [
  'tools',
  'history',
  'scheduler',
  'redact',
  'maxValueLength',
  'createId',
  'approve',
  'recommender',
  'flowBounds',
] as const satisfies readonly (keyof OrchestratorOptions)[];

/** The request of `execute(name, args, options)`, or of `execute(call, options)`. */
function requestOf(first: string | Call, second: unknown, third: CallOptions | undefined): CallRequest {
  if (typeof first === 'string') return toolRequest(first, second, third);
  return toolRequest(first.tool, first.arguments, second as CallOptions | undefined);
}

function toolRequest(tool: string, args: unknown, options: CallOptions | undefined): CallRequest {
  if (!options) return { tool, arguments: args };
  return { tool, arguments: args, callId: options.callId, parentId: options.parentId };
}
