import { object, oneOf, positive, positiveMs, wholeNumber } from './argument.js';
import type { Clock } from './Clock.js';
import { HeadTimer } from './HeadTimer.js';
import { isolated } from './isolated.js';
import { MonotonicTime } from './MonotonicTime.js';
import { type Place, Queue } from './Queue.js';
import type { RateLimits, RatePolicy } from './RatePolicy.js';
import { SlidingWindow } from './SlidingWindow.js';
import { TokenBucket } from './TokenBucket.js';
import type { Waiting } from './Waiting.js';

/** What a rate limit is made of. */
export interface RateLimitOptions {
  /** How many may start, at least 1. With `tokenBucket`: how many tokens are added per `perMs`. */
  readonly limit: number;
  /** The length of the window in ms, above 0. */
  readonly perMs: number;
  /**
   * `slidingWindow` (default): in no window of `perMs` do more than `limit` start. `tokenBucket`: a burst at once,
   * then evenly; over a window up to `burst + limit` may start.
   */
  readonly algorithm?: 'slidingWindow' | 'tokenBucket';
  /** Only with `tokenBucket`: the most that can start at once. Default: `limit`. */
  readonly burst?: number;
  /** `wait` (default): later ones queue. `reject`: they are refused at once, and nothing ever queues. */
  readonly overflow?: 'wait' | 'reject';
  /** How many may wait for one key, 0 or more; one more is refused. Default: 10,000. */
  readonly maxQueue?: number;
  /**
   * Whoever would have to wait longer, in ms, is refused at once instead; what cannot be foreseen (with weighted costs),
   * as soon as the time is over. 0: nobody waits. Default: `Infinity`.
   */
  readonly maxWaitMs?: number;
  /** How many keys are kept apart; idle ones make room for new ones, otherwise a new key is refused. Default: 10,000. */
  readonly maxKeys?: number;
}

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

/**
 * A rate limit's shared state: for each key a policy and those who wait, first come, first served. A waiter that
 * leaves has used up nothing, and those behind it move up. One timer a key, for the head of its queue.
 */
export class RateLimiter {
  private readonly time = new MonotonicTime();
  private readonly lanes = new Map<string, Lane>();
  private options: RateLimitOptions;
  private settings: Settings;
  /** Until then no lane becomes idle, so that looking for one can be spared: a start only ever puts it off. */
  private noneIdleBefore = -Infinity;

  /** @throws TypeError, RangeError for an option that is out of its range. */
  constructor(options: RateLimitOptions) {
    this.options = options;
    this.settings = settingsOf(options);
  }

  /** How many wait now, over all keys. */
  get queued(): number {
    let total = 0;
    for (const lane of this.lanes.values()) total += lane.queued;
    return total;
  }

  /** How many keys are held now. */
  get keys(): number {
    return this.lanes.size;
  }

  /** How many timers are set now. */
  get timers(): number {
    let total = 0;
    for (const lane of this.lanes.values()) total += lane.armed ? 1 : 0;
    return total;
  }

  /** When a start with this key would be possible, behind those who wait, in the clock's ms. */
  availableAt(clock: Clock, key = ''): number {
    const now = clock.now();
    return now + (this.lanes.get(key)?.waitMs(this.time.at(now), 1) ?? 0);
  }

  /** True when a start with this key would not be refused, though it may have to wait. */
  accepts(clock: Clock, key = ''): boolean {
    const now = this.time.at(clock.now());
    const lane = this.lanes.get(key);
    if (lane) return lane.refusal(lane.waitMs(now, 1)) === undefined;
    if (this.lanes.size < this.settings.maxKeys) return true;
    if (now < this.noneIdleBefore) return false;
    for (const other of this.lanes.values()) if (other.isIdle(now)) return true;
    return false;
  }

