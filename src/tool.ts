import type * as t from 'io-ts';
import type { MonoTypeOperatorFunction, Observable, ObservableInput } from 'rxjs';
import type { Feedback } from '../operators/feedback.js';
import type { RateLimitOptions, RateLimiter } from '../operators/gates/RateLimiter.js';
import { RateLimiter as Limiter } from '../operators/gates/RateLimiter.js';
import { Circuit, type CircuitOptions } from '../operators/gates/Circuit.js';
import type { CacheOptions } from '../operators/gates/CacheStore.js';
import { Semaphore } from '../operators/gates/Semaphore.js';
import { ResultCache } from '../operators/ResultCache.js';
import { type HedgeOptions, withHedge } from '../operators/withHedge.js';
import { type RetryOptions, withRetry } from '../operators/withRetry.js';
import { callable, object, oneOf, positiveMs, wholeNumber } from '../operators/gates/argument.js';
import type { ToolError } from './error.js';
import type { Flow, FlowData } from './flow.js';
import { knownKeys } from './knownKeys.js';

/** Runs a flow on behalf of a call. */
export interface RunFlow {
  <Input extends object, Context extends object>(flow: Flow<Input, Context>, input: Input): Observable<Context>;
  (flow: FlowData, input?: object): Observable<Readonly<Record<string, unknown>>>;
}

/** What `run` is told of the call it works for. */
export interface ToolCall {
  /** The tool's name. */
  readonly tool: string;
  /** The same for all attempts of a call: use it as the idempotency key. */
  readonly callId: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The run that the call belongs to. */
  readonly runId?: string | undefined;
  /** The step of that run. */
  readonly step?: string | undefined;
  /**
   * Fires when the attempt is torn down before its end: the caller unsubscribed, or a timeout passed. Hand it to
   * whatever can be stopped. Made when it is first read.
   */
  readonly signal: AbortSignal;
  /**
   * Runs a flow in the orchestrator that runs the tool, on behalf of this call. Emits what it has so far after each step;
   * the last is the result. Where the run of this call is resumed, so is the flow's.
   */
  readonly run: RunFlow;
  /** Tells those who watch how far the tool is: a `call.progressed` event, and no value. Ignored after the end. */
  readonly progress: (report: unknown) => void;
}

/** A rate limit with what may depend on the call's arguments. */
export interface ToolRateLimit<Args> {
  /** Each key has a limit of its own (a user, a host). Default: one for the whole tool. */
  readonly key?: (args: Args) => string;
  /** How much of the limit the call uses up. Default: 1. */
  readonly cost?: number | ((args: Args) => number);
  /**
   * Holds the limiter back, for all who use it, when the service says to come again later: `true` goes by the
   * `retryAfterMs` of what `run` throws or gives, a function says how many ms, or undefined. Default: not.
   */
  readonly feedback?: Feedback;
}

/** A limiter of yours, for all tools that name it, or the options of one for this tool alone. */
export type RateLimitSetting<Args> =
  | RateLimiter
  | (ToolRateLimit<Args> & (RateLimitOptions | { readonly limiter: RateLimiter }));

/** A question: may this call be made? */
export interface ApprovalRequest {
  readonly callId: string;
  readonly tool: AnyTool;
  /** As `run` will get them. */
  readonly arguments: unknown;
  /** SHA-256 over the call's id, the tool's name and the arguments: the decision is for this and nothing else. */
  readonly digest: string;
}

/** The answer; `denied` says why. */
export type ApprovalDecision = 'approved' | { readonly denied: string };

/** Decides whether a call may be made; its first value counts. */
export type Approve = (request: ApprovalRequest) => ObservableInput<ApprovalDecision>;

/** A circuit of yours, for all tools that name it, or the options of one for this tool alone. */
export type CircuitSetting =
  | Circuit
  | ((CircuitOptions | { readonly circuit: Circuit }) & {
      /** Which errors are failures of the service. Default: every ToolTimeout, ToolFailed and InvalidResult. */
      readonly isFailure?: (error: ToolError) => boolean;
    });

/** A cache of yours, for all tools that name it, or the options of one for this tool alone. */
export type CacheSetting<Args> =
  | ResultCache
  | ((CacheOptions | { readonly cache: ResultCache }) & {
      /** Under what a result is kept, beside the tool's name. Default: the arguments, whatever the order of their keys. */
      readonly key?: (args: Args) => unknown;
    });

