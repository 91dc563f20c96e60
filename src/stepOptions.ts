import type { ConditionOf } from './condition.js';
import type { Take } from './flow.js';
import type { AnyReference, References, Referring, Resolved } from './recording.js';
import type { ResultOf } from './tool.js';

/** A condition as the builder takes it. */
export type StepCondition = ConditionOf<AnyReference>;

/** What can be said of a step beside its arguments. */
export interface StepOptions<Context, Result = unknown> {
  /** What people call it: in pictures. Default: its key. */
  readonly name?: string;
  /** Keys of steps that must have ended before, beside those that it refers to. Default: none. */
  readonly after?: readonly (keyof Context & string)[];
  /** Which of the tool's values are the result: `last` (default), `first`, or `all` of them, as an array. */
  readonly take?: Take;
  /** The step runs only if this holds; otherwise it is skipped, and so is what refers to its result. Default: it runs. */
  readonly when?: ($: References<Context>) => StepCondition;
  /** What stands under the key where the step gives no result: it failed, or was skipped. Default: nothing. */
  readonly fallback?: ($: References<Context>) => Referring<Result>;
  /** How long the step may take, in ms, above 0, all its calls and their waiting included. Default: `Infinity`. */
  readonly timeoutMs?: number;
}

/**
 * The option that makes one call for each element of an array: options with it stand before the arguments.
 *
 * @typeParam Elements - A reference to an array, or an array with references in it.
 */
export interface EachOption<Context, Elements> {
  /** The array. The arguments know its elements as `$.item`, and their positions as `$.index`. */
  readonly each: ($: References<Context>) => Elements;
  /** How many of the calls may run at once, at least 1. Default: `Infinity`; the tool's own limits hold anyway. */
  readonly concurrency?: number;
}

/** An element of `each`. */
export type ItemOf<Elements> = 0 extends 1 & Elements
  ? // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an element of `any` is `any`
    any
  : Resolved<Elements> extends readonly (infer Item)[]
    ? Item
    : never;

/** What an element of `each` adds to what the arguments can refer to. */
export interface ElementContext<Item> {
  readonly item: Item;
  readonly index: number;
}

/** What the tool of a step gives, as its `take` says. */
export type TakenOf<T, Options> = Options extends { readonly take: 'all' } ? readonly ResultOf<T>[] : ResultOf<T>;

/** What stands under the key of a step: it may be missing where a condition may skip it and nothing stands in. */
export type Output<Key extends string, Value, Options> = Options extends { readonly when: unknown }
  ? Options extends { readonly fallback: unknown }
    ? { readonly [K in Key]: Value }
    : { readonly [K in Key]?: Value }
  : { readonly [K in Key]: Value };
