import { type NamesOf, optionsOf, zeroOrMoreMs, wholeNumber } from './argument.js';
import type { Clock } from './Clock.js';
import { Deadlines } from './Deadlines.js';
import { isolated } from './isolated.js';
import { Queue } from './Queue.js';
import type { Waiting } from './Waiting.js';

/** What a semaphore is made of. */
export interface SemaphoreOptions {
  /** How many may hold a permit at once, at least 1. */
  readonly concurrency: number;
  /** How many may wait, 0 or more; one more is refused. Default: 10,000. */
  readonly maxQueue?: number;
  /** Whoever has waited as long, in ms, is refused. 0 or more; 0: nobody waits. Default: `Infinity`. */
  readonly maxWaitMs?: number;
}

const changeable: NamesOf<Omit<SemaphoreOptions, 'maxWaitMs'>> = { concurrency: true, maxQueue: true };
const names: NamesOf<SemaphoreOptions> = { ...changeable, maxWaitMs: true };

/** Why a permit was refused. */
export type SemaphoreRefusal = 'queueFull' | 'maxWait';

/** Somebody who wants a permit. Exactly one of the two functions is called, once, unless the wait is cancelled. */
export interface SemaphoreRequest {
  granted(permit: Permit): void;
  refused(reason: SemaphoreRefusal): void;
}

/** The right to run, until it is released. */
export interface Permit {
  /**
   * Gives the permit back; a second time does nothing. The slot is free *before* `notify` is called, so that whoever
   * is told of the end can start anew, and then goes to the head of the queue: all in the same tick.
   */
  release(notify?: () => void): void;
}

interface Waiter {
  readonly clock: Clock;
  readonly request: SemaphoreRequest;
  cancelExpiry?: () => void;
}

/**
 * At most `concurrency` permits at once; others wait, first come, first served, and no newcomer overtakes them. The
 * queue is served in a loop, so that thousands of waiters that end at once do not nest.
 */
export class Semaphore {
  private limit: number;
  private maxQueue: number;
  private readonly maxWaitMs: number;
  private readonly queue = new Queue<Waiter>();
  private readonly expiries = new Deadlines();
  private held = 0;
  private serving = false;

  /** @throws TypeError, RangeError for an option that is unknown or out of its range. */
  constructor(options: SemaphoreOptions) {
    this.limit = wholeNumber('concurrency', optionsOf('semaphore', options, names).concurrency, 1, true);
    this.maxQueue = wholeNumber('maxQueue', options.maxQueue ?? 10_000, 0);
    this.maxWaitMs = zeroOrMoreMs('maxWaitMs', options.maxWaitMs ?? Infinity);
  }

  /** How many may hold a permit at once. */
  get concurrency(): number {
    return this.limit;
  }

  /** How many permits are held now. */
  get permits(): number {
    return this.held;
  }

  /** How many wait now. */
  get queued(): number {
    return this.queue.length;
  }

  /** How many timers are set now: one at most, and none without `maxWaitMs`. */
  get timers(): number {
    return this.expiries.timers;
  }

  /**
   * Goes by other limits from now on: more slots go to those who wait at once; with fewer, those who hold one keep it.
   *
   * @throws TypeError, RangeError for an option that is unknown or out of its range; nothing is changed then.
   */
  update(changes: Partial<Omit<SemaphoreOptions, 'maxWaitMs'>>): void {
    const { concurrency = this.limit, maxQueue = this.maxQueue } = optionsOf('update', changes, changeable);
    wholeNumber('maxQueue', maxQueue, 0);
    this.limit = wholeNumber('concurrency', concurrency, 1, true);
    this.maxQueue = maxQueue;
    this.serve();
  }

  /** True when somebody who asks now would be given a permit or a place in the queue. */
  get accepts(): boolean {
    return this.isOpen || this.refusal === undefined;
  }

  /** Asks for a permit. Granted or refused at once, inside this call, it returns undefined; else the place in the queue. */
  acquire(clock: Clock, request: SemaphoreRequest): Waiting | undefined {
    if (this.isOpen) {
      this.grant(request);
      return undefined;
    }
    const { refusal } = this;
    if (refusal) {
      request.refused(refusal);
      return undefined;
    }
    const waiter: Waiter = { clock, request };
    const place = this.queue.push(waiter);
    if (this.maxWaitMs < Infinity) {
      const expiry = this.expiries.add(clock, this.maxWaitMs, () => {
        if (this.queue.remove(place)) request.refused('maxWait');
      });
      waiter.cancelExpiry = () => {
        expiry.cancel();
      };
    }
    return {
      cancel: () => {
        if (this.queue.remove(place)) waiter.cancelExpiry?.();
      },
    };
  }

  private get isOpen(): boolean {
    return this.held < this.concurrency && this.queue.length === 0;
  }

  /** Why whoever would have to wait may not. */
  private get refusal(): SemaphoreRefusal | undefined {
    // Those for whom a slot is free already do not count: they are about to leave the queue.
    const free = Math.max(0, this.concurrency - this.held);
    if (this.queue.length - free >= this.maxQueue) return 'queueFull';
    return this.maxWaitMs === 0 ? 'maxWait' : undefined;
  }

  private grant(request: SemaphoreRequest): void {
    this.held++;
    let released = false;
    request.granted({
      release: (notify) => {
        if (released) return;
        released = true;
        this.held--;
        try {
          notify?.();
        } finally {
          this.serve();
        }
      },
    });
  }

  /** Gives the free permits to the head of the queue. Releases that happen inside are served by the same loop. */
  private serve(): void {
    if (this.serving) return;
    this.serving = true;
    try {
      while (this.held < this.concurrency) {
        const waiter = this.queue.shift();
        if (!waiter) return;
        waiter.cancelExpiry?.();
        isolated(waiter.clock, () => {
          this.grant(waiter.request);
        });
      }
    } finally {
      this.serving = false;
    }
  }
}
