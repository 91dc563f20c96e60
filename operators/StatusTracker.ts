import { asyncScheduler, map, type Observable, type SchedulerLike } from 'rxjs';
import { catchUp, type Numbered } from './catchUp.js';
import { OrderedSubject } from './OrderedSubject.js';
import { expireStatus } from './expireStatus.js';
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

/**
 * The status of whatever runs through `withStatus`: counted, with the last failure and the time until which it is held
 * back. One object for everything that is to be seen as one (a service, a host).
 */
export class StatusTracker<E = unknown> {
  private readonly changes$ = new OrderedSubject<Change<E>>();
  private readonly scheduler: SchedulerLike;
  private running = 0;
  private availableAt: number | undefined;
  private failure: E | undefined;
  private change: Change<E> = { seq: 0, status: { state: 'available', running: 0 } };

  /** The current status, then each change. Never errors and never completes. */
  readonly status$: Observable<Status<E>>;

  /** @param options - `scheduler`: whose time counts. Default: `asyncScheduler`. */
  constructor(options: { readonly scheduler?: SchedulerLike } = {}) {
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.status$ = catchUp(() => [this.change], this.changes$).pipe(
      map(({ status }) => status),
      expireStatus(
        this.scheduler,
        (status) => (status.state === 'rate_limited' ? status.availableAt : undefined),
        (status, now) => toStatus(status, now),
      ),
    );
  }

  /** The status now. */
  get current(): Status<E> {
    return toStatus(
      { running: this.running, availableAt: this.availableAt, error: this.failure },
      this.scheduler.now(),
    );
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
    if (end.kind === 'failed') this.failure = end.error;
    this.availableAt = end.kind === 'limited' ? this.scheduler.now() + end.retryAfterMs : this.availableAt;
    this.changed();
  }

  private changed(): void {
    this.change = { seq: this.change.seq + 1, status: this.current };
    this.changes$.next(this.change);
  }
}