  /**
   * Asks for a permit. Granted or refused at once, inside this call, it returns undefined; else the place in the queue.
   *
   * @throws TypeError, RangeError for a cost that can never be granted.
   */
  acquire(clock: Clock, request: RateRequest): Waiting | undefined {
    const { key = '', cost = 1 } = request;
    this.settings.checkCost(cost);
    // Those who are due, but whose timer has not gone off yet, come first.
    this.lanes.get(key)?.serveIfDue();
    const now = this.time.at(clock.now());
    const lane = this.lanes.get(key) ?? this.open(key, now, cost);
    if (!lane) {
      request.refused('maxKeys', this.noneIdleBefore > now ? this.noneIdleBefore - now : this.settings.limits.perMs);
      return undefined;
    }
    return lane.acquire(clock, now, cost, request);
  }

  /**
   * Goes by other limits from now on, and serves those who wait under them at once. What was taken before still counts;
   * a waiter that wants more than can be granted now is refused as soon as it is its turn. `maxWaitMs` counts from when
   * each began to wait.
   *
   * @throws TypeError, RangeError for an option that is out of its range; nothing is changed then.
   */
  update(changes: Partial<Pick<RateLimitOptions, 'limit' | 'perMs' | 'burst' | 'maxQueue' | 'maxWaitMs'>>): void {
    const options = { ...this.options, ...changes };
    this.settings = settingsOf(options);
    this.options = options;
    this.noneIdleBefore = -Infinity;
    for (const lane of this.lanes.values()) lane.update(this.settings);
  }

  /**
   * Lets nobody with this key start for `ms` milliseconds: the service has said to come again then. Those who ask wait,
   * or are refused, as if the limit were used up. A hold that ends sooner than one before it changes nothing.
   *
   * @throws TypeError, RangeError for a time that is not finite and above 0.
   */
  holdBack(clock: Clock, ms: number, key = ''): void {
    positive('ms', ms);
    const now = this.time.at(clock.now());
    (this.lanes.get(key) ?? this.open(key, now, 1))?.holdBack(clock, now + ms);
  }

  /** @throws TypeError, RangeError for a cost that can never be granted. */
  checkCost(cost: number): void {
    this.settings.checkCost(cost);
  }

  /** A lane for a new key. Idle lanes make room: a few are looked at each time, all of them when there is none left. */
  private open(key: string, now: number, cost: number): Lane | undefined {
    this.evictSome(now, 4);
    if (this.lanes.size >= this.settings.maxKeys) this.evictAll(now);
    if (this.lanes.size >= this.settings.maxKeys) return undefined;
    const lane = new Lane(this.settings, this.time);
    this.lanes.set(key, lane);
    this.noneIdleBefore = Math.min(this.noneIdleBefore, now + lane.idleMs(now, cost));
    return lane;
  }

  /** Looks at the next `count` lanes, in turn: an idle one goes, any other goes to the end of the line. */
  private evictSome(now: number, count: number): void {
    let looked = 0;
    for (const [key, lane] of this.lanes) {
      if (looked++ === count) return;
      this.lanes.delete(key);
      if (!lane.isIdle(now)) this.lanes.set(key, lane);
    }
  }

  private evictAll(now: number): void {
    if (now < this.noneIdleBefore) return;
    this.noneIdleBefore = Infinity;
    for (const [key, lane] of this.lanes) {
      if (lane.isIdle(now)) this.lanes.delete(key);
      else this.noneIdleBefore = Math.min(this.noneIdleBefore, now + lane.idleMs(now));
    }
  }
}

interface Waiter {
  readonly clock: Clock;
  readonly cost: number;
  readonly askedAt: number;
  readonly request: RateRequest;
}

/** The limit of one key. */
class Lane {
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
    private settings: Settings,
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

  waitMs(now: number, cost: number): number {
    return this.policy.waitMs(now, cost, this.queuedCost, Math.max(now, this.heldUntil));
  }

  refusal(waitMs: number): RateRefusal | undefined {
    if (waitMs === 0 && this.queue.length === 0) return undefined;
    const { overflow, maxQueue, maxWaitMs } = this.settings;
    if (overflow === 'reject') return 'limit';
    if (this.queue.length >= maxQueue) return 'queueFull';
    return waitMs > maxWaitMs ? 'maxWait' : undefined;
  }

