import { from, Observable, type ObservableInput } from 'rxjs';
import { subscriberOf } from '../operators/upstream.js';
import type { CallHost } from './callHost.js';
import type { Context } from './context.js';
import { checkedBounds, type FlowBounds, FlowReader } from './decodeFlow.js';
import { InvalidFlow, ToolFailed } from './error.js';
import { shorten } from './fault.js';
import { FaultList, type TellFault } from './faultList.js';
import type { Step } from './flow.js';
import { StepChecker } from './flowFaults.js';
import { FlowRun } from './FlowRun.js';
import { leaveAll } from './leaveAll.js';
import { PlanRun } from './PlanRun.js';
import { isPlainObject } from './resolve.js';
import { RunEvents } from './RunEvents.js';
import { callIdOf, RunId } from './runIds.js';

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
  return new Observable((subscriber) => {
    const id = new RunId(host.ids);
    let plan: PlanRun | undefined;
    const isDone = (): boolean => plan?.succeeded === true;
    const events = new RunEvents<Context>(host, { id, kind: 'plan', name, steps: [], parentId, isDone }, subscriber);
    events.start((listener) => {
      if (!isPlainObject(input)) {
        const faults = [{ path: 'input', message: `expected a plain object, got ${shorten(input)}` }];
        throw new InvalidFlow({ flow: name, faults });
      }
      const steps$ = streamOf(name, steps);
      const run = new FlowRun(host, id, input, {});
      const going = (plan = new PlanRun(run, { name, ...settings }, listener));
      const arrivals = new Arrivals(host, name, Object.keys(input), going);
      // Known before the steps come: one that fails at once may end an endless source.
      const source = subscriberOf<unknown>({
        next: (step) => {
          arrivals.next(step);
        },
        error: (cause: unknown) => {
          arrivals.error(id.text, cause);
        },
        complete: () => {
          if (arrivals.count === 0) listener.next(run.log.copy());
          going.close();
        },
      });
      return {
        start: () => {
          steps$.subscribe(source);
        },
        unsubscribe: () => {
          // The calls end before the source of the steps is torn down.
          leaveAll([source, going]);
        },
      };
    });
  });
}

function streamOf(flow: string, steps: ObservableInput<unknown>): Observable<unknown> {
  try {
    return from(steps);
  } catch {
    throw new InvalidFlow({
      flow,
      faults: [{ path: 'steps', message: `expected a stream of steps, got ${shorten(steps)}` }],
    });
  }
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
  private list = new FaultList();

  constructor(
    host: CallHost,
    private readonly name: string,
    inputKeys: readonly string[],
    private readonly plan: PlanRun,
  ) {
    this.bounds = checkedBounds(host.flowBounds);
    this.reader = new FlowReader(this.bounds);
    const tell: TellFault = (path, message) => {
      this.list.tell(path, message);
    };
    const surroundings = {
      inputKeys,
      isTool: (tool: string) => host.find(tool) !== undefined,
      closestTools: host.closest,
    };
    this.checker = new StepChecker('plan', [], surroundings, tell, true);
  }

  next(data: unknown): void {
    const index = this.count++;
    const place = `steps[${String(index)}]`;
    const list = (this.list = new FaultList());
    const step = list.collect(() => this.read(data, place, list.tell));
    list.collect(() => {
      if (index >= this.bounds.maxSteps) list.tell('steps', `expected at most ${String(this.bounds.maxSteps)} steps`);
      if (step && list.faults.length === 0) this.checker.check(step, index);
    });
    if (step && list.faults.length === 0) {
      this.plan.add(step);
      return;
    }
    // Under a key of its own: another step may have the one that it wanted.
    const failed = { tool: step?.tool ?? '', arguments: {}, outputKey: place };
    this.plan.addFailed(failed, new InvalidFlow({ flow: this.name, faults: list.faults }), step?.outputKey);
  }

  error(runId: string, cause: unknown): void {
    const callId = callIdOf(runId, sourceOfSteps);
    const step = { tool: sourceOfSteps, arguments: {}, outputKey: sourceOfSteps };
    this.plan.addFailed(step, new ToolFailed({ tool: sourceOfSteps, callId, attempt: 0, cause }));
    this.plan.close();
  }

  private read(data: unknown, place: string, tell: TellFault): Step | undefined {
    try {
      return this.reader.readNext(data, place, tell);
    } catch (error) {
      if (this.list.isFull(error)) throw error;
      tell(place, 'expected data, got an object that cannot be read');
      return undefined;
    }
  }
}
