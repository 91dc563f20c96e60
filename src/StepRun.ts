import { defer, Observable, of, type Unsubscribable } from 'rxjs';
import { subscriberOf } from '../operators/upstream.js';
import { holds, Incomparable } from './condition.js';
import {
  InvalidArguments,
  isNotResumable,
  isToolError,
  NotResumable,
  type ToolError,
  ToolFailed,
  UnresolvedReference,
} from './error.js';
import { shorten } from './fault.js';
import type { Step } from './flow.js';
import type { FlowRun } from './FlowRun.js';
import { inOrder } from './inOrder.js';
import type { Outcome } from './outcome.js';
import { lost } from './recordedCalls.js';
import { DeadEnd, ownData, resolve } from './resolve.js';
import type { Activity } from './RunEvents.js';
import { callIdOf } from './runIds.js';
import { within } from './scope.js';
import { StepCall, type Taker } from './StepCall.js';
import { argumentsOf, needsOf } from './stepNeeds.js';
import type { AnyTool } from './tool.js';

/** Who runs steps: told what came of each, by its position, once, unless it is left before. */
export interface StepOwner {
  stepDone(position: number, outcome: Outcome): void;
  stepFailed(position: number, error: ToolError): void;
}

/** Runs a step: tells its owner what came of it, or the ToolError that it has failed with. */
export class StepRun implements Taker, Unsubscribable {
  /** True once its owner has been told, or has left. */
  private closed = false;
  /** What goes on for it. */
  private activity: Activity | undefined;
  /** True where an earlier run has given all that it has. */
  private resumed = false;

  constructor(
    private readonly run: FlowRun,
    private readonly step: Step,
    private readonly position: number,
    private readonly owner: StepOwner,
  ) {}

  start(): void {
    let next: Outcome | Activity;
    try {
      next = this.known() ?? this.prepare();
    } catch (error) {
      this.failed(error);
      return;
    }
    if ('kind' in next) {
      this.end(next);
    } else if (!this.closed) {
      this.activity = next;
      next.start();
    }
  }

  taken(output: unknown): void {
    this.end(this.resumed ? { kind: 'done', output, resumed: true } : { kind: 'done', output });
  }

  failed(error: unknown): void {
    if (this.closed) return;
    if (this.step.fallback === undefined || isNotResumable(error)) {
      this.fail(error);
      return;
    }
    let outcome: Outcome;
    try {
      outcome = this.fallback();
    } catch (dead) {
      this.fail(dead);
      return;
    }
    this.end(outcome);
  }

  unsubscribe(): void {
    if (this.closed) return;
    this.closed = true;
    this.activity?.unsubscribe();
  }

  private end(outcome: Outcome): void {
    if (this.closed) return;
    this.closed = true;
    this.owner.stepDone(this.position, outcome);
  }

  private fail(error: unknown): void {
    this.closed = true;
    this.owner.stepFailed(this.position, this.asToolError(error));
  }

  /** What is known to come of it without anything being called. */
  private known(): Outcome | undefined {
    const { run, step } = this;
    const { outputKey, when } = step;
    const dependency = run.firstSkipped(needsOf(step).values);
    if (dependency !== undefined) return this.skip({ reason: 'dependency', dependency });
    if (when !== undefined && !holds(when, run.log)) return this.skip({ reason: 'condition' });
    if (run.recorded?.fellBack(run.id.text, outputKey) === true) return this.fallback(true);
    if (step.each !== undefined) return undefined;
    const recorded = run.recorded?.resultOf(callIdOf(run.id.text, outputKey), step.take);
    return recorded && { kind: 'done', output: recorded.take(step.take, this.tool), resumed: true };
  }

  private skip(why: Skipped): Outcome {
    publishSkipped(this.run, this.step, why);
    return this.step.fallback === undefined ? { kind: 'skipped' } : this.fallback();
  }

  private fallback(resumed = false): Outcome {
    const output = resolve(this.step.fallback, this.run.log);
    return { kind: 'done', output, fellBack: true, ...(resumed ? { resumed } : {}) };
  }

