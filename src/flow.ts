import type { Condition } from './condition.js';

/** A step of a flow: which tool, with which arguments, and under which key its result is kept. */
export interface Step {
  readonly tool: string;
  /** Data that may hold references to the input and to other steps. */
  readonly arguments: unknown;
  /** The name under which other steps refer to the result. */
  readonly outputKey: string;
  /** What people call it: in pictures. Default: `outputKey`. */
  readonly name?: string;
  /** Keys of steps that must have ended before, beside those that it refers to. */
  readonly after?: readonly string[];
  /** Which of the tool's values are the result: the last (default), the first, or all of them, as an array. */
  readonly take?: Take;
  /** The step runs only if this holds; otherwise it is skipped, and so is what refers to its result. Default: it runs. */
  readonly when?: Condition;
  /** What stands under the key where the step gives no result: it failed, or was skipped. May hold references. */
  readonly fallback?: unknown;
  /** An array, or a reference to one: one call for each element, which the arguments know as `$item`, with `$index`. */
  readonly each?: unknown;
  /** How many calls of `each` may run at once, at least 1. Default: `Infinity`; the tool's own limits hold anyway. */
  readonly concurrency?: number;
  /** How long the step may take, in ms, above 0, all its calls and their waiting included. Default: `Infinity`. */
  readonly timeoutMs?: number;
}

/** Which of a tool's values are the result of a step. */
export type Take = 'last' | 'first' | 'all';

/** How the steps are run: one after the other, or each as soon as what it refers to is there. */
export type FlowKind = 'chain' | 'plan';

/**
 * A flow: inert, serialisable data. Its types say what input it takes, what it will have gathered at the end, and which
 * tools it needs.
 */
export interface Flow<Input extends object = never, Context extends object = object, Tools extends string = string> {
  readonly kind: FlowKind;
  readonly name: string;
  readonly steps: readonly Step[];
  /** Of a plan: how many steps may run at once, at least 1. Default: `Infinity`. */
  readonly concurrency?: number;
  /** Of a plan: true, and the first failure cancels what runs. Default: false, what does not need it goes on. */
  readonly failFast?: boolean;
  /** Carries the types; has no value. */
  readonly types?: { readonly input: (input: Input) => void; readonly context: Context; readonly tools: Tools };
}

/** A flow that was read from data: nobody knows what input it takes, and what it will give. */
export type DecodedFlow = Flow<object, Readonly<Record<string, unknown>>>;

/** The data form of a flow, as people and models write it. */
export interface FlowData {
  /** Where an editor finds the schema of this form; it is not read. */
  readonly $schema?: string;
  /** Default: `'chain'`. */
  readonly kind?: FlowKind;
  /** For events and messages. Default: `'flow'`. */
  readonly name?: string;
  readonly steps: readonly StepData[];
  /** See {@link Flow}. */
  readonly concurrency?: number;
  /** See {@link Flow}. */
  readonly failFast?: boolean;
  /** Tells the data form from a builder. */
  readonly step?: never;
}

/** The data form of a step: as {@link Step}, but what has a default may be left out. */
export interface StepData extends Omit<Step, 'arguments' | 'outputKey'> {
  /** Default: none, `{}`. */
  readonly arguments?: unknown;
  /** Default: the tool's name. */
  readonly outputKey?: string;
  /** Another spelling of `outputKey`. */
  readonly output_key?: string;
}

/** Under these names the arguments of a step with `each` know the element and its position. */
export const elementKeys: readonly string[] = ['item', 'index'];

/**
 * The data form of a flow: what `JSON.stringify` writes, `decodeFlow` reads, and the JSON Schema of the package
 * describes.
 */
export function encodeFlow({ kind, name, steps, concurrency, failFast }: Flow): FlowData {
  return {
    kind,
    name,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(failFast === undefined ? {} : { failFast }),
    steps,
  };
}