/** What a tool goes on with when a call of it fails. */
export type FallbackSetting<Args> = {
  /** Which errors it is for. Default: all but ApprovalDenied. */
  readonly when?: (error: ToolError) => boolean;
} & (
  | { /** Emitted instead. */ readonly value: unknown }
  | { /** Begun instead. */ readonly use: (error: ToolError, args: Args) => ObservableInput<unknown> }
  | {
      /** The name of another tool, called instead. */
      readonly tool: string;
      /** Its arguments. Default: those of this call, decoded. */
      readonly arguments?: (args: Args, error: ToolError) => unknown;
    }
);

/** What `defineTool` takes, beside `output` and `run`. */
export interface ToolSettings<Name extends string, Input extends t.Mixed> {
  /** Unique in an orchestrator. */
  readonly name: Name;
  /** One sentence that says what it is for: people, models and `recommend` read it. */
  readonly description: string;
  /** Reads the arguments: what callers pass is what it encodes to, what `run` gets is what it decodes to. */
  readonly input: Input;
  /** How long one attempt may take, in ms, above 0. Default: 30,000. `Infinity` switches it off. */
  readonly timeoutMs?: number;
  /** How long the whole call may take, with waiting and all attempts, in ms, above 0. Default: `Infinity`. */
  readonly deadlineMs?: number;
  /** How many attempts may start in a time. Default: no limit. */
  readonly rateLimit?: RateLimitSetting<t.TypeOf<Input>>;
  /** How many attempts may run at once, at least 1, or a semaphore of yours. Default: no limit. */
  readonly concurrency?: number | Semaphore;
  /**
   * When an attempt's slot is free again after a timeout or a cancel: `teardown` (default), at once; `settle`, when the
   * promise that `run` gave has settled, so that a tool that ignores its signal never works more than `concurrency`
   * times at once.
   */
  readonly releaseOn?: 'teardown' | 'settle';
  /** Makes further attempts after a failure. Default: none. */
  readonly retry?: Omit<RetryOptions, 'scheduler' | 'onRetry'>;
  /** Makes a second attempt beside one that is slow; only for a tool that is `idempotent`. Default: none. */
  readonly hedge?: Omit<HedgeOptions, 'scheduler'>;
  /** Stops calling a tool that keeps failing. Default: never. */
  readonly circuitBreaker?: CircuitSetting;
  /**
   * Keeps complete results, and lets equal calls at the same time share one. Default: not.
   *
   * A result is kept under `[name, key]`: the tool's name, and what `key` gives, by default the arguments as `run` gets
   * them. To forget one, make the cache yourself, give it to the tool, and call
   * `cache.invalidate([name, key])`; `cache.clear()` forgets those of all tools that share it.
   */
  readonly cache?: CacheSetting<t.TypeOf<Input>>;
  /** What to go on with when all has failed. Default: the error. */
  readonly fallback?: FallbackSetting<t.TypeOf<Input>>;
  /** Who is asked before a call is made. Default: nobody, or whom the orchestrator asks. */
  readonly approve?: Approve;
  /** True: calling it twice has the effect of calling it once. Default: false. */
  readonly idempotent?: boolean;
  /** True: it changes nothing. Default: false. */
  readonly readOnly?: boolean;
  /** True: what it does may not be undone. Default: false. */
  readonly destructive?: boolean;
  /** Applied around the attempts, innermost first: each subscription to its source is one attempt. */
  readonly operators?: readonly MonoTypeOperatorFunction<unknown>[];
}

/** A tool: inert data. Does nothing until an orchestrator runs it. */
export interface Tool<Name extends string = string, Args = unknown, Result = unknown>
  extends Omit<ToolSettings<Name, t.Type<unknown, Args>>, 'input' | 'rateLimit' | 'cache' | 'fallback'> {
  readonly input: t.Mixed;
  readonly output?: t.Mixed | undefined;
  readonly rateLimit?: RateLimitSetting<never>;
  readonly cache?: CacheSetting<never>;
  readonly fallback?: FallbackSetting<never>;
  readonly run: (args: never, call: ToolCall) => ObservableInput<unknown>;
  /** Carries the types of the arguments and the result; has no value. */
  readonly types?: { readonly args: (args: Args) => void; readonly result: Result };
}

/** Any tool, whatever its types. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- arguments stand in a parameter: only `any` fits all
export type AnyTool = Tool<string, any>;

/** What a caller passes to a tool. */
export type ArgumentsOf<T> = T extends Tool<string, infer Args> ? Args : never;

/** What a tool gives. */
export type ResultOf<T> = T extends Tool<string, never, infer Result> ? Result : never;

