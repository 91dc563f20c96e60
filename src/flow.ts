import { type Either, left, right } from 'fp-ts/Either';
import { closest } from './closest.js';
import { type FlowFault, InvalidFlow } from './error.js';
import { shorten } from './fault.js';
import { formatReference, isSafePath, parseTemplate } from './reference.js';
import { eachText, isPlainObject, maxDepth, pathsIn } from './resolve.js';

/** A step of a flow: which tool, with which arguments, and under which key its result is kept. */
export interface Step {
  readonly tool: string;
  /** Data that may hold references to the input and to earlier steps. */
  readonly arguments: unknown;
  /** The name under which later steps refer to the result. */
  readonly outputKey: string;
}

/**
 * A flow: inert, serialisable data. Its types say what input it takes, what it will have gathered at the end, and which
 * tools it needs.
 */
export interface Flow<Input extends object = never, Context extends object = object, Tools extends string = string> {
  readonly kind: 'chain';
  readonly name: string;
  readonly steps: readonly Step[];
  /** Carries the types; has no value. */
  readonly types?: { readonly input: (input: Input) => void; readonly context: Context; readonly tools: Tools };
}

/** A flow that was read from data: nobody knows what input it takes, and what it will give. */
export type DecodedFlow = Flow<object, Readonly<Record<string, unknown>>>;

/** The data form of a flow, as people and models write it. */
export interface FlowData {
  readonly kind?: 'chain';
  /** For events and messages. Default: `'flow'`. */
  readonly name?: string;
  readonly steps: readonly StepData[];
  /** Tells the data form from a builder. */
  readonly step?: never;
}

/** The data form of a step. */
export interface StepData {
  readonly tool: string;
  /** Default: none, `{}`. */
  readonly arguments?: unknown;
  /** Default: the tool's name. */
  readonly outputKey?: string;
  /** Another spelling of `outputKey`. */
  readonly output_key?: string;
}

/** Names that may have been meant are looked for in the first faults only: a search for each would cost its square. */
const maxSearches = 20;

const defaultName = 'flow';

/**
 * Reads the data form of a flow. All faults are found, not just the first.
 *
 * @returns the flow, or an InvalidFlow with every fault and its place (`steps[3].arguments.url`). Never throws.
 */
export function decodeFlow(data: unknown): Either<InvalidFlow, DecodedFlow> {
  try {
    return decoded(data);
  } catch {
    // A getter that throws, or a proxy: nothing that has ever been JSON.
    const faults = [{ path: '', message: 'expected data, got an object that cannot be read' }];
    return left(new InvalidFlow({ flow: defaultName, faults }));
  }
}

function decoded(data: unknown): Either<InvalidFlow, DecodedFlow> {
  const faults: FlowFault[] = [];
  const fault = (path: string, message: string): void => {
    faults.push({ path, message });
  };
  const record = recordOf(data, '', ['kind', 'name', 'steps'], fault);
  const kind = record['kind'] ?? 'chain';
  if (kind !== 'chain') fault('kind', `expected 'chain', got ${shorten(kind)}`);
  const name = record['name'] ?? defaultName;
  if (typeof name !== 'string') fault('name', `expected a text, got ${shorten(name)}`);
  const { steps } = record;
  if (isPlainObject(data) && !Array.isArray(steps)) fault('steps', `expected an array of steps, got ${shorten(steps)}`);
  // `Array.from` goes over holes too, which `map` leaves as they are.
  const decodedSteps = Array.from(Array.isArray(steps) ? (steps as unknown[]) : [], (step, index) =>
    decodeStep(step, `steps[${String(index)}]`, fault),
  );
  const flowName = textOr(defaultName, name);
  return faults.length > 0
    ? left(new InvalidFlow({ flow: flowName, faults }))
    : right({ kind: 'chain', name: flowName, steps: decodedSteps });
}

/**
 * What would go wrong if the flow were run with an input of these keys: unknown tools, keys used twice, references to
 * what does not exist or comes later.
 */
