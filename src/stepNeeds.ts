import { elementKeys, type Step } from './flow.js';
import { parseTemplate, type ReferencePath } from './reference.js';
import { eachText, pathsIn, type Resolver, resolverOf } from './resolve.js';

/** Which keys a step depends on. */
export interface StepNeeds {
  /** Those whose values it is called with: where one was skipped, the step is skipped too. */
  readonly values: readonly string[];
  /** All that must have ended before it begins: those values, and what `when`, `fallback` and `after` name. */
  readonly all: readonly string[];
}

const known = new WeakMap<Step, StepNeeds>();

/** The keys that a step depends on, read off its references. Steps do not change, so that each is read once. */
export function needsOf(step: Step): StepNeeds {
  const before = known.get(step);
  if (before) return before;
  const values = new Set<string>();
  const all = new Set<string>(step.after);
  eachReference(step, ([root], part) => {
    if (isElementKey(step, root, part)) return;
    if (part === 'arguments' || part === 'each') values.add(root);
    all.add(root);
  });
  const needs = { values: [...values], all: [...all] };
  known.set(step, needs);
  return needs;
}

const resolvers = new WeakMap<Step, Resolver>();

/** What makes a step's arguments, from what has been gathered. */
export function argumentsOf(step: Step): Resolver {
  const before = resolvers.get(step);
  if (before) return before;
  const resolver = resolverOf(step.arguments);
  resolvers.set(step, resolver);
  return resolver;
}

/** For each step the positions of the steps that it needs, in a flow of these. */
export function neededPositions(steps: readonly Step[]): readonly (readonly number[])[] {
  const positions = new Map(steps.map(({ outputKey }, index) => [outputKey, index]));
  return steps.map((step) =>
    needsOf(step).all.flatMap((key) => {
      const position = positions.get(key);
      return position === undefined ? [] : [position];
    }),
  );
}

/** The parts of a step that may hold references. */
export type ReferringPart = 'each' | 'when' | 'arguments' | 'fallback';

const parts: readonly ReferringPart[] = ['each', 'when', 'arguments', 'fallback'];

/** Visits each reference of a step, with the part that it stands in and its place there. */
export function eachReference(
  step: Step,
  visit: (reference: ReferencePath, part: ReferringPart, path: string) => void,
): void {
  for (const part of parts) {
    const data = step[part];
    if (data === undefined) continue;
    eachText(data, part, (text, path) => {
      for (const reference of pathsIn(parseTemplate(text))) visit(reference, part, path);
    });
  }
}

/** True where a name stands for the element of `each`, and for nothing of the run. */
export function isElementKey(step: Step, name: string, part: ReferringPart): boolean {
  return step.each !== undefined && part === 'arguments' && elementKeys.includes(name);
}