/**
 * Makes a tool. With an `output` codec each value that `run` gives is checked, and results have the codec's type;
 * without one they have the type that `run` says.
 *
 * `run` may return an Observable, a Promise, an AsyncIterable or an Iterable, and may throw. It is called at each
 * subscription, once for each attempt. An array is an Iterable, so each of its items is a value of the stream: give
 * `of(array)`, or a promise of it, where the array itself is the value.
 *
 * @throws TypeError, RangeError for a setting that is missing, unknown or out of its range.
 *
 * @example
 * ```ts
 * const search = defineTool({
 *   name: 'search',
 *   description: 'Search the documentation for a phrase.',
 *   input: t.type({ query: t.string }),
 *   output: t.array(t.type({ url: t.string })),
 *   rateLimit: { limit: 10, perMs: 1_000 },
 *   run: ({ query }, call) => http.get(query, { signal: call.signal }),
 * });
 * ```
 */
export function defineTool<const Name extends string, Input extends t.Mixed, Output extends t.Mixed>(
  definition: ToolSettings<Name, Input> & {
    readonly output: Output;
    readonly run: (args: t.TypeOf<Input>, call: ToolCall) => ObservableInput<unknown>;
  },
): Tool<Name, t.OutputOf<Input>, t.TypeOf<Output>>;
export function defineTool<const Name extends string, Input extends t.Mixed, Result>(
  definition: ToolSettings<Name, Input> & {
    readonly output?: undefined;
    readonly run: (args: t.TypeOf<Input>, call: ToolCall) => ObservableInput<Result>;
  },
): Tool<Name, t.OutputOf<Input>, Result>;
export function defineTool(definition: AnyTool): AnyTool {
  object('tool', definition);
  checkText('name', definition.name);
  checkText('description', definition.description);
  checkCodec('input', definition.input);
  if (definition.output !== undefined) checkCodec('output', definition.output);
  callable('run', definition.run);
  positiveMs('timeoutMs', definition.timeoutMs ?? 30_000);
  positiveMs('deadlineMs', definition.deadlineMs ?? Infinity);
  oneOf('releaseOn', definition.releaseOn ?? 'teardown', ['teardown', 'settle']);
  checkOperators(definition.operators ?? []);
  semaphoreOf(definition);
  rateLimitOf(definition);
  checkRemedies(definition);
  knownKeys('a setting of a tool', definition, known);
  return Object.freeze({ ...definition });
}

/** The semaphore of a tool: its own, or a new one from `concurrency`; undefined where nothing limits it. */
export function semaphoreOf({ concurrency }: Pick<AnyTool, 'concurrency'>): Semaphore | undefined {
  if (concurrency === undefined || concurrency instanceof Semaphore) return concurrency;
  return new Semaphore({ concurrency: wholeNumber('concurrency', concurrency, 1, true) });
}

/** The rate limit of a tool, ready to be asked; undefined where nothing limits it. */
export interface ReadyRateLimit {
  readonly limiter: RateLimiter;
  readonly key: ((args: never) => string) | undefined;
  readonly cost: number | ((args: never) => number);
  readonly feedback: Feedback;
}

export function rateLimitOf({ rateLimit }: Pick<AnyTool, 'rateLimit'>): ReadyRateLimit | undefined {
  if (rateLimit === undefined) return undefined;
  if (rateLimit instanceof Limiter) return { limiter: rateLimit, key: undefined, cost: 1, feedback: false };
  const { key, cost = 1, feedback = false, ...limits } = object('rateLimit', rateLimit);
  if (key !== undefined) callable('rateLimit.key', key);
  const limiter =
    'limiter' in limits ? onlyGate(limits, 'rateLimit.limiter', 'RateLimiter', Limiter) : new Limiter(limits);
  if (typeof cost !== 'function') limiter.checkCost(cost);
  return { limiter, key, cost, feedback };
}

/** The circuit of a tool, ready to be asked; undefined where it has none. */
export interface ReadyCircuit {
  readonly circuit: Circuit;
  readonly isFailure: (error: ToolError) => boolean;
}

export function circuitOf({ circuitBreaker }: Pick<AnyTool, 'circuitBreaker'>): ReadyCircuit | undefined {
  if (circuitBreaker === undefined) return undefined;
  if (circuitBreaker instanceof Circuit) return { circuit: circuitBreaker, isFailure: () => true };
  const { isFailure = () => true, ...options } = object('circuitBreaker', circuitBreaker);
  callable('circuitBreaker.isFailure', isFailure);
  return {
    circuit:
      'circuit' in options ? onlyGate(options, 'circuitBreaker.circuit', 'Circuit', Circuit) : new Circuit(options),
    isFailure,
  };
}

/** The cache of a tool, ready to be asked; undefined where it has none. */
export interface ReadyCache {
  readonly results: ResultCache;
  readonly key: (args: never) => unknown;
}

