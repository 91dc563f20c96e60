import type { Clock } from './Clock.js';
import { HeadTimer } from './HeadTimer.js';
import { isolated } from './isolated.js';
import type { MonotonicTime } from './MonotonicTime.js';
import { type Place, Queue } from './Queue.js';
import type { RatePolicy } from './RatePolicy.js';
import type { RateSettings } from './rateSettings.js';
import type { Waiting } from './Waiting.js';

/** Why a permit was refused. */
export type RateRefusal = 'limit' | 'queueFull' | 'maxWait' | 'maxKeys';

/** Somebody who wants to start. Exactly one of the two functions is called, once, unless the wait is cancelled. */
export interface RateRequest {
  /** Each key has a limit of its own. Default: one for all, `''`. */
  readonly key?: string;
  /** How much of the limit this start uses up: a whole number for `slidingWindow`, any above 0 otherwise. Default: 1. */
  readonly cost?: number;
  /** Called when it may start, which it does now. */
  granted(): void;
  /** Called when it may not. Nothing was used up. `retryAfterMs`: when a start would be possible, as things stand. */
  refused(reason: RateRefusal, retryAfterMs: number): void;
}

interface Waiter {
  readonly clock: Clock;
  readonly cost: number;
  readonly askedAt: number;
  readonly request: RateRequest;
}

/** The limit of one key of a rate limiter: a policy, and those who wait, first come, first served. */
export class Lane {
  private readonly policy: RatePolicy;
  private readonly queue = new Queue<Waiter>();
  /** The sum of the costs of those in the queue. */
  private queuedCost = 0;
  /** True while waiters are being served: whatever happens inside that joins the queue, and no call nests. */
  private serving = false;
  /** Nobody may start before, whatever the policy says. */
  private heldUntil = -Infinity;
  /** The clock of whoever came last. */
  private clock: Clock | undefined;
  private readonly timer: HeadTimer;

  constructor(
    private settings: RateSettings,
    private readonly time: MonotonicTime,
  ) {
    this.policy = settings.createPolicy();
    this.timer = new HeadTimer(time, () => {
      this.serve();
    });
  }

  get queued(): number {
    return this.queue.length;
  }

  get armed(): boolean {
    return this.timer.armed;
  }

  isIdle(now: number): boolean {
    return this.queue.length === 0 && now >= this.heldUntil && this.policy.isIdle(now);
  }

  /** In how long it is idle, after another start of `cost`, if nothing else starts. */
  idleMs(now: number, cost = 0): number {
    return Math.max(this.policy.waitMs(now, this.policy.capacity, cost), this.heldUntil - now);
  }

  /** How long a start of `cost` would wait. @param ahead - What is to start before it: by default all who wait. */
  waitMs(now: number, cost: number, ahead = this.queuedCost): number {
    return this.policy.waitMs(now, cost, ahead, Math.max(now, this.heldUntil), this.unseenMs(now));
  }

  refusal(waitMs: number): RateRefusal | undefined {
    if (waitMs === 0 && this.queue.length === 0) return undefined;
    const { overflow, maxQueue, maxWaitMs } = this.settings;
    if (overflow === 'reject') return 'limit';
    if (this.queue.length >= maxQueue) return 'queueFull';
    return waitMs > maxWaitMs ? 'maxWait' : undefined;
  }

  update(settings: RateSettings): void {
    this.settings = settings;
    if (this.clock) this.policy.update(this.time.at(this.clock.now()), settings.limits);
    this.serve();
  }

  holdBack(clock: Clock, until: number): void {
    this.clock = clock;
    this.heldUntil = Math.max(this.heldUntil, until);
  }

  /** Takes a permit where one can be had at once and nobody waits. */
  tryAcquire(clock: Clock, now: number, cost: number): boolean {
    this.clock = clock;
    return this.queue.length === 0 && this.take(now, cost);
  }

  acquire(clock: Clock, now: number, cost: number, request: RateRequest): Waiting | undefined {
    if (this.tryAcquire(clock, now, cost)) {
      request.granted();
      return undefined;
    }
    const waitMs = this.waitMs(now, cost);
    const refusal = this.refusal(waitMs);
    if (refusal) {
      request.refused(refusal, waitMs);
      return undefined;
    }
    const place = this.queue.push({ clock, cost, askedAt: now, request });
    this.queuedCost += cost;
    if (this.queue.length === 1 && !this.serving) this.armFor(place.value, now);
    return {
      availableAt: clock.now() + waitMs,
      cancel: () => {
        this.cancel(place);
      },
    };
  }

  serveIfDue(): void {
    const { head } = this.queue;
    if (!head) return;
    const now = this.time.at(head.clock.now());
    if (now >= this.expiryOf(head) || this.waitMs(now, head.cost, 0) === 0) this.serve();
  }

  private cancel(place: Place<Waiter>): void {
    const wasHead = this.queue.head === place.value;
    if (!this.queue.remove(place)) return;
    this.queuedCost = this.costWithout(place.value);
    if (wasHead) this.serve();
  }

  /** Lets start, in their order, all who may now; then sets the timer for the one who is next. */
  private serve(): void {
    if (this.serving) return;
    this.serving = true;
    this.timer.clear();
    try {
      for (let head = this.queue.head; head; head = this.queue.head) {
        // Read for each anew: a start counts from when it is made, however long those before it took to begin.
        const now = this.time.at(head.clock.now());
        const { clock, cost, request } = head;
        const impossible = cost > this.policy.capacity;
        const granted = !impossible && this.take(now, cost);
        if (!granted && !impossible && now < this.expiryOf(head)) {
          this.armFor(head, now);
          return;
        }
        this.queue.shift();
        this.queuedCost = this.costWithout(head);
        isolated(clock, () => {
          if (granted) request.granted();
          else
            request.refused(
              impossible ? 'limit' : 'maxWait',
              impossible ? this.settings.limits.perMs : this.waitMs(now, cost),
            );
        });
      }
    } finally {
      this.serving = false;
    }
  }

  /** Takes `cost` if that is possible now, whoever waits. */
  private take(now: number, cost: number): boolean {
    return now >= this.heldUntil && this.policy.take(now, cost, this.unseenMs(now));
  }

  private unseenMs(now: number): number {
    return this.clock?.unseenMs?.(now) ?? 0;
  }

  /** The costs of the queue, which `waiter` has left. Sums of fractions are not exact: an empty queue costs nothing. */
  private costWithout(waiter: Waiter): number {
    return this.queue.length === 0 ? 0 : this.queuedCost - waiter.cost;
  }

  private armFor(head: Waiter, now: number): void {
    this.timer.arm(head.clock, Math.min(now + this.waitMs(now, head.cost, 0), this.expiryOf(head)));
  }

  /** By the `maxWaitMs` of now, for all alike: whoever came first also expires first. */
  private expiryOf({ askedAt }: Waiter): number {
    return askedAt + this.settings.maxWaitMs;
  }
}
