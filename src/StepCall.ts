import type { Unsubscribable } from 'rxjs';
import { makeCall } from './call.js';
import type { Caller } from './callAnswer.js';
import type { CallRequest } from './callHost.js';
import { ToolFailed } from './error.js';
import type { FlowRun } from './FlowRun.js';
import type { Step } from './flow.js';
import type { RecordedCalls } from './recordedCalls.js';
import { callIdOf } from './runIds.js';

/** Without a value there is nothing to keep under a step's key. */
export const emptyResult = 'completed without a value';

/** Who is told what a call has come to: one of the two, once, unless it is left before. */
export interface Taker {
  taken(value: unknown): void;
  failed(error: unknown): void;
}

/**
 * A call that a step makes, and who makes it: takes the last of the tool's values, the first, or all. It is the request
 * too, so that a chain makes one object a step beside the call itself.
 */
export class StepCall implements Caller, CallRequest, Unsubscribable {
  readonly arguments: unknown;
  /** True once it has been told of the end, has taken what it wanted, or has left. */
  closed = false;
  /** What has been taken so far. */
  private value: unknown;
  private hasValue = false;
  private call: Unsubscribable | undefined;

  /** @param item - The position of the element, in a step with `each`. */
  constructor(
    private readonly run: FlowRun,
    private readonly definition: Step,
    args: unknown,
    readonly deadlineMs: number | undefined,
    private readonly taker: Taker,
    private readonly item?: number,
  ) {
    this.arguments = args;
  }

  get tool(): string {
    return this.definition.tool;
  }

  get step(): string {
    return this.definition.outputKey;
  }

  get callId(): string {
    return callIdOf(this.runId, this.step, this.item);
  }

  get namesItself(): boolean {
    return true;
  }

  get runId(): string {
    return this.run.id.text;
  }

  get recorded(): RecordedCalls | undefined {
    return this.run.recorded;
  }

  get nesting(): number {
    return this.run.nesting + 1;
  }

  start(): void {
    makeCall(this.run.host, this, this);
  }

  add(call: Unsubscribable): void {
    if (this.closed) call.unsubscribe();
    else this.call = call;
  }

  next(value: unknown): void {
    if (this.closed) return;
    const { take } = this.definition;
    if (take === 'all') {
      if (this.hasValue) (this.value as unknown[]).push(value);
      else this.value = [value];
    } else {
      this.value = value;
    }
    this.hasValue = true;
    if (take !== 'first') return;
    // The call has ended by the time that its value is handed on, and what follows from it begins.
    this.unsubscribe();
    this.taker.taken(value);
  }

  error(error: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.taker.failed(error);
  }

  complete(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.hasValue) this.taker.taken(this.value);
    else if (this.definition.take === 'all') this.taker.taken([]);
    else {
      const { tool, callId } = this;
      this.taker.failed(new ToolFailed({ tool, callId, attempt: 1, cause: new Error(emptyResult) }));
    }
  }

  unsubscribe(): void {
    if (this.closed) return;
    this.closed = true;
    this.call?.unsubscribe();
  }
}
