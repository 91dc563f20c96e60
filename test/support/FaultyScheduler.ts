import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/** A scheduler with what hosts are like: its clock can be set back, and a delay of more than 31 bits is none. */
export class FaultyScheduler implements SchedulerLike {
  /** How far the clock is off. */
  shiftMs = 0;
  /** The delays that were asked for. */
  readonly delays: number[] = [];

  constructor(private readonly scheduler: SchedulerLike) {}

  now(): number {
    return this.scheduler.now() + this.shiftMs;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    this.delays.push(delay);
    return this.scheduler.schedule(work, delay > 2 ** 31 - 1 ? 1 : delay, state as T);
  }
}
