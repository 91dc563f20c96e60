import { type NamesOf, optionsOf, positive } from './argument.js';
import type { Clock } from './Clock.js';
import { Lane, type RateRequest } from './Lane.js';
import { MonotonicTime } from './MonotonicTime.js';
import { type RateLimitOptions, rateSettings, type RateSettings } from './rateSettings.js';
import type { Waiting } from './Waiting.js';

export type { RateRefusal, RateRequest } from './Lane.js';
export type { RateLimitOptions } from './rateSettings.js';

/** What can be changed while it is in use. */
type Changeable = 'limit' | 'perMs' | 'burst' | 'maxQueue' | 'maxWaitMs';

const changeable: NamesOf<Pick<RateLimitOptions, Changeable>> = {
  limit: true,
  perMs: true,
  burst: true,
  maxQueue: true,
  maxWaitMs: true,
};

/**
 * A rate limit's shared state: for each key a policy and those who wait, first come, first served. A waiter that
 * leaves has used up nothing, and those behind it move up. One timer a key, for the head of its queue.
 */
export class RateLimiter {
  private readonly time = new MonotonicTime();
  private readonly lanes = new Map<string, Lane>();
  private options: RateLimitOptions;
  private settings: RateSettings;
  /** Until then no lane becomes idle, so that looking for one can be spared: a start only ever puts it off. */
  private noneIdleBefore = -Infinity;

  /** @throws TypeError, RangeError for an option that is unknown or out of its range. */
  constructor(options: RateLimitOptions) {
    this.options = options;
    this.settings = rateSettings(options);
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
   * Takes a permit where one can be had at once and nobody waits. False: nothing was used up, and `acquire` says more.
   *
   * @throws TypeError, RangeError for a cost that can never be granted.
   */
  tryAcquire(clock: Clock, key = '', cost = 1): boolean {
    this.checkCost(cost);
    const now = this.time.at(clock.now());
    const lane = this.lanes.get(key) ?? this.open(key, now, cost);
    return lane !== undefined && lane.tryAcquire(clock, now, cost);
  }

  /**
   * Asks for a permit. Granted or refused at once, inside this call, it returns undefined; else the place in the queue.
   *
   * @throws TypeError, RangeError for a cost that can never be granted.
   */
  acquire(clock: Clock, request: RateRequest): Waiting | undefined {
    const { key = '', cost = 1 } = request;
    this.checkCost(cost);
    let lane = this.lanes.get(key);
    if (lane && lane.queued > 0) {
      // Those who are due, but whose timer has not gone off yet, come first.
      lane.serveIfDue();
      lane = this.lanes.get(key);
    }
    const now = this.time.at(clock.now());
    lane ??= this.open(key, now, cost);
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
   * @throws TypeError, RangeError for an option that is unknown or out of its range; nothing is changed then.
   */
  update(changes: Partial<Pick<RateLimitOptions, Changeable>>): void {
    const options = { ...this.options, ...optionsOf('update', changes, changeable) };
    this.settings = rateSettings(options);
    this.options = options;
    this.noneIdleBefore = -Infinity;
    for (const lane of this.lanes.values()) lane.update(this.settings);
  }

  /**
   * Lets nobody with this key start for `ms` milliseconds: the service has said to come again then. Those who ask wait,
   * or are refused, as if the limit were used up. A hold that ends sooner than one before it changes nothing.
   *
   * @returns False where nothing is held back: the key is new, and there is no room for it beside those that are kept
   * (`maxKeys`), none of which is idle. Nor can anybody start with it before one is; whoever starts after that is not
   * held back.
   * @throws TypeError, RangeError for a time that is not finite and above 0.
   */
  holdBack(clock: Clock, ms: number, key = ''): boolean {
    positive('ms', ms);
    const now = this.time.at(clock.now());
    // Nothing starts: it is idle again as soon as the hold is over.
    const lane = this.lanes.get(key) ?? this.open(key, now, 0);
    lane?.holdBack(clock, now + ms);
    return lane !== undefined;
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
