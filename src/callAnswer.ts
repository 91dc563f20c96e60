import type { Observer, Unsubscribable } from 'rxjs';
import type { CallHost, CallRequest } from './callHost.js';
import { CallState } from './callState.js';
import type { ToolError } from './error.js';
import type { ToolRuntime } from './toolRuntime.js';

/** Who makes a call: a Subscriber, or what stands for one. */
export interface Caller extends Observer<unknown> {
  /** True once it has been told of the end, or has left. */
  readonly closed: boolean;
  /** What is to be told when it leaves; at once, where it has. */
  add(call: Unsubscribable): void;
}

/** How a call ends. */
export type Ending =
  /** `isTold`: the caller has yet to hear of it; one that left while it was given a value need not. */
  | { readonly kind: 'succeeded'; readonly isTold: boolean }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: ToolError };

export const completed: Ending = { kind: 'succeeded', isTold: true };
const satisfied: Ending = { kind: 'succeeded', isTold: false };
const cancelled: Ending = { kind: 'cancelled' };

/**
 * A call, as its caller sees it: what the caller is given, and what it and the events are told of the end. It is torn
 * down with the caller's subscription.
 */
export abstract class CallAnswer extends CallState implements Unsubscribable {
  /** The last value. */
  private result: unknown = undefined;
  /** True while the caller is being given a value. */
  private giving = false;

  constructor(
    host: CallHost,
    request: CallRequest,
    runtime: ToolRuntime | undefined,
    protected readonly caller: Caller,
  ) {
    super(host, request, runtime);
  }

  /** Ends the call and whatever goes on for it, once. */
  protected abstract end(ending: Ending): void;

  /** Ends a call that is not begun. */
  refuse(error: ToolError): void {
    this.end({ kind: 'failed', error });
  }

  /** The caller has left, or has been told of the end. */
  unsubscribe(): void {
    this.end(this.asLeft);
  }

  /** How it ends when the caller leaves now. */
  protected get asLeft(): Ending {
    return this.giving ? satisfied : cancelled;
  }

  protected give(value: unknown): void {
    const { giving } = this;
    this.result = value;
    this.values++;
    this.publishValue(value);
    this.giving = true;
    this.caller.next(value);
    this.giving = giving;
  }

  /** Tells of the end, when what the call held is free: the events first, then the caller. */
  protected tell(ending: Ending, before?: () => void): void {
    switch (ending.kind) {
      case 'succeeded':
        this.tellSuccess();
        if (ending.isTold) this.caller.complete();
        return;
      case 'cancelled':
        this.publish('call.cancelled', () => this.summary());
        return;
      case 'failed':
        this.tellFailure(ending.error, before);
    }
  }

  /** @param before - What is done before the caller is told. */
  private tellFailure(error: ToolError, before: (() => void) | undefined): void {
    const type = endOf(error);
    const shown = this.host.showError(error);
    if (type !== 'call.rejected') this.failed(shown);
    this.publish(type, () => ({ ...this.summary(), error: shown }));
    try {
      before?.();
    } finally {
      this.caller.error(error);
    }
  }

  private publishValue(value: unknown): void {
    const event = this.draft('call.emitted');
    if (!event) return;
    const { shown, inexact } = this.host.showExactly(value, { tool: this.tool, part: 'value' });
    event.index = this.values - 1;
    event.value = shown;
    if (inexact !== undefined) event.inexact = inexact;
    this.host.bus.send(event);
  }

  protected tellSuccess(): void {
    this.succeeded();
    this.publishSuccess();
  }

  /** @param fellBackFrom - What the tool failed with, where something else has answered. */
  protected publishSuccess(fellBackFrom?: ToolError): void {
    const event = this.draft('call.succeeded');
    if (!event) return;
    const now = this.host.clock.now();
    const { shown, inexact } = this.host.showExactly(this.result, { tool: this.tool, part: 'value' });
    event.args = this.shownArguments;
    event.values = this.values;
    event.durationMs = now - this.startedAt;
    event.result = shown;
    if (inexact !== undefined) event.inexact = inexact;
    if (fellBackFrom) {
      event.fellBack = true;
      event.error = fellBackFrom;
    }
    this.host.bus.send(event, now);
  }

  private summary() {
    const { shownArguments, values, durationMs } = this;
    return { args: shownArguments, values, durationMs };
  }
}

/** The event of a call that ends with this. */
export function endOf(error: ToolError): 'call.failed' | 'call.timedOut' | 'call.rejected' {
  switch (error._tag) {
    case 'ToolTimeout':
      return 'call.timedOut';
    case 'ToolNotFound':
    case 'InvalidArguments':
    case 'RateLimitExceeded':
    case 'ToolBusy':
    case 'CircuitOpen':
    case 'ApprovalDenied':
      return 'call.rejected';
    default:
      return 'call.failed';
  }
}
