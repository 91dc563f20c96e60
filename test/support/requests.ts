import type { RateLimiter, RateRefusal, RateRequest } from '../../operators/gates/RateLimiter.js';
import type { Permit, Semaphore, SemaphoreRefusal } from '../../operators/gates/Semaphore.js';
import type { Waiting } from '../../operators/gates/Waiting.js';
import type { VirtualClock } from './VirtualClock.js';

/** What became of a request, and when, in the time that has really passed. */
export type RateOutcome = readonly [name: string, atMs: number, refusal?: RateRefusal, retryAfterMs?: number];

/** Asks a limiter, and notes what becomes of it under a name. */
export class RateRequests {
  readonly outcomes: RateOutcome[] = [];

  constructor(
    private readonly limiter: RateLimiter,
    private readonly clock: VirtualClock,
  ) {}

  ask(
    name: string,
    request: Pick<RateRequest, 'key' | 'cost'> & { readonly then?: () => void } = {},
  ): Waiting | undefined {
    const { then, ...rest } = request;
    return this.limiter.acquire(this.clock, {
      ...rest,
      granted: () => {
        this.outcomes.push([name, this.clock.elapsedMs]);
        then?.();
      },
      refused: (reason, retryAfterMs) => {
        this.outcomes.push([name, this.clock.elapsedMs, reason, retryAfterMs]);
        then?.();
      },
    });
  }
}

/** What became of a request for a slot, and when. */
export type SlotOutcome = readonly [name: string, atMs: number, refusal?: SemaphoreRefusal];

/** Asks a semaphore, and notes what becomes of it under a name. */
export class SlotRequests {
  readonly outcomes: SlotOutcome[] = [];
  /** The permits of those who were granted one. */
  readonly permits = new Map<string, Permit>();

  constructor(
    private readonly semaphore: Semaphore,
    private readonly clock: VirtualClock,
  ) {}

  ask(name: string, then?: (permit?: Permit) => void): Waiting | undefined {
    return this.semaphore.acquire(this.clock, {
      granted: (permit) => {
        this.outcomes.push([name, this.clock.elapsedMs]);
        this.permits.set(name, permit);
        then?.(permit);
      },
      refused: (reason) => {
        this.outcomes.push([name, this.clock.elapsedMs, reason]);
        then?.();
      },
    });
  }

  release(name: string): void {
    this.permits.get(name)?.release();
  }
}
