import { type Either, left, right } from 'fp-ts/Either';
import { object, wholeNumber } from '../operators/gates/argument.js';
import { closest } from './closest.js';
import { checkCondition, type Condition } from './condition.js';
import { InvalidFlow } from './error.js';
import { shorten } from './fault.js';
import { FaultList, type TellFault } from './faultList.js';
import type { DecodedFlow, FlowKind, Step, Take } from './flow.js';
import { knownKeys } from './knownKeys.js';
import { PlainCopier, Uncopyable } from './plainCopy.js';
import { parseTemplate } from './reference.js';
import { isPlainObject, maxDepth } from './resolve.js';

/** How large a flow may be that comes from somewhere else: from a file, or from a model. */
export interface FlowBounds {
  /** Steps, at least 1. Default: 100,000. */
  readonly maxSteps?: number;
  /** Levels of objects and arrays in a step's arguments, 1 to 64. Default: 64. */
  readonly maxDepth?: number;
  /** Values in all its steps together, each field and each item counted, at least 1. Default: 10,000,000. */
  readonly maxValues?: number;
}

/** Names that may have been meant are looked for in the first faults only: a search for each would cost its square. */
export const maxSearches = 20;

const defaultFlowName = 'flow';

const flowKeys = ['kind', 'name', 'steps', 'concurrency', 'failFast'] as const;
const stepKeys = [
  'tool',
  'arguments',
  'outputKey',
  'output_key',
  'name',
  'after',
  'take',
  'when',
  'fallback',
  'each',
  'concurrency',
  'timeoutMs',
] as const;

/**
 * Reads the data form of a flow. All faults are found, not just the first. What it gives is a copy: nothing that the
 * data does later changes it.
 *
 * @returns the flow, or an InvalidFlow with every fault and its place (`steps[3].arguments.url`). Never throws for the
 * data, whatever it is.
 * @throws TypeError, RangeError for bounds that are out of their range.
 */
export function decodeFlow(data: unknown, bounds: FlowBounds = {}): Either<InvalidFlow, DecodedFlow> {
  const checked = checkedBounds(bounds);
  try {
    return new FlowReader(checked).read(data);
  } catch {
    // A getter that throws, or a proxy: nothing that has ever been JSON.
    const faults = [{ path: '', message: 'expected data, got an object that cannot be read' }];
    return left(new InvalidFlow({ flow: defaultFlowName, faults }));
  }
}

const decodedFlows = new WeakSet();

/** True for a flow that `decodeFlow` gave, which is frozen all through. */
export function isDecoded(flow: unknown): flow is DecodedFlow {
  return typeof flow === 'object' && flow !== null && decodedFlows.has(flow);
}

/** The bounds with their defaults. */
export function checkedBounds(bounds: FlowBounds): Required<FlowBounds> {
  const { maxSteps = 100_000, maxDepth: depth = maxDepth, maxValues = 10_000_000 } = object('bounds', bounds);
  knownKeys('a bound of a flow', bounds, ['maxSteps', 'maxDepth', 'maxValues']);
  wholeNumber('maxSteps', maxSteps, 1, true);
  wholeNumber('maxDepth', depth, 1);
  if (depth > maxDepth) throw new RangeError(`maxDepth: expected at most ${String(maxDepth)}, got ${String(depth)}`);
  wholeNumber('maxValues', maxValues, 1, true);
  return { maxSteps, maxDepth: depth, maxValues };
}

/** Reads a flow, or the steps of one as they come. */
export class FlowReader {
  private readonly copier: PlainCopier;
  private searches = 0;
  private toldExhausted = false;

  constructor(private readonly bounds: Required<FlowBounds>) {
    this.copier = new PlainCopier(bounds);
  }

  read(data: unknown): Either<InvalidFlow, DecodedFlow> {
    const list = new FaultList();
    const flow = list.collect(() => this.flowOf(data, list.tell));
    if (flow && list.faults.length === 0) return right(flow);
    return left(new InvalidFlow({ flow: flow?.name ?? defaultFlowName, faults: list.faults }));
  }

