import { circlesIn } from './circles.js';
import { closest } from './closest.js';
import { didYouMean, maxSearches } from './decodeFlow.js';
import type { FlowFault } from './error.js';
import { FaultList, type TellFault } from './faultList.js';
import { elementKeys, type Flow, type FlowKind, type Step } from './flow.js';
import { formatReference, isSafePath } from './reference.js';
import { eachReference, isElementKey } from './stepNeeds.js';

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
  const list = new FaultList();
  const keys = flow.steps.map(({ outputKey }) => outputKey);
  const checker = new StepChecker(flow.kind, keys, surroundings, list.tell);
  list.collect(() => {
    flow.steps.forEach((step, index) => {
      checker.check(step, index);
    });
    if (flow.kind === 'chain') return;
    for (const { position, message } of circlesIn(flow.steps)) list.tell(`steps[${String(position)}]`, message);
  });
  return list.faults;
}

/** Checks the steps of a flow one after the other. */
export class StepChecker {
  /** What can be referred to: the input's keys, and of the steps those before, or in a plan all. */
  private readonly known: Set<string>;
  /** Keys that are taken by the input or an earlier step. */
  private readonly taken: Set<string>;
  private readonly stepKeys: Set<string>;
  private readonly inputKeys: ReadonlySet<string>;
  private readonly tell: TellFault;
  /** How many faults have been told. */
  private told = 0;
  private searches = 0;

  /**
   * @param stepKeys - The keys of all steps.
   * @param open - True where more steps may come than those: nobody can tell that a key will not be one of them, and a
   * step with a fault leaves its key to another.
   */
  constructor(
    private readonly kind: FlowKind,
    stepKeys: readonly string[],
    private readonly surroundings: Surroundings,
    tell: TellFault,
    private readonly open = false,
  ) {
    const { inputKeys } = surroundings;
    this.tell = (path, message) => {
      this.told++;
      tell(path, message);
    };
    this.inputKeys = new Set(inputKeys);
    this.stepKeys = new Set(stepKeys);
    this.taken = new Set(inputKeys);
    this.known = new Set(kind === 'plan' ? [...inputKeys, ...stepKeys] : inputKeys);
  }

  check(step: Step, index: number): void {
    const { tell, told } = this;
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
    if (this.open && this.told > told) return;
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
      if (!this.stepKeys.has(key) && !this.inputKeys.has(key)) continue;
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

function listed(names: ReadonlySet<string>): string {
  const first: string[] = [];
  for (const name of names) {
    if (first.length === 8) break;
    first.push(`'${name}'`);
  }
  if (first.length === 0) return 'there is no input and no earlier step';
  return `known are ${first.join(', ')}${names.size > first.length ? ` and ${String(names.size - first.length)} more` : ''}`;
}