export function cacheOf({ cache }: Pick<AnyTool, 'cache'>): ReadyCache | undefined {
  if (cache === undefined) return undefined;
  if (cache instanceof ResultCache) return { results: cache, key: (args) => args };
  const { key = (args: never) => args, ...options } = object('cache', cache);
  callable('cache.key', key);
  return {
    results:
      'cache' in options ? onlyGate(options, 'cache.cache', 'ResultCache', ResultCache) : new ResultCache(options),
    key,
  };
}

/** A gate of the caller's own, beside which options of another would be ignored. */
function onlyGate<Gate>(options: object, path: string, kind: string, type: new (options: never) => Gate): Gate {
  const [, name = ''] = path.split('.');
  const gate = (options as Readonly<Record<string, unknown>>)[name];
  if (!(gate instanceof type)) throw new TypeError(`${path}: expected a ${kind}, got ${kindOf(gate)}`);
  knownKeys(`no options beside ${name}`, options, [name]);
  return gate;
}

function checkRemedies(definition: AnyTool): void {
  const { retry, hedge, fallback, approve, idempotent } = definition;
  if (retry !== undefined) withRetry(checkOwn('retry', retry, ['scheduler', 'onRetry']));
  if (hedge !== undefined) {
    withHedge(checkOwn('hedge', hedge, ['scheduler']));
    if (idempotent !== true) {
      throw new TypeError(
        'hedge: expected a tool that is idempotent: true, for it may be called twice, got one that is not',
      );
    }
  }
  if (approve !== undefined) callable('approve', approve);
  for (const name of ['idempotent', 'readOnly', 'destructive'] as const) {
    const value: unknown = definition[name] ?? false;
    if (typeof value !== 'boolean') throw new TypeError(`${name}: expected true or false, got ${typeof value}`);
  }
  if (definition.readOnly && definition.destructive) {
    throw new TypeError('destructive: expected it not beside readOnly: true, got both');
  }
  circuitOf(definition);
  cacheOf(definition);
  if (fallback === undefined) return;
  checkFallback(object('fallback', fallback));
}

function checkFallback(fallback: FallbackSetting<never>): void {
  knownKeys('an option of fallback', fallback, ['value', 'use', 'tool', 'arguments', 'when']);
  const ways = ['value', 'use', 'tool'].filter((way) => way in fallback);
  if (ways.length !== 1)
    throw new TypeError(`fallback: expected one of value, use, tool, got ${ways.join(' and ') || 'none'}`);
  if ('arguments' in fallback && !('tool' in fallback)) {
    throw new TypeError('fallback.arguments: expected tool beside it, got none');
  }
  if (fallback.when !== undefined) callable('fallback.when', fallback.when);
  if ('use' in fallback) callable('fallback.use', fallback.use);
  if ('value' in fallback && typeof (fallback.value as PromiseLike<unknown> | null | undefined)?.then === 'function') {
    throw new TypeError('fallback.value: expected a value, or use: () => promise, got a promise');
  }
}

/** The orchestrator gives these itself: a tool's own would be ignored. */
function checkOwn<T extends object>(name: string, options: T, given: readonly string[]): T {
  for (const option of given) {
    if (Object.hasOwn(object(name, options), option)) {
      throw new TypeError(`${name}.${option}: expected it not in a tool, where the orchestrator gives it, got one`);
    }
  }
  return options;
}

function checkText(name: string, text: unknown): void {
  if (typeof text !== 'string' || text.trim() === '') {
    throw new TypeError(`${name}: expected a text that is not empty, got ${JSON.stringify(text) ?? 'nothing'}`);
  }
}

function checkCodec(name: string, codec: unknown): void {
  if (typeof (codec as { readonly decode?: unknown } | null | undefined)?.decode !== 'function') {
    throw new TypeError(`${name}: expected an io-ts codec, got ${codec === undefined ? 'nothing' : typeof codec}`);
  }
}

function checkOperators(operators: unknown): void {
  if (!Array.isArray(operators)) {
    throw new TypeError(`operators: expected an array of operators, got ${kindOf(operators)}`);
  }
  for (const operator of operators) callable('operators', operator as () => unknown);
}

function kindOf(value: unknown): string {
  if (value == null) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const known = [
  'name',
  'description',
  'input',
  'output',
  'timeoutMs',
  'deadlineMs',
  'rateLimit',
  'concurrency',
  'releaseOn',
  'retry',
  'hedge',
  'circuitBreaker',
  'cache',
  'fallback',
  'approve',
  'idempotent',
  'readOnly',
  'destructive',
  'operators',
  'run',
] as const satisfies readonly (keyof AnyTool)[];
