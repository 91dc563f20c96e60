import type { Context } from './context.js';
import { ChainFailed, type ToolError } from './error.js';
import type { Flow, Step } from './flow.js';
import type { FlowRun } from './FlowRun.js';
import type { Outcome } from './outcome.js';
import type { Activity, RunListener } from './RunEvents.js';
import { callIdOf, StepId } from './runIds.js';
import { type StepOwner, StepRun } from './StepRun.js';

/**
 * Runs the steps of a chain, one after the other, each with what the context has by then. Emits the context after each
 * step; a chain without steps gives its input. Errors with ChainFailed, which holds the context so far.
 *
 * Steps that answer at once are begun from a loop, not from one another: the stack does not grow.
 */
export class ChainRun implements Activity, StepOwner {
  /** The position of the step that is next. */
  private next = 0;
  private current: StepRun | undefined;
  /** True while a step is begun further out in the stack. */
  private beginning = false;

  constructor(
    private readonly run: FlowRun,
    private readonly flow: Pick<Flow, 'name' | 'steps'>,
    private readonly listener: RunListener<Context>,
  ) {}

  start(): void {
    if (this.flow.steps.length > 0) {
      this.goOn();
      return;
    }
    this.listener.next(this.run.log.copy());
    this.listener.complete();
  }

  unsubscribe(): void {
    this.current?.unsubscribe();
  }

  stepDone(position: number, outcome: Outcome): void {
    const { listener, run } = this;
    const { outputKey } = this.stepAt(position);
    this.current = undefined;
    if (outcome.kind === 'done') run.log.add(outputKey, outcome.output);
    else run.skip(outputKey);
    listener.advanced(new StepId(run.id, outputKey), outcome);
    if (this.next < this.flow.steps.length) {
      if (!listener.closed) listener.next(run.log.current());
      this.goOn();
    } else {
      if (!listener.closed) listener.next(run.log.copy());
      listener.complete();
    }
  }

  stepFailed(position: number, cause: ToolError): void {
    const { id, log } = this.run;
    const { tool, outputKey } = this.stepAt(position);
    const ids = { callId: callIdOf(id.text, outputKey), runId: id.text };
    this.current = undefined;
    this.listener.error(
      new ChainFailed({ tool, ...ids, flow: this.flow.name, step: outputKey, cause, context: log.copy() }),
    );
  }

  /** Begins the next step, and those after it as long as they answer at once. */
  private goOn(): void {
    if (this.beginning) return;
    this.beginning = true;
    while (!this.current && !this.listener.closed && this.next < this.flow.steps.length) {
      const position = this.next++;
      this.current = new StepRun(this.run, this.stepAt(position), position, this);
      this.current.start();
    }
    this.beginning = false;
  }

  private stepAt(position: number): Step {
    return this.flow.steps[position] as Step;
  }
}
