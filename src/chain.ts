import { callable } from '../operators/gates/argument.js';
import { shorten } from './fault.js';
import type { Flow, Step } from './flow.js';
import { type NoOthers, recorder, type References, type Referring, toData } from './recording.js';
import type { AnyTool, ArgumentsOf, ResultOf, Tool } from './tool.js';

/** A chain that can be added to: each `step` gives a new chain and leaves this one as it is. */
export interface Chain<Input extends object, Context extends object, Tools extends string>
  extends Flow<Input, Context, Tools> {
  /**
   * Adds a step, which runs after all before it.
   *
   * @param key - The name under which later steps refer to its result; not used before, in the chain or its input.
   * @param tool - What it runs. Its name goes into the flow, not the tool itself.
   * @param args - Its arguments. `$` records what is read from it: `$.hits[0].url` becomes a reference.
   * @throws TypeError for a key that is no text, and for arguments that have no data form. A key that is used already
   * is a fault of the flow when it is run.
   */
  step<const Key extends string, T extends AnyTool, const Args extends Referring<ArgumentsOf<T>>>(
    key: NewKey<Key, Context>,
    tool: T,
    args: ($: References<Context>) => Args & NoOthers<Args, ArgumentsOf<T>>,
  ): Chain<Input, Context & { readonly [K in Key]: ResultOf<T> }, Tools | T['name']>;
}

/** A key that is not used yet, as far as the compiler can know: not where the input may have any. */
type NewKey<Key, Context> = string extends keyof Context ? Key : Key extends keyof Context ? never : Key;

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
  if (typeof name !== 'string') throw new TypeError(`name: expected a text, got ${shorten(name)}`);
  return new ChainBuilder(name, undefined, undefined) as never;
}

/** True for a chain that was built, also by another copy of this package. */
export function isChain(flow: unknown): flow is Flow {
  return typeof (flow as { readonly step?: unknown } | null | undefined)?.step === 'function';
}

/** Knows its last step and the chain before it, so that a long chain is not copied at each step. */
class ChainBuilder implements Flow {
  readonly kind = 'chain';
  private list: readonly Step[] | undefined;

  constructor(
    readonly name: string,
    private readonly before: ChainBuilder | undefined,
    private readonly last: Step | undefined,
  ) {}

  get steps(): readonly Step[] {
    if (!this.list) {
      const steps: Step[] = [];
      if (this.last) steps.push(this.last);
      for (let at = this.before; at?.last; at = at.before) steps.push(at.last);
      this.list = Object.freeze(steps.reverse());
    }
    return this.list;
  }

  step(key: string, tool: Tool, args: ($: References<object>) => unknown): ChainBuilder {
    if (typeof key !== 'string' || key === '') throw new TypeError(`key: expected a name, got ${shorten(key)}`);
    if (typeof (tool as Partial<Tool> | undefined)?.name !== 'string') {
      throw new TypeError(`tool: expected a tool, got ${shorten(tool)}`);
    }
    const data = toData(callable('args', args)(recorder()));
    return new ChainBuilder(this.name, this, { tool: tool.name, arguments: data, outputKey: key });
  }

  /** The data form: what `JSON.stringify` writes and `decodeFlow` reads. */
  toJSON(): unknown {
    return { kind: this.kind, name: this.name, steps: this.steps };
  }
}
