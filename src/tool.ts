import type * as t from 'io-ts';
import type { MonoTypeOperatorFunction, ObservableInput } from 'rxjs';
import type { RateLimitOptions, RateLimiter } from '../operators/gates/RateLimiter.js';
import { RateLimiter as Limiter } from '../operators/gates/RateLimiter.js';
import { Semaphore } from '../operators/gates/Semaphore.js';
import { callable, object, oneOf, positiveMs, wholeNumber } from '../operators/gates/argument.js';
import { knownKeys } from './knownKeys.js';

/** What `run` is told of the call it works for. */
export interface ToolCall {
  /** The tool's name. */
  readonly tool: string;
  /** The same for all attempts of a call: use it as the idempotency key. */
  readonly callId: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The run that the call belongs to. */
  readonly runId?: string;
  /** The step of that run. */
  readonly step?: string;
  /**
   * Fires when the attempt is torn down before its end: the caller unsubscribed, or a timeout passed. Hand it to
   * whatever can be stopped. Made when it is first read.
   */
  readonly signal: AbortSignal;
  /** Tells those who watch how far the tool is: a `call.progressed` event, and no value. Ignored after the end. */
  progress(report: unknown): void;
}

/** A rate limit with what may depend on the call's arguments. */
export interface ToolRateLimit<Args> {
  /** Each key has a limit of its own (a user, a host). Default: one for the whole tool. */
  readonly key?: (args: Args) => string;
  /** How much of the limit the call uses up. Default: 1. */
  readonly cost?: number | ((args: Args) => number);
}

/** A limiter of yours, for all tools that name it, or the options of one for this tool alone. */
export type RateLimitSetting<Args> =
  | RateLimiter
  | (ToolRateLimit<Args> & (RateLimitOptions | { readonly limiter: RateLimiter }));

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
  /** Applied around the attempts, innermost first: each subscription to its source is one attempt. */
  readonly operators?: readonly MonoTypeOperatorFunction<unknown>[];
}

/** A tool: inert data. Does nothing until an orchestrator runs it. */
export interface Tool<Name extends string = string, Args = unknown, Result = unknown>
  extends Omit<ToolSettings<Name, t.Type<unknown, Args>>, 'input' | 'rateLimit'> {
  readonly input: t.Mixed;
  readonly output?: t.Mixed | undefined;
  readonly rateLimit?: RateLimitSetting<never>;
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
}

export function rateLimitOf({ rateLimit }: Pick<AnyTool, 'rateLimit'>): ReadyRateLimit | undefined {
  if (rateLimit === undefined) return undefined;
  if (rateLimit instanceof Limiter) return { limiter: rateLimit, key: undefined, cost: 1 };
  const { key, cost = 1 } = object('rateLimit', rateLimit);
  if (key !== undefined) callable('rateLimit.key', key);
  const limiter = 'limiter' in rateLimit ? checkLimiter(rateLimit.limiter) : new Limiter(rateLimit);
  if (typeof cost !== 'function') limiter.checkCost(cost);
  return { limiter, key, cost };
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

function checkLimiter(limiter: unknown): RateLimiter {
  if (limiter instanceof Limiter) return limiter;
  throw new TypeError(`rateLimit.limiter: expected a RateLimiter, got ${kindOf(limiter)}`);
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
  'operators',
  'run',
] as const satisfies readonly (keyof AnyTool)[];
