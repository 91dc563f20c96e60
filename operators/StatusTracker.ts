import { asyncScheduler, map, type Observable, type SchedulerLike } from 'rxjs';
import { catchUp, type Numbered } from './catchUp.js';
import { OrderedSubject } from './OrderedSubject.js';
import { expireStatus } from './expireStatus.js';
import { type NamesOf, optionsOf } from './gates/argument.js';
import { MonotonicTime } from './gates/MonotonicTime.js';
import { type Status, toStatus } from './status.js';

interface Change<E> extends Numbered {
  readonly status: Status<E>;
}

/** How a tracked subscription ended. */
export type TrackedEnd<E> =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly error: E }
  /** A failure that says when to come again: not the service's fault. */
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | { readonly kind: 'cancelled' };

/** What a tracker takes. */
export interface TrackerOptions {
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const names: NamesOf<TrackerOptions> = { scheduler: true };

/**
 * The status of whatever runs through `withStatus`: counted, with the last failure and the time until which it is held
 * back. One object for everything that is to be seen as one (a service, a host).
 */
export class StatusTracker<E = unknown> {
  private readonly changes$ = new OrderedSubject<Change<E>>();
  private readonly scheduler: SchedulerLike;
  private readonly time = new MonotonicTime();
  private running = 0;
  /** Until when a limit holds starts back, in `time`: a clock that is set back does not make it longer. */
  private limitedUntil = -Infinity;
  /** The last failure; undefined once a success has cleared it. An error may be `undefined` itself. */
  private failure: { readonly error: E } | undefined;
  /** The number of the last change. */
  private seq = 0;

  /** The current status, then each change. Never errors and never completes. */
  readonly status$: Observable<Status<E>>;

  /** @throws TypeError for an option that is unknown. */
  constructor(options: TrackerOptions = {}) {
    const { scheduler = asyncScheduler } = optionsOf('options', options, names);
    this.scheduler = scheduler;
    this.status$ = catchUp(() => [{ seq: this.seq, status: this.current }], this.changes$).pipe(
      map(({ status }) => status),
      expireStatus(
        this.scheduler,
        (status) => (status.state === 'rate_limited' ? status.availableAt : undefined),
        (status, now) => toStatus({ ...status, failed: 'error' in status }, now),
      ),
    );
  }

  /** The status now. */
  get current(): Status<E> {
    const now = this.scheduler.now();
    const availableAt = now + this.limitedUntil - this.time.at(now);
    const { failure } = this;
    return toStatus({ running: this.running, availableAt, error: failure?.error, failed: failure !== undefined }, now);
  }

  /** Counts one more that runs. */
  started(): void {
    this.running++;
    this.changed();
  }

  /** Counts one less. */
  ended(end: TrackedEnd<E>): void {
    this.running--;
    if (end.kind === 'succeeded') this.failure = undefined;
    if (end.kind === 'failed') this.failure = { error: end.error };
    if (end.kind === 'limited') this.limitedUntil = this.time.at(this.scheduler.now()) + end.retryAfterMs;
    this.changed();
  }

  private changed(): void {
    this.changes$.next({ seq: ++this.seq, status: this.current });
  }
}