  update(settings: Settings): void {
    this.settings = settings;
    if (this.clock) this.policy.update(this.time.at(this.clock.now()), settings.limits);
    this.serve();
  }

  holdBack(clock: Clock, until: number): void {
    this.clock = clock;
    this.heldUntil = Math.max(this.heldUntil, until);
  }

  acquire(clock: Clock, now: number, cost: number, request: RateRequest): Waiting | undefined {
    this.clock = clock;
    const waitMs = this.waitMs(now, cost);
    const refusal = this.refusal(waitMs);
    if (refusal) {
      request.refused(refusal, waitMs);
      return undefined;
    }
    if (waitMs === 0 && this.queue.length === 0) {
      this.policy.take(now, cost);
      request.granted();
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
    if (now >= this.expiryOf(head) || this.headWaitMs(now, head) === 0) this.serve();
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
        const granted = !impossible && this.headWaitMs(now, head) === 0;
        if (!granted && !impossible && now < this.expiryOf(head)) {
          this.armFor(head, now);
          return;
        }
        this.queue.shift();
        this.queuedCost = this.costWithout(head);
        if (granted) this.policy.take(now, cost);
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

  private headWaitMs(now: number, { cost }: Waiter): number {
    return this.policy.waitMs(now, cost, 0, Math.max(now, this.heldUntil));
  }

  /** The costs of the queue, which `waiter` has left. Sums of fractions are not exact: an empty queue costs nothing. */
  private costWithout(waiter: Waiter): number {
    return this.queue.length === 0 ? 0 : this.queuedCost - waiter.cost;
  }

  private armFor(head: Waiter, now: number): void {
    this.timer.arm(head.clock, Math.min(now + this.headWaitMs(now, head), this.expiryOf(head)));
  }

  /** By the `maxWaitMs` of now, for all alike: whoever came first also expires first. */
  private expiryOf({ askedAt }: Waiter): number {
    return askedAt + this.settings.maxWaitMs;
  }
}

interface Settings {
  readonly createPolicy: () => RatePolicy;
  readonly checkCost: (cost: number) => void;
  readonly limits: RateLimits;
  readonly overflow: 'wait' | 'reject';
  readonly maxQueue: number;
  readonly maxWaitMs: number;
  readonly maxKeys: number;
}

function settingsOf(options: RateLimitOptions): Settings {
  const { limit, perMs, burst } = object('rate limit', options);
  const algorithm = oneOf('algorithm', options.algorithm ?? 'slidingWindow', ['slidingWindow', 'tokenBucket']);
  if (burst !== undefined && algorithm !== 'tokenBucket') {
    throw new TypeError("burst: expected algorithm 'tokenBucket' beside it, got 'slidingWindow'");
  }
  const createPolicy = (): RatePolicy =>
    algorithm === 'tokenBucket' ? new TokenBucket({ limit, perMs, burst }) : new SlidingWindow({ limit, perMs });
  // Made once here too, so that a wrong limit is an error of the constructor and not of the first call.
  const policy = createPolicy();
  return {
    createPolicy,
    checkCost: (cost) => {
      policy.checkCost(cost);
      if (cost <= policy.capacity) return;
      throw new RangeError(`cost: expected at most ${String(policy.capacity)}, got ${String(cost)}`);
    },
    limits: { limit, perMs, burst },
    overflow: oneOf('overflow', options.overflow ?? 'wait', ['wait', 'reject']),
    maxQueue: wholeNumber('maxQueue', options.maxQueue ?? 10_000, 0),
    maxWaitMs: options.maxWaitMs === 0 ? 0 : positiveMs('maxWaitMs', options.maxWaitMs ?? Infinity),
    maxKeys: wholeNumber('maxKeys', options.maxKeys ?? 10_000, 1),
  };
}