  private prepare(): Activity {
    const { run, step } = this;
    if (step.each !== undefined) return this.forEach();
    return new StepCall(run, step, argumentsOf(step)(run.log), step.timeoutMs, this);
  }

  /** One call for each element. */
  private forEach(): Activity {
    const { run, step } = this;
    const { outputKey, take, timeoutMs, concurrency = Infinity } = step;
    const elements = resolve(step.each, run.log);
    if (!Array.isArray(elements)) throw new Incomparable('each', 'an array', shorten(elements));
    const until = timeoutMs === undefined ? undefined : run.host.clock.now() + timeoutMs;
    /** True where an earlier run has done the step, so that nothing of it may be missing. */
    const isDone = run.recorded?.isDone(run.id.text, outputKey) === true;
    // False once a call has been made.
    this.resumed = isDone || (run.recorded !== undefined && elements.length > 0);
    const results$ = inOrder(elements.length, concurrency, (index) =>
      defer(() => {
        const known = run.recorded?.resultOf(callIdOf(run.id.text, outputKey, index), take);
        if (known) return of(known.take(take, this.tool));
        if (isDone) throw lossOfElement(step, index);
        this.resumed = false;
        const args = argumentsOf(step)(within(run.log, { item: ownData(elements, index), index }));
        const deadlineMs = until === undefined ? undefined : Math.max(0, until - run.host.clock.now());
        return callFor(run, step, args, deadlineMs, index);
      }),
    );
    let output: readonly unknown[] = [];
    const subscriber = subscriberOf<readonly unknown[]>({
      next: (results) => {
        output = results;
      },
      error: (error) => {
        this.failed(error);
      },
      complete: () => {
        this.taken(output);
      },
    });
    return {
      start: () => {
        results$.subscribe(subscriber);
      },
      unsubscribe: () => {
        subscriber.unsubscribe();
      },
    };
  }

  private get tool(): AnyTool | undefined {
    return this.run.host.find(this.step.tool)?.tool;
  }

  private asToolError(error: unknown): ToolError {
    if (isToolError(error)) return error;
    const { tool, outputKey } = this.step;
    const callId = callIdOf(this.run.id.text, outputKey);
    if (error instanceof DeadEnd) {
      const { reference, nearest, found } = error;
      return new UnresolvedReference({ tool, callId, step: outputKey, reference, nearest, found });
    }
    if (error instanceof Incomparable) {
      const { path, expected, received } = error;
      return new InvalidArguments({ tool, callId, faults: [{ path, expected, received }] });
    }
    return new ToolFailed({ tool, callId, attempt: 0, cause: error });
  }
}

/** The call for an element. */
function callFor(
  run: FlowRun,
  step: Step,
  args: unknown,
  deadlineMs: number | undefined,
  item: number,
): Observable<unknown> {
  return new Observable((subscriber) => {
    const taker: Taker = {
      taken: (value) => {
        subscriber.next(value);
        subscriber.complete();
      },
      failed: (error) => {
        subscriber.error(error);
      },
    };
    const call = new StepCall(run, step, args, deadlineMs, taker, item);
    subscriber.add(call);
    call.start();
  });
}

function lossOfElement({ outputKey }: Step, index: number): NotResumable {
  const message = `what step '${outputKey}' had given for element ${String(index)} ${lost}`;
  return new NotResumable({ flow: outputKey, faults: [{ path: 'events', message }] });
}

/** Why a step is not run. */
type Skipped =
  | { readonly reason: 'condition' }
  /** `error`: what the step that it needs has failed with. */
  | { readonly reason: 'dependency'; readonly dependency: string; readonly error?: ToolError };

/** Tells of a step that is not run. */
export function publishSkipped({ host, id }: FlowRun, step: Step, why: Skipped): void {
  const { tool, outputKey } = step;
  host.bus.publish(tool, () => ({
    type: 'call.skipped',
    tool,
    callId: callIdOf(id.text, outputKey),
    attempt: 0,
    runId: id.text,
    step: outputKey,
    args: host.show(step.arguments, { tool, part: 'arguments' }),
    values: 0,
    durationMs: 0,
    ...why,
    ...(why.reason === 'dependency' && why.error ? { error: host.showError(why.error) } : {}),
  }));
}