export function faultsOfFlow(
  flow: Flow,
  inputKeys: readonly string[],
  isTool: (name: string) => boolean,
  closestTools: (name: string) => readonly string[],
): readonly FlowFault[] {
  const faults: FlowFault[] = [];
  const meantTool = (name: string): string => (faults.length < maxSearches ? meant(closestTools(name)) : '');
  const meantKey = (name: string): string => (faults.length < maxSearches ? meant(closest(name, known)) : '');
  const later = new Set(flow.steps.map(({ outputKey }) => outputKey));
  const known = new Set(inputKeys);
  flow.steps.forEach((step, index) => {
    const place = `steps[${String(index)}]`;
    if (!isTool(step.tool)) {
      faults.push({ path: `${place}.tool`, message: `no tool '${step.tool}' is registered${meantTool(step.tool)}` });
    }
    eachText(step.arguments, `${place}.arguments`, (text, path) => {
      for (const reference of pathsIn(parseTemplate(text))) {
        const [root] = reference;
        const written = formatReference(reference);
        if (!isSafePath(reference)) faults.push({ path, message: `${written} is no path into data` });
        else if (known.has(root)) continue;
        else if (later.has(root))
          faults.push({ path, message: `${written} refers to a step that has not run by then` });
        else faults.push({ path, message: `${written} refers to nothing: ${listed(known)}${meantKey(root)}` });
      }
    });
    if (known.has(step.outputKey)) {
      faults.push({
        path: `${place}.outputKey`,
        message: `'${step.outputKey}' is used twice; give the step another outputKey`,
      });
    }
    known.add(step.outputKey);
  });
  return faults;
}

function decodeStep(data: unknown, place: string, fault: (path: string, message: string) => void): Step {
  const record = recordOf(data, place, ['tool', 'arguments', 'outputKey', 'output_key'], fault);
  const { tool, outputKey, output_key } = record;
  if (isPlainObject(data) && (typeof tool !== 'string' || tool === '')) {
    fault(`${place}.tool`, `expected the name of a tool, got ${shorten(tool)}`);
  }
  if (outputKey !== undefined && output_key !== undefined && outputKey !== output_key) {
    fault(`${place}.outputKey`, 'expected outputKey or output_key, got both');
  }
  const key = outputKey ?? output_key ?? tool;
  if (key !== undefined && key !== tool && (typeof key !== 'string' || key === '')) {
    fault(`${place}.outputKey`, `expected a name, got ${shorten(key)}`);
  }
  const { arguments: args = {} } = record;
  const tooDeep = depthFault(args, maxDepth, []);
  if (tooDeep) fault(`${place}.arguments`, tooDeep);
  return { tool: textOr('', tool), arguments: args, outputKey: textOr('', key) };
}

function recordOf(
  data: unknown,
  place: string,
  keys: readonly string[],
  fault: (path: string, message: string) => void,
): Readonly<Record<string, unknown>> {
  if (!isPlainObject(data)) {
    fault(place, `expected an object with ${keys.join(', ')}, got ${shorten(data)}`);
    return {};
  }
  for (const key of Object.keys(data)) {
    if (keys.includes(key)) continue;
    fault(
      place === '' ? key : `${place}.${key}`,
      `expected one of ${keys.join(', ')}, got '${key}'${meant(closest(key, keys))}`,
    );
  }
  return data;
}

function depthFault(data: unknown, left: number, above: readonly unknown[]): string | undefined {
  if (!Array.isArray(data) && !isPlainObject(data)) return undefined;
  if (above.includes(data)) return 'expected data without cycles, got an object that contains itself';
  if (left === 0) return `expected at most ${String(maxDepth)} levels, got more`;
  for (const item of Array.isArray(data) ? (data as unknown[]) : Object.values(data)) {
    const fault = depthFault(item, left - 1, [...above, data]);
    if (fault) return fault;
  }
  return undefined;
}

function textOr(otherwise: string, value: unknown): string {
  return typeof value === 'string' ? value : otherwise;
}

function meant(names: readonly string[]): string {
  return names.length > 0 ? `; did you mean ${names.map((name) => `'${name}'`).join(' or ')}?` : '';
}

function listed(names: ReadonlySet<string>): string {
  const first: string[] = [];
  for (const name of names) {
    if (first.length === 8) break;
    first.push(`'${name}'`);
  }
  if (first.length === 0) return 'there is no input and no earlier step';
  return `known are ${first.join(', ')}${names.size > first.length ? ` and ${String(names.size - first.length)} more` : ''}`;
}
