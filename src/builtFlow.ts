import type * as t from 'io-ts';
import type { Flow, FlowKind } from './flow.js';
import type { FlowToolSettings } from './flowTool.js';
import type { NoOthers, References, Referring } from './recording.js';
import type { EachOption, ElementContext, ItemOf, Output, StepOptions, TakenOf } from './stepOptions.js';
import type { AnyTool, ArgumentsOf, ResultOf, Tool } from './tool.js';

/** A flow that can be added to: each `step` gives a new flow of the same kind and leaves this one as it is. */
export interface BuiltFlow<Kind extends FlowKind, Input extends object, Context extends object, Tools extends string>
  extends Flow<Input, Context, Tools> {
  readonly kind: Kind;

  /**
   * Adds a step. It can refer to the input and to the steps before it.
   *
   * @param key - The name under which later steps refer to its result; not used before, in the flow or its input.
   * @param tool - What it runs. Its name goes into the flow, not the tool itself.
   * @param args - Its arguments. `$` records what is read from it: `$.hits[0].url` becomes a reference.
   * @param options - When it runs, which of the tool's values it takes, and what stands in for them.
   * @throws TypeError, RangeError for a key that is no text, for arguments that have no data form, and for options that
   * are unknown or out of their range. A key that is used already is a fault of the flow when it is run.
   */
  step<const Key extends string, T extends AnyTool, const Args extends Referring<ArgumentsOf<T>>>(
    key: NewKey<Key, Context>,
    tool: T,
    args: ($: References<Context>) => Args & NoOthers<Args, ArgumentsOf<T>>,
  ): BuiltFlow<Kind, Input, Context & Output<Key, ResultOf<T>, object>, Tools | T['name']>;

  step<
    const Key extends string,
    T extends AnyTool,
    const Args extends Referring<ArgumentsOf<T>>,
    const Options extends StepOptions<Context, TakenOf<T, Options>>,
  >(
    key: NewKey<Key, Context>,
    tool: T,
    args: ($: References<Context>) => Args & NoOthers<Args, ArgumentsOf<T>>,
    options: Options & NoOthers<Options, StepOptions<Context>>,
  ): BuiltFlow<Kind, Input, Context & Output<Key, TakenOf<T, Options>, Options>, Tools | T['name']>;

  /**
   * Adds a step that makes one call for each element of an array, and keeps their results, in the array's order. The
   * options come first here: what `$.item` is depends on them.
   */
  step<
    const Key extends string,
    T extends AnyTool,
    const Elements extends Referring<readonly unknown[]>,
    const Args extends Referring<ArgumentsOf<T>>,
    const Options extends StepOptions<Context, readonly TakenOf<T, Options>[]>,
  >(
    key: NewKey<Key, Context>,
    tool: T,
    options: Options &
      EachOption<Context, Elements> &
      NoOthers<Options, StepOptions<Context> & EachOption<Context, Elements>>,
    args: (
      $: References<Omit<Context, keyof ElementContext<unknown>> & ElementContext<ItemOf<Elements>>>,
    ) => Args & NoOthers<Args, ArgumentsOf<T>>,
  ): BuiltFlow<Kind, Input, Context & Output<Key, readonly TakenOf<T, Options>[], Options>, Tools | T['name']>;

  /**
   * The flow as a tool, with limits, status and history of its own: a step of another flow, for instance. Its result is
   * the flow's last context. It runs in the orchestrator that runs the tool, which must have the tools of its steps.
   *
   * @param settings - As `defineTool` takes them, but for `run`. `timeoutMs` is `Infinity` unless given.
   * @throws TypeError, RangeError for a setting that is missing, unknown or out of its range.
   */
  toTool<const Name extends string, InputCodec extends t.Mixed>(
    settings: FlowToolSettings<Name, InputCodec> &
      // A codec may give more than the flow needs, but `Type` is not covariant.
      (t.TypeOf<InputCodec> extends Input ? unknown : { readonly input: t.Type<Input, unknown> }),
  ): Tool<Name, t.OutputOf<InputCodec>, Context>;
}

/** A key that is not used yet, as far as the compiler can know: not where the input may have any. */
type NewKey<Key, Context> = string extends keyof Context ? Key : Key extends keyof Context ? never : Key;
