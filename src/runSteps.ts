import { defer, from, Observable, type ObservableInput } from 'rxjs';
import type { CallHost } from './callHost.js';
import { type Context, ContextLog } from './context.js';
import { checkedBounds, type FlowBounds, FlowReader, type TellFault } from './decodeFlow.js';
import { type FlowFault, InvalidFlow, ToolFailed } from './error.js';
import { shorten } from './fault.js';
import type { Step } from './flow.js';
import { StepChecker } from './flowFaults.js';
import { PlanRun } from './PlanRun.js';
import { isPlainObject } from './resolve.js';
import { withRunEvents } from './run.js';
import { callIdOf } from './runIds.js';

/** How steps that arrive are run. */
export interface RunStepsSettings {
  readonly name: string;
  readonly concurrency: number;
  readonly failFast: boolean;
  readonly parentId?: string | undefined;
}

/**
 * Runs steps as they arrive, as a plan: each begins as soon as it has arrived and what it needs is there, also if that
 * arrives after it. A step that is not valid fails like one whose call fails; what does not need it goes on.
 */
export function runSteps(
  host: CallHost,
  steps: ObservableInput<unknown>,
  input: unknown,
  { name, parentId, ...settings }: RunStepsSettings,
): Observable<Context> {
  return defer(() => {
    const runId = host.nextRunId();
    let plan: PlanRun | undefined;
    const isDone = (): boolean => plan?.succeeded === true;
    return withRunEvents(host, { runId, kind: 'plan', name, steps: [], parentId, isDone }, (advanced) => {
      if (!isPlainObject(input)) {
        const faults = [{ path: 'input', message: `expected a plain object, got ${shorten(input)}` }];
        throw new InvalidFlow({ flow: name, faults });
      }
      const log = new ContextLog(input);
      const run = { host, runId, log, skipped: new Set<string>(), recorded: undefined, nesting: 0 };
      return new Observable<Context>((subscriber) => {
        plan = new PlanRun(run, { name, ...settings }, subscriber, advanced);
        const arrivals = new Arrivals(host, name, Object.keys(input), plan);
        subscriber.add(
          from(steps).subscribe({
            next: (step) => {
              arrivals.next(step);
            },
            error: (cause: unknown) => {
              arrivals.error(runId, cause);
            },
            complete: () => {
              if (arrivals.count === 0) subscriber.next(log.copy());
              plan?.close();
            },
          }),
        );
      });
    });
  });
}

/** Stands for the source of the steps where it fails, as a step and as a tool. */
const sourceOfSteps = '(steps)';

/** Reads and checks steps as they arrive, and hands them to their plan. */
class Arrivals {
  /** How many have arrived. */
  count = 0;
  private readonly bounds: Required<FlowBounds>;
  private readonly reader: FlowReader;
  private readonly checker: StepChecker;
  /** What is wrong with the step that is being read. */
  private faults: FlowFault[] = [];

  constructor(
    host: CallHost,
    private readonly name: string,
    inputKeys: readonly string[],
    private readonly plan: PlanRun,
  ) {
    this.bounds = checkedBounds(host.flowBounds);
    this.reader = new FlowReader(this.bounds);
    const surroundings = {
      inputKeys,
      isTool: (tool: string) => host.find(tool) !== undefined,
      closestTools: host.closest,
    };
    this.checker = new StepChecker('plan', [], surroundings, this.tell, true);
  }

  next(data: unknown): void {
    const index = this.count++;
    const place = `steps[${String(index)}]`;
    this.faults = [];
    const step = this.read(data, place);
    if (step && this.faults.length === 0) this.checker.check(step, index);
    if (index >= this.bounds.maxSteps) this.tell('steps', `expected at most ${String(this.bounds.maxSteps)} steps`);
    if (step && this.faults.length === 0) {
      this.plan.add(step);
      return;
    }
    // Under a key of its own: another step may have the one that it wanted.
    const failed = { tool: step?.tool ?? '', arguments: {}, outputKey: place };
    this.plan.addFailed(failed, new InvalidFlow({ flow: this.name, faults: this.faults }));
  }

  error(runId: string, cause: unknown): void {
    const callId = callIdOf(runId, sourceOfSteps);
    const step = { tool: sourceOfSteps, arguments: {}, outputKey: sourceOfSteps };
    this.plan.addFailed(step, new ToolFailed({ tool: sourceOfSteps, callId, attempt: 0, cause }));
    this.plan.close();
  }

  private read(data: unknown, place: string): Step | undefined {
    try {
      return this.reader.readStep(data, place, this.tell);
    } catch {
      this.tell(place, 'expected data, got an object that cannot be read');
      return undefined;
    }
  }

  private readonly tell: TellFault = (path, message) => {
    this.faults.push({ path, message });
  };
}
