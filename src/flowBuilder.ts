import { callable, object, oneOf, positiveMs, wholeNumber } from '../operators/gates/argument.js';
import { checkCondition, type Condition } from './condition.js';
import { shorten } from './fault.js';
import { encodeFlow, type Flow, type FlowData, type FlowKind, type Step } from './flow.js';
import { type FlowToolSettings, toolOfFlow } from './flowTool.js';
import { knownKeys } from './knownKeys.js';
import { recorder, type References, toData } from './recording.js';
import type { StepOptions } from './stepOptions.js';
import type { Tool } from './tool.js';

type AnyArguments = ($: References<object>) => unknown;
type AnyOptions = StepOptions<object> & {
  readonly each?: ($: References<object>) => unknown;
  readonly concurrency?: number;
};

/** What a flow is beside its steps. */
type Heading = Omit<Flow, 'steps' | 'types'>;

const optionKeys = ['name', 'after', 'take', 'when', 'fallback', 'each', 'concurrency', 'timeoutMs'];

/**
 * A flow that can be added to, and the flow itself. It knows its last step and the flow before it, so that a long one
 * is not copied at each step.
 */
export class FlowBuilder implements Flow {
  readonly kind: FlowKind;
  readonly name: string;
  declare readonly concurrency?: number;
  declare readonly failFast?: boolean;
  private list: readonly Step[] | undefined;

  constructor(
    private readonly heading: Heading,
    private readonly before?: FlowBuilder,
    private readonly last?: Step,
  ) {
    const { kind, name, concurrency, failFast } = heading;
    if (typeof (name as unknown) !== 'string') throw new TypeError(`name: expected a text, got ${shorten(name)}`);
    this.kind = kind;
    this.name = name;
    const bound = concurrency === undefined ? undefined : finite(wholeNumber('concurrency', concurrency, 1, true));
    if (bound !== undefined) this.concurrency = bound;
    if (failFast !== undefined) this.failFast = trueOrFalse('failFast', failFast);
  }

  get steps(): readonly Step[] {
    if (!this.list) {
      const steps: Step[] = [];
      if (this.last) steps.push(this.last);
      for (let at = this.before; at?.last; at = at.before) steps.push(at.last);
      this.list = Object.freeze(steps.reverse());
    }
    return this.list;
  }

  step(key: string, tool: Tool, ...given: [AnyArguments, AnyOptions?] | [AnyOptions, AnyArguments]): FlowBuilder {
    if (typeof key !== 'string' || key === '') throw new TypeError(`key: expected a name, got ${shorten(key)}`);
    if (typeof (tool as Partial<Tool> | undefined)?.name !== 'string') {
      throw new TypeError(`tool: expected a tool, got ${shorten(tool)}`);
    }
    const [first, second] = given;
    const optionsFirst = typeof first !== 'function' && typeof second === 'function';
    const [args, options = {}] = (optionsFirst ? [second, first] : given) as [AnyArguments, AnyOptions?];
    const step: Step = {
      tool: tool.name,
      arguments: toData(callable('args', args)(recorder())),
      outputKey: key,
      ...optionsAsData(object('options', options)),
    };
    return new FlowBuilder(this.heading, this, Object.freeze(step));
  }

  toTool(settings: FlowToolSettings): unknown {
    return toolOfFlow(this as Flow as Flow<object>, settings);
  }

  /** The data form: what `JSON.stringify` writes and `decodeFlow` reads. */
  toJSON(): FlowData {
    return encodeFlow(this);
  }
}

/** True for a flow that was built, also by another copy of this package. */
export function isBuilt(flow: unknown): flow is Flow {
  return typeof (flow as { readonly step?: unknown } | null | undefined)?.step === 'function';
}

function optionsAsData(options: AnyOptions): Partial<Step> {
  knownKeys('an option of a step', options, optionKeys);
  const { name, after, take, when, fallback, each, concurrency, timeoutMs } = options;
  if (name !== undefined && typeof (name as unknown) !== 'string') {
    throw new TypeError(`name: expected a text, got ${shorten(name)}`);
  }
  if (after !== undefined && !(Array.isArray(after) && after.every((key) => typeof key === 'string'))) {
    throw new TypeError(`after: expected an array of keys, got ${shorten(after)}`);
  }
  if (take !== undefined) oneOf('take', take, ['last', 'first', 'all']);
  if (concurrency !== undefined) {
    wholeNumber('concurrency', concurrency, 1, true);
    if (each === undefined) throw new TypeError('concurrency: expected it beside each, got it alone');
  }
  if (timeoutMs !== undefined) positiveMs('timeoutMs', timeoutMs);
  const recorded = (part: string, record: AnyArguments | undefined): unknown =>
    record === undefined ? undefined : toData(callable(part, record)(recorder()));
  const condition = recorded('when', when);
  if (condition !== undefined) {
    checkCondition(
      condition,
      'when',
      (path, message) => {
        throw new TypeError(`${path}: ${message}`);
      },
      () => '',
    );
  }
  const data = {
    name,
    after: after && Object.freeze([...after]),
    take,
    when: condition as Condition | undefined,
    fallback: recorded('fallback', fallback),
    each: recorded('each', each),
    concurrency: finite(concurrency),
    timeoutMs: finite(timeoutMs),
  };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

/** JSON has no infinity, and it says nothing that leaving it out would not. */
function finite(value: number | undefined): number | undefined {
  return value === Infinity ? undefined : value;
}

function trueOrFalse(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${name}: expected true or false, got ${shorten(value)}`);
}
