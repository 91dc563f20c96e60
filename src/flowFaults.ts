import { closest } from './closest.js';
import { didYouMean, maxSearches, type TellFault } from './decodeFlow.js';
import type { FlowFault } from './error.js';
import { elementKeys, type Flow, type FlowKind, type Step } from './flow.js';
import { formatReference, isSafePath } from './reference.js';
import { eachReference, isElementKey, needsOf } from './stepNeeds.js';

/** What a flow is checked against. */
export interface Surroundings {
  readonly inputKeys: readonly string[];
  readonly isTool: (name: string) => boolean;
  /** Registered names that may have been meant by one that is not. */
  readonly closestTools: (name: string) => readonly string[];
}

/**
 * What would go wrong if the flow were run: unknown tools, keys used twice, references to what does not exist, or in a
 * chain comes later, or in a plan comes round to the step itself.
 */
export function faultsOfFlow(flow: Flow, surroundings: Surroundings): readonly FlowFault[] {
  const faults: FlowFault[] = [];
  const keys = flow.steps.map(({ outputKey }) => outputKey);
  const checker = new StepChecker(flow.kind, keys, surroundings, (path, message) => {
    faults.push({ path, message });
  });
  flow.steps.forEach((step, index) => {
    checker.check(step, index);
  });
  if (flow.kind === 'plan') faults.push(...circlesIn(flow.steps));
  return faults;
}

/** Checks the steps of a flow one after the other. */
export class StepChecker {
  /** What can be referred to: the input's keys, and of the steps those before, or in a plan all. */
  private readonly known: Set<string>;
  /** Keys that are taken by the input or an earlier step. */
  private readonly taken: Set<string>;
  private readonly stepKeys: Set<string>;
  private searches = 0;

  /**
   * @param stepKeys - The keys of all steps.
   * @param open - True where more steps may come than those: nobody can tell that a key will not be one of them.
   */
  constructor(
    private readonly kind: FlowKind,
    stepKeys: readonly string[],
    private readonly surroundings: Surroundings,
    private readonly tell: TellFault,
    private readonly open = false,
  ) {
    const { inputKeys } = surroundings;
    this.stepKeys = new Set(stepKeys);
    this.taken = new Set(inputKeys);
    this.known = new Set(kind === 'plan' ? [...inputKeys, ...stepKeys] : inputKeys);
  }

  check(step: Step, index: number): void {
    const { tell } = this;
    const place = `steps[${String(index)}]`;
    const { isTool, closestTools } = this.surroundings;
    if (!isTool(step.tool)) {
      tell(`${place}.tool`, `no tool '${step.tool}' is registered${this.meant(() => closestTools(step.tool))}`);
    }
    if (step.each !== undefined) this.checkElementKeys(`${place}.each`);
    eachReference(step, (reference, part, path) => {
      const [root] = reference;
      if (!isSafePath(reference)) tell(`${place}.${path}`, `${formatReference(reference)} is no path into data`);
      else if (!isElementKey(step, root, part)) {
        this.checkKey(root, formatReference(reference), `${place}.${path}`, step, this.known);
      }
    });
    step.after?.forEach((key, position) => {
      const known = this.kind === 'plan' ? this.stepKeys : this.known;
      this.checkKey(key, `'${key}'`, `${place}.after[${String(position)}]`, step, known);
    });
    if (this.taken.has(step.outputKey)) {
      tell(`${place}.outputKey`, `'${step.outputKey}' is used twice; give the step another outputKey`);
    }
    this.taken.add(step.outputKey);
    this.stepKeys.add(step.outputKey);
    this.known.add(step.outputKey);
  }

  private checkKey(key: string, written: string, path: string, step: Step, known: ReadonlySet<string>): void {
    if (this.kind === 'plan' && key === step.outputKey) {
      this.tell(path, `${written} refers to the step itself`);
    } else if (this.open || known.has(key)) {
      return;
    } else if (this.stepKeys.has(key)) {
      this.tell(path, `${written} refers to a step that has not run by then`);
    } else {
      this.tell(path, `${written} refers to nothing: ${listed(known)}${this.meant(() => closest(key, known))}`);
    }
  }

  /** Inside `each` these names stand for the element; a key of the run that is called so could not be reached. */
  private checkElementKeys(path: string): void {
    for (const key of elementKeys) {
      if (!this.stepKeys.has(key) && !this.surroundings.inputKeys.includes(key)) continue;
      this.tell(
        path,
        `'$${key}' stands for the element's ${key === 'item' ? 'value' : 'position'} here, but is a key of \
the flow too; give that another name`,
      );
    }
  }

  private meant(search: () => readonly string[]): string {
    return this.searches++ < maxSearches ? didYouMean(search()) : '';
  }
}

/** One fault for each circle of steps that wait for one another. */
function circlesIn(steps: readonly Step[]): readonly FlowFault[] {
  const positions = new Map(steps.map(({ outputKey }, index) => [outputKey, index]));
  const needs = steps.map((step, index) =>
    needsOf(step).all.flatMap((key) => {
      const position = positions.get(key);
      return position === undefined || position === index ? [] : [position];
    }),
  );
  const faults: FlowFault[] = [];
  /** Steps that wait for nothing that waits for them, or whose circle is known. */
  const cleared = new Set<number>();
  for (let start = 0; start < steps.length; start++) {
    const circle = circleFrom(start, needs, cleared);
    if (!circle) continue;
    const keys = [...circle, circle[0] as number].map((index) => `'${(steps[index] as Step).outputKey}'`);
    faults.push({
      path: `steps[${String(circle[0])}]`,
      message: `waits for itself: ${keys.length > 12 ? `${keys.slice(0, 11).join(' → ')} → …` : keys.join(' → ')}`,
    });
  }
  return faults;
}

/** Goes down from a step, by a stack of its own; the first circle that it meets, in the order of waiting. */
function circleFrom(
  start: number,
  needs: readonly (readonly number[])[],
  cleared: Set<number>,
): readonly number[] | undefined {
  if (cleared.has(start)) return undefined;
  const path = [start];
  const onPath = new Map([[start, 0]]);
  /** How many of its needs each step of the path has looked at. */
  const looked = [0];
  let circle: readonly number[] | undefined;
  while (path.length > 0) {
    const top = path.length - 1;
    const at = path[top] as number;
    const next = needs[at]?.[looked[top] as number];
    looked[top] = (looked[top] as number) + 1;
    if (next === undefined) {
      cleared.add(at);
      onPath.delete(at);
      path.pop();
      looked.pop();
    } else if (onPath.has(next)) {
      circle ??= path.slice(onPath.get(next));
    } else if (!cleared.has(next)) {
      onPath.set(next, path.length);
      path.push(next);
      looked.push(0);
    }
  }
  return circle;
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
