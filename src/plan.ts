import { object } from '../operators/gates/argument.js';
import type { BuiltFlow } from './builtFlow.js';
import { FlowBuilder } from './flowBuilder.js';
import { knownKeys } from './knownKeys.js';

/** A plan that can be added to: each `step` gives a new plan and leaves this one as it is. */
export type Plan<Input extends object, Context extends object, Tools extends string> = BuiltFlow<
  'plan',
  Input,
  Context,
  Tools
>;

/** How a plan runs. */
export interface PlanOptions {
  /** How many steps may run at once, at least 1. Default: `Infinity`; the tools' own limits hold anyway. */
  readonly concurrency?: number;
  /**
   * False (default): after a failure, what does not need the failed step goes on, and the run then fails with everything
   * that succeeded. True: the first failure cancels what runs.
   */
  readonly failFast?: boolean;
}

/**
 * Begins a plan: a flow whose steps run as soon as what they refer to is there, in the very tick in which the last of it
 * comes. Steps that are ready together begin in the order in which they stand.
 *
 * @typeParam Input - The object that `run` is given; its fields are the first keys.
 * @param name - For events and messages.
 * @throws TypeError, RangeError for a name that is no text, and for options that are unknown or out of their range.
 *
 * @example
 * ```ts
 * const report = plan<{ topic: string }>('report', { concurrency: 4 })
 *   .step('hits', search, ($) => ({ query: $.topic }))
 *   .step('news', searchNews, ($) => ({ query: $.topic })) // at the same time
 *   .step('text', summarise, ($) => ({ hits: $.hits, news: $.news })); // when both are there
 * ```
 */
export function plan<Input extends object = object>(
  name: string,
  options: PlanOptions = {},
): Plan<Input, Input, never> {
  knownKeys('an option of a plan', object('options', options), ['concurrency', 'failFast']);
  return new FlowBuilder({ kind: 'plan', name, ...options }) as never;
}