  private flowOf(data: unknown, tell: TellFault): DecodedFlow {
    const fields = this.fieldsOf(data, '', 'steps', flowKeys, tell);
    const { steps, failFast } = fields;
    const kind = this.optional(fields['kind'], 'kind', ['chain', 'plan'], tell) ?? 'chain';
    const name = fields['name'] ?? defaultFlowName;
    if (typeof name !== 'string') tell('name', `expected a text, got ${shorten(name)}`);
    const flowName = typeof name === 'string' ? name : defaultFlowName;
    const concurrency = countOf(fields['concurrency'], 'concurrency', tell);
    if (failFast !== undefined && typeof failFast !== 'boolean') {
      tell('failFast', `expected true or false, got ${shorten(failFast)}`);
    }
    for (const option of ['concurrency', 'failFast'] as const) {
      if (kind === 'chain' && fields[option] !== undefined) {
        tell(option, "expected it in a plan only (kind: 'plan'), got it in a chain");
      }
    }
    const decoded = this.stepsOf(steps, isPlainObject(data), tell);
    const flow = Object.freeze({
      kind: kind as FlowKind,
      name: flowName,
      steps: Object.freeze(decoded),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(failFast === undefined ? {} : { failFast: failFast as boolean }),
    });
    decodedFlows.add(flow);
    return flow;
  }

  /** Reads a step that has come after others, which may have been the same object, changed since. */
  readNext(data: unknown, place: string, tell: TellFault): Step {
    this.copier.forget();
    this.toldExhausted = false;
    return this.readStep(data, place, tell);
  }

