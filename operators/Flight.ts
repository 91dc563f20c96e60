import { type Observable, type Subscriber } from 'rxjs';
import { deepFreeze } from './freeze.js';
import type { Clock } from './gates/Clock.js';
import { isolated } from './gates/isolated.js';
import { subscriberOf } from './upstream.js';

/** One of those who listen. */
interface Listener {
  readonly subscriber: Subscriber<unknown>;
  /** How many values it has been given. */
  given: number;
  /** True while it is being given one: what comes meanwhile waits for that. */
  busy: boolean;
}

/**
 * A source that runs once for all who listen. Each gets what has come, then what comes, in the order in which it came,
 * also what comes while it is being told; what goes wrong in one (a teardown that throws) does not reach the others.
 * The last to leave tears the source down.
 */
export class Flight {
  /** What has come. */
  readonly values: unknown[] = [];
  private readonly listeners = new Set<Listener>();
  /** Tells of the end; undefined while the source runs. */
  private end: ((subscriber: Subscriber<unknown>) => void) | undefined;
  private readonly upstream = subscriberOf<unknown>({
    next: (value) => {
      try {
        this.values.push(deepFreeze(value));
      } catch (error) {
        // Something that says it is plain, and refuses to be frozen.
        this.upstream.error(error);
        return;
      }
      for (const listener of [...this.listeners]) this.tell(listener);
    },
    error: (error: unknown) => {
      this.finish(false, (subscriber) => {
        subscriber.error(error);
      });
    },
    complete: () => {
      this.finish(true, (subscriber) => {
        subscriber.complete();
      });
    },
  });

  /** @param over - Called once, before anybody is told of the end; `complete` is false for an error or a teardown. */
  constructor(
    private readonly clock: Clock,
    private readonly over: (complete: boolean) => void,
  ) {}

  /** Subscribes to the source; not when all have left by then. */
  start(source: Observable<unknown>): void {
    if (!this.upstream.closed) source.subscribe(this.upstream);
  }

  join(subscriber: Subscriber<unknown>): void {
    const listener: Listener = { subscriber, given: 0, busy: false };
    this.listeners.add(listener);
    subscriber.add(() => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    });
    this.tell(listener);
  }

  /** Nobody will join it any more: it ends, unless somebody listens. */
  forsake(): void {
    if (this.listeners.size > 0) return;
    isolated(this.clock, () => {
      this.stop();
    });
  }

  /** Tears the source down, if it still runs. */
  private stop(): void {
    if (this.end) return;
    this.end = () => undefined;
    this.over(false);
    this.upstream.unsubscribe();
  }

  private finish(complete: boolean, end: (subscriber: Subscriber<unknown>) => void): void {
    this.end = end;
    this.over(complete);
    for (const listener of [...this.listeners]) this.tell(listener);
  }

  private tell(listener: Listener): void {
    if (listener.busy) return;
    listener.busy = true;
    const { subscriber } = listener;
    while (listener.given < this.values.length) {
      const value = this.values[listener.given++];
      isolated(this.clock, () => {
        subscriber.next(value);
      });
    }
    listener.busy = false;
    const { end } = this;
    if (!end) return;
    isolated(this.clock, () => {
      end(subscriber);
    });
  }
}
