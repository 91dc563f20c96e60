import type { BuiltFlow } from './builtFlow.js';
import { FlowBuilder } from './flowBuilder.js';

/** A chain that can be added to: each `step` gives a new chain and leaves this one as it is. */
export type Chain<Input extends object, Context extends object, Tools extends string> = BuiltFlow<
  'chain',
  Input,
  Context,
  Tools
>;

/**
 * Begins a chain: a flow whose steps run one after the other, each with the results of those before it at hand.
 *
 * @typeParam Input - The object that `run` is given; its fields are the first keys.
 * @param name - For events and messages.
 * @throws TypeError for a name that is no text.
 *
 * @example
 * ```ts
 * const research = chain<{ topic: string }>('research')
 *   .step('hits', search, ($) => ({ query: $.topic }))
 *   .step('page', fetchPage, ($) => ({ url: $.hits[0].url }));
 * ```
 */
export function chain<Input extends object = object>(name: string): Chain<Input, Input, never> {
  return new FlowBuilder({ kind: 'chain', name }) as never;
}