  /** Reads one step; what is wrong with it is told, and then the step is of no use. */
  private readStep(data: unknown, place: string, tell: TellFault): Step {
    const fields = this.fieldsOf(data, place, 'tool', stepKeys, tell);
    const at = (field: string): string => `${place}.${field}`;
    const { tool, outputKey, output_key, name, after, fallback, each, timeoutMs } = fields;
    if (isPlainObject(data) && (typeof tool !== 'string' || tool === '')) {
      tell(at('tool'), `expected the name of a tool, got ${shorten(tool)}`);
    }
    if (outputKey !== undefined && output_key !== undefined && outputKey !== output_key) {
      tell(at('outputKey'), 'expected outputKey or output_key, got both');
    }
    const key = outputKey ?? output_key ?? tool;
    if (key !== undefined && key !== tool && (typeof key !== 'string' || key === '')) {
      tell(at('outputKey'), `expected a name, got ${shorten(key)}`);
    }
    if (name !== undefined && typeof name !== 'string') tell(at('name'), `expected a text, got ${shorten(name)}`);
    const afterKeys = this.copied(after, at('after'), tell);
    if (afterKeys !== undefined && !isTexts(afterKeys)) {
      tell(at('after'), `expected an array of keys, got ${shorten(afterKeys)}`);
    }
    const take = this.optional(fields['take'], at('take'), ['last', 'first', 'all'], tell);
    const when = this.copied(fields['when'], at('when'), tell);
    if (when !== undefined) {
      checkCondition(when, at('when'), tell, (given, names) => this.meant(given, names));
    }
    const elements = this.copied(each, at('each'), tell);
    if (elements !== undefined && !Array.isArray(elements) && !isReference(elements)) {
      tell(at('each'), `expected an array or a reference to one, got ${shorten(elements)}`);
    }
    const concurrency = countOf(fields['concurrency'], at('concurrency'), tell);
    if (fields['concurrency'] !== undefined && each === undefined) {
      tell(at('concurrency'), 'expected it beside each, got it alone');
    }
    if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0)) {
      tell(at('timeoutMs'), `expected a number of ms above 0, got ${shorten(timeoutMs)}`);
    }
    const { arguments: args = {} } = fields;
    const options = {
      name,
      after: afterKeys,
      take: take as Take | undefined,
      when: when as Condition | undefined,
      fallback: this.copied(fallback, at('fallback'), tell),
      each: elements,
      concurrency,
      timeoutMs: timeoutMs === Infinity ? undefined : timeoutMs,
    };
    return Object.freeze({
      tool: textOr('', tool),
      arguments: this.copied(args, at('arguments'), tell),
      outputKey: textOr('', key),
      ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    });
  }

  private stepsOf(steps: unknown, expected: boolean, tell: TellFault): Step[] {
    if (!Array.isArray(steps)) {
      if (expected) tell('steps', `expected an array of steps, got ${shorten(steps)}`);
      return [];
    }
    const { length } = steps;
    if (length > this.bounds.maxSteps) {
      tell('steps', `expected at most ${String(this.bounds.maxSteps)} steps, got ${String(length)}`);
      return [];
    }
    const decoded: Step[] = [];
    // By index, for an array may have holes.
    for (let index = 0; index < length; index++) {
      decoded.push(this.readStep((steps as unknown[])[index], `steps[${String(index)}]`, tell));
    }
    return decoded;
  }

  /** The fields of an object, each read once. */
  private fieldsOf(
    data: unknown,
    place: string,
    required: string,
    keys: readonly string[],
    tell: TellFault,
  ): Readonly<Record<string, unknown>> {
    if (!isPlainObject(data)) {
      tell(place, `expected an object with ${required}, got ${shorten(data)}`);
      return {};
    }
    const fields: Record<string, unknown> = {};
    for (const key of Object.keys(data)) {
      // Where editors find the schema of this form; it says nothing of the flow.
      if (place === '' && key === '$schema') continue;
      if (keys.includes(key)) {
        const value = data[key];
        // Models write null for what they leave out; as arguments or as a fallback it is a value like any other.
        if (value !== null || key === 'arguments' || key === 'fallback' || key === 'steps') fields[key] = value;
      } else {
        const shown = key.length > 40 ? `${key.slice(0, 40)}…` : key;
        const message = `expected one of ${keys.join(', ')}, got '${shown}'${this.meant(key, keys)}`;
        tell(place === '' ? shown : `${place}.${shown}`, message);
      }
    }
    return fields;
  }

  private copied(data: unknown, place: string, tell: TellFault): unknown {
    if (data === undefined) return undefined;
    try {
      return this.copier.copy(data);
    } catch (error) {
      if (!(error instanceof Uncopyable)) throw error;
      // Said once: from there on nothing is copied.
      if (!this.copier.exhausted || !this.toldExhausted) tell(place, error.message);
      this.toldExhausted = this.copier.exhausted;
      return undefined;
    }
  }

  private optional(value: unknown, place: string, values: readonly string[], tell: TellFault): unknown {
    if (value === undefined) return undefined;
    if (values.includes(value as string)) return value;
    const meant = typeof value === 'string' ? this.meant(value, values) : '';
    tell(place, `expected ${values.map((each) => `'${each}'`).join(' or ')}, got ${shorten(value)}${meant}`);
    return undefined;
  }

  private meant(name: string, names: readonly string[]): string {
    return this.searches++ < maxSearches ? didYouMean(closest(name, names)) : '';
  }
}

/** The end of a message that says which names may have been meant. */
export function didYouMean(names: readonly string[]): string {
  return names.length > 0 ? `; did you mean ${names.map((name) => `'${name}'`).join(' or ')}?` : '';
}

function countOf(value: unknown, place: string, tell: TellFault): number | undefined {
  if (value === undefined) return undefined;
  // JSON has no infinity, and it says nothing that leaving it out would not.
  if (value === Infinity) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  tell(place, `expected a whole number, at least 1, got ${shorten(value)}`);
  return undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isReference(value: unknown): boolean {
  return typeof value === 'string' && parseTemplate(value).kind === 'reference';
}

function textOr(otherwise: string, value: unknown): string {
  return typeof value === 'string' ? value : otherwise;
}
