import type { RateLimitOptions } from '../../operators/gates/RateLimiter.js';
import type { RateOutcome } from './requests.js';

interface Waiting {
  readonly name: string;
  readonly cost: number;
  readonly expiresAt: number;
}

/** What is remembered of one key: all there ever was. */
interface Lane {
  readonly starts: { readonly at: number; readonly cost: number }[];
  queue: Waiting[];
  outcomes: RateOutcome[];
}

/**
 * A rate limiter that keeps a list of everything and looks through it each time: slow, and simple enough to be right.
 * Whole milliseconds only.
 */
export class NaiveRateLimiter {
  readonly lanes = new Map<string, Lane>();

  constructor(private readonly options: RateLimitOptions) {}

  ask(now: number, name: string, key: string, cost: number): void {
    const { overflow = 'wait', maxQueue = Infinity, maxWaitMs = Infinity, maxKeys = Infinity } = this.options;
    const lane = this.lane(key);
    this.serve(now, lane);
    const busyOthers = [...this.lanes.values()].filter((other) => other !== lane && this.isBusy(now, other)).length;
    const waitMs = this.waitMs(now, lane, cost);
    if (!this.isBusy(now, lane) && busyOthers >= maxKeys) lane.outcomes.push([name, now, 'maxKeys']);
    else if (lane.queue.length === 0 && this.allowed(now, lane, cost)) this.start(now, lane, name, cost);
    else if (overflow === 'reject') lane.outcomes.push([name, now, 'limit', waitMs]);
    else if (lane.queue.length >= maxQueue) lane.outcomes.push([name, now, 'queueFull', waitMs]);
    else if (waitMs > maxWaitMs) lane.outcomes.push([name, now, 'maxWait', waitMs]);
    else lane.queue.push({ name, cost, expiresAt: now + maxWaitMs });
  }

  cancel(now: number, name: string): void {
    for (const lane of this.lanes.values()) {
      const wasHead = lane.queue[0]?.name === name;
      lane.queue = lane.queue.filter((waiting) => waiting.name !== name);
      if (wasHead) this.serve(now, lane);
    }
  }

  /** What has to happen in each millisecond: the head of each queue starts if and only if it is allowed. */
  tick(now: number): void {
    for (const lane of this.lanes.values()) this.serve(now, lane);
  }

  private serve(now: number, lane: Lane): void {
    for (let head = lane.queue[0]; head; head = lane.queue[0]) {
      const allowed = this.allowed(now, lane, head.cost);
      if (!allowed && now < head.expiresAt) return;
      lane.queue = lane.queue.slice(1);
      if (allowed) this.start(now, lane, head.name, head.cost);
      else lane.outcomes.push([head.name, now, 'maxWait', this.waitMs(now, lane, head.cost)]);
    }
  }

  private start(at: number, lane: Lane, name: string, cost: number): void {
    lane.starts.push({ at, cost });
    lane.outcomes.push([name, at]);
  }

  private allowed(now: number, lane: Lane, cost: number): boolean {
    if (this.options.algorithm === 'tokenBucket') return this.tokens(now, lane) >= cost * this.options.perMs;
    return this.used(now, lane.starts) + cost <= this.options.limit;
  }

  private isBusy(now: number, lane: Lane): boolean {
    if (lane.queue.length > 0) return true;
    if (this.options.algorithm === 'tokenBucket') return this.tokens(now, lane) < this.burst * this.options.perMs;
    return this.used(now, lane.starts) > 0;
  }

  /**
   * When `cost` could start behind all who wait, as far as can be foreseen: as if what a start needs could be taken bit
   * by bit, each bit as soon as there is room for it.
   */
  private waitMs(now: number, lane: Lane, cost: number): number {
    let wanted = lane.queue.reduce((sum, waiting) => sum + waiting.cost, cost);
    const { limit, perMs, algorithm } = this.options;
    const starts = [...lane.starts];
    for (let waitMs = 0; ; waitMs++) {
      if (algorithm === 'tokenBucket') {
        if (this.tokens(now, lane) + waitMs * limit >= wanted * perMs) return waitMs;
        continue;
      }
      const bits = Math.min(wanted, limit - this.used(now + waitMs, starts));
      starts.push({ at: now + waitMs, cost: bits });
      wanted -= bits;
      if (wanted === 0) return waitMs;
    }
  }

  /** How much started in the window that ends now. */
  private used(now: number, starts: Lane['starts']): number {
    return starts.filter(({ at }) => at > now - this.options.perMs).reduce((sum, { cost }) => sum + cost, 0);
  }

  /** What is in the bucket now, in tokens × perMs: filled every millisecond until it is full, less each start. */
  private tokens(now: number, lane: Lane): number {
    const { limit, perMs } = this.options;
    const full = this.burst * perMs;
    let level = full;
    let last = 0;
    for (const { at, cost } of lane.starts) {
      for (; last < at && level < full; last++) level = Math.min(full, level + limit);
      last = at;
      level -= cost * perMs;
    }
    for (; last < now && level < full; last++) level = Math.min(full, level + limit);
    return level;
  }

  private get burst(): number {
    return this.options.burst ?? this.options.limit;
  }

  private lane(key: string): Lane {
    const lane = this.lanes.get(key) ?? { starts: [], queue: [], outcomes: [] };
    this.lanes.set(key, lane);
    return lane;
  }
}
