import type { Subscriber, Unsubscribable } from 'rxjs';
import type { CallHost, CallRequest } from './callHost.js';
import { CallState } from './callState.js';
import type { ToolError } from './error.js';
import type { ToolRuntime } from './toolRuntime.js';

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
  private result: unknown;
  /** True while the caller is being given a value. */
  private giving = false;

  constructor(
    host: CallHost,
    request: CallRequest,
    runtime: ToolRuntime | undefined,
    protected readonly subscriber: Subscriber<unknown>,
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
    this.end(this.giving ? satisfied : cancelled);
  }

  protected give(value: unknown): void {
    const { giving } = this;
    this.result = value;
    this.values++;
    this.publish('call.emitted', detailsOfValue, this);
    this.giving = true;
    this.subscriber.next(value);
    this.giving = giving;
  }

  /** Tells of the end, when what the call held is free: the events first, then the caller. */
  protected tell(ending: Ending, before?: () => void): void {
    switch (ending.kind) {
      case 'succeeded':
        this.tellSuccess();
        if (ending.isTold) this.subscriber.complete();
        return;
      case 'cancelled':
        this.publish('call.cancelled', summaryOf, this);
        return;
      case 'failed':
        this.tellFailure(ending.error, before);
    }
  }

  private tellSuccess(): void {
    const { fellBackFrom } = this;
    if (!fellBackFrom) {
      this.succeeded();
      this.publish('call.succeeded', detailsOfSuccess, this);
      return;
    }
    // A success that is not the tool's own; the tool has failed, or was not asked.
    const error = this.host.showError(fellBackFrom);
    if (endOf(error) !== 'call.rejected') this.failed(error);
    this.publish('call.succeeded', () => ({ ...detailsOfSuccess(this), fellBack: true, error }));
  }

  /** @param before - What is done before the caller is told. */
  private tellFailure(error: ToolError, before: (() => void) | undefined): void {
    const type = endOf(error);
    const shown = this.host.showError(error);
    if (type !== 'call.rejected') this.failed(shown);
    this.publish(type, () => ({ ...summaryOf(this), error: shown }));
    try {
      before?.();
    } finally {
      this.subscriber.error(error);
    }
  }

  /** The last value as events show it. */
  get shownResult() {
    return this.host.showExactly(this.result, { tool: this.tool, part: 'value' });
  }
}

function detailsOfValue({ values, shownResult: { shown, ...exactness } }: CallAnswer) {
  return { index: values - 1, value: shown, ...exactness };
}

function detailsOfSuccess(call: CallAnswer) {
  const { shown, ...exactness } = call.shownResult;
  return { ...summaryOf(call), result: shown, ...exactness };
}

function summaryOf({ shownArguments, values, durationMs }: CallAnswer) {
  return { args: shownArguments, values, durationMs };
}

function endOf(error: ToolError): 'call.failed' | 'call.timedOut' | 'call.rejected' {
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
