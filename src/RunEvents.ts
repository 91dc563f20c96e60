import type { Observer, Subscriber, Unsubscribable } from 'rxjs';
import type { CallHost } from './callHost.js';
import type { ToolError } from './error.js';
import type { Inexact } from './event.js';
import type { Json } from './json.js';
import type { RunId } from './runIds.js';
import type { Outcome } from './outcome.js';

/** A run of a flow or of a parallel group. */
export interface Run {
  readonly id: RunId;
  readonly kind: 'chain' | 'plan' | 'parallel';
  readonly name: string;
  /** The keys of its steps or members. */
  readonly steps: readonly string[];
  readonly parentId?: string | undefined;
  /** What its first event says beside that; made when the event is. */
  readonly details?: () => RunDetails;
  /** True when nothing is left to do, so that a subscriber that leaves has its result. Default: every step is done. */
  readonly isDone?: () => boolean;
}

/** What a flow's run says of itself, so that it can be drawn and resumed from its events. */
export interface RunDetails {
  /** For each step the positions of those that it needs; in a chain left out. */
  readonly dependencies?: readonly (readonly number[])[];
  /** For each step a digest of what it says. */
  readonly digests?: readonly string[];
  readonly input?: Json;
  readonly inexact?: Inexact;
  /** True where it goes on from an earlier run of this id. */
  readonly resumed?: true;
}

/** What a run does. It is left once, also where it has come to its end. */
export interface Activity extends Unsubscribable {
  start(): void;
}

/** A step, with its call. */
export interface Identified {
  readonly step: string;
  readonly callId: string;
}

/** Whom a run's steps tell what they have come to. */
export interface RunListener<T> extends Observer<T> {
  /** True once nobody listens any more. */
  readonly closed: boolean;
  /** A step is done; of a flow's step also what came of it. @param done - Asked for its ids where somebody wants them. */
  advanced(done: Identified, outcome?: Outcome): void;
}

/**
 * The events of a run, around what it does: that it started, each step that is done, and its one end, which comes after
 * the ends of its calls and before the subscriber is told. A subscriber that leaves while it is being given the result
 * (`first`, `take`, `firstValueFrom`) has what it wanted: the run has succeeded. One that leaves at any other time has
 * cancelled it.
 */
export class RunEvents<T> implements RunListener<T>, Unsubscribable {
  private readonly startedAt: number;
  /** What goes on. */
  private activity: Activity | undefined;
  /** How many steps are done. */
  private done = 0;
  /** True while the subscriber is being given a value. */
  private giving = false;
  /** True once it has failed; what of it goes on ends before that is told, also where the subscriber leaves by then. */
  private failing = false;
  /** True once the run's end has been published. */
  private ended = false;

  constructor(
    private readonly host: CallHost,
    private readonly run: Run,
    private readonly subscriber: Subscriber<T>,
  ) {
    this.startedAt = host.clock.now();
  }

  get closed(): boolean {
    return this.ended || this.failing || this.subscriber.closed;
  }

  /** @param begin - Makes what the run does, or throws a ToolError. */
  start(begin: (listener: RunListener<T>) => Activity): void {
    const { run } = this;
    this.subscriber.add(this);
    this.publish(() => {
      const { details, kind, name, steps } = run;
      return { type: 'run.started', ...this.common(), kind, name, steps, ...details?.() };
    });
    if (this.subscriber.closed) return;
    let activity: Activity;
    try {
      activity = this.activity = begin(this);
    } catch (error) {
      this.fail(error as ToolError);
      return;
    }
    activity.start();
  }

  next(value: T): void {
    this.giving = true;
    this.subscriber.next(value);
    this.giving = false;
  }

  advanced(done: Identified, outcome?: Outcome): void {
    this.done++;
    this.publish(() => ({
      type: 'run.advanced',
      ...this.common(),
      step: done.step,
      callId: done.callId,
      ...(outcome ? markOf(outcome) : {}),
    }));
  }

  error(error: unknown): void {
    if (this.closed) return;
    this.failing = true;
    try {
      this.leave();
    } finally {
      this.fail(error as ToolError);
    }
  }

  complete(): void {
    if (this.closed) return;
    this.endAs('run.succeeded');
    this.subscriber.complete();
  }

  /** The subscriber has left, or has been told of the end. */
  unsubscribe(): void {
    try {
      // Its calls end first.
      this.leave();
    } finally {
      if (!this.failing) this.endAs(this.giving && this.isDone ? 'run.succeeded' : 'run.cancelled');
    }
  }

  private get isDone(): boolean {
    const { isDone, steps } = this.run;
    return isDone ? isDone() : this.done === steps.length;
  }

  private leave(): void {
    const { activity } = this;
    this.activity = undefined;
    activity?.unsubscribe();
  }

  private endAs(type: 'run.succeeded' | 'run.cancelled'): void {
    if (this.ended) return;
    this.ended = true;
    this.publish(() => ({ type, ...this.common(), durationMs: this.durationMs }));
  }

  private fail(error: ToolError): void {
    const { host, ended } = this;
    this.ended = true;
    if (!ended) {
      this.publish(() => ({
        type: 'run.failed',
        ...this.common(),
        durationMs: this.durationMs,
        error: host.showError(error),
      }));
    }
    this.subscriber.error(error);
  }

  private publish(make: Parameters<CallHost['bus']['publish']>[1]): void {
    this.host.bus.publish(undefined, make);
  }

  /** What all events of the run say. */
  private common(): { readonly runId: string; readonly parentId?: string } {
    const { id, parentId } = this.run;
    return { runId: id.text, ...(parentId === undefined ? {} : { parentId }) };
  }

  private get durationMs(): number {
    return this.host.clock.now() - this.startedAt;
  }
}

/** How a step came to its result, where it was not by its calls. */
function markOf(outcome: Outcome): { readonly fellBack?: true; readonly resumed?: true; readonly skipped?: true } {
  if (outcome.kind === 'skipped') return { skipped: true };
  const { fellBack, resumed } = outcome;
  return { ...(fellBack ? { fellBack } : {}), ...(resumed ? { resumed } : {}) };
}
