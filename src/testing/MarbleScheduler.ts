import { type SchedulerAction, Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

/** RxJS's scheduler for tests, whose time passes task by task, as whoever runs the test wants it to. */
export class MarbleScheduler extends TestScheduler {
  /** What the test itself has scheduled: nobody's who is tested. */
  private readonly own = new WeakSet();

  constructor() {
    super(() => undefined);
  }

  /** As RxJS's own, but that an action which schedules itself again, and again, does not keep its whole past. */
  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const once = (task: () => void, ms: number): Subscription => super.schedule(task, ms);
    return new Action<T>(once, work).schedule(state, delay);
  }

  /** Nothing: `run` wants to play the test to its end and compare what it has collected, which is not for it to do. */
  override flush(): void {
    // Left to `step`.
  }

  /** When the next task is due; undefined while there is none. */
  get next(): number | undefined {
    return this.actions[0]?.delay;
  }

  /** When what others have scheduled is due. */
  get foreign(): readonly number[] {
    return this.actions.filter((action) => !this.own.has(action)).map(({ delay }) => delay);
  }

  /** Schedules something for the test itself. */
  scheduleOwn(work: () => void, delayMs: number): void {
    this.asOwn(() => this.schedule(work, delayMs));
  }

  /** Schedules what the hot observables that are new have to say. */
  setUpHot(): void {
    this.asOwn(() => {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what RxJS's own `flush`, which this one stands for, does
      for (const hot$ of this.hotObservables.splice(0)) hot$.setup();
    });
  }

  /** Goes to the time of the next task and does it. Throws what it throws, and forgets the rest. */
  step(): void {
    const action = this.actions.shift();
    if (!action) return;
    if (action.delay > this.frame) this.frame = action.delay;
    const error: unknown = action.execute(action.state, action.delay);
    if (error === undefined) return;
    // As RxJS's own does: what comes after an error that nobody has handled is not done any more.
    this.clear();
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as it was thrown
    throw error;
  }

  /** Forgets all that is scheduled. */
  clear(): void {
    for (const action of [...this.actions]) action.unsubscribe();
  }

  private asOwn(schedule: () => void): void {
    const before = new Set<object>(this.actions);
    schedule();
    for (const action of this.actions) if (!before.has(action)) this.own.add(action);
  }
}

class Action<T> extends Subscription implements SchedulerAction<T> {
  /** What is scheduled now. */
  private task: Subscription | undefined;

  constructor(
    private readonly once: (task: () => void, ms: number) => Subscription,
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
  ) {
    super(() => {
      this.task?.unsubscribe();
    });
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.task?.unsubscribe();
    this.task = this.once(() => {
      this.work(state);
    }, delay);
    return this;
  }
}
