import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/** A scheduler that goes on after what it calls has thrown, as a host does, where a virtual one drops the rest. */
export class HostScheduler implements SchedulerLike {
  /** What was thrown. */
  readonly faults: unknown[] = [];

  constructor(private readonly scheduler: SchedulerLike) {}

  now(): number {
    return this.scheduler.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const { faults } = this;
    return this.scheduler.schedule(
      function (this: SchedulerAction<T>, given?: T) {
        try {
          work.call(this, given);
        } catch (error) {
          faults.push(error);
        }
      },
      delay,
      state as T,
    );
  }
}
