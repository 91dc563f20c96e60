import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/**
 * A scheduler whose time passes when it is told to: what is due goes in the order of time, and at one time in the order
 * in which it was scheduled. RxJS's own sorts a list at each `schedule`, and keeps what was cancelled; this one is for
 * millions of tasks: a heap, from which a cancelled task is taken at once.
 *
 * @example
 * ```ts
 * const scheduler = new VirtualScheduler();
 * timer(86_400_000, scheduler).subscribe(() => console.log('a day later'));
 * scheduler.flush();
 * ```
 */
export class VirtualScheduler implements SchedulerLike {
  private readonly heap = new TaskHeap();
  private time: number;
  /** How many tasks were ever queued. */
  private queued = 0;

  /** @param startMs - What `now` says at the beginning. Default: 0. */
  constructor(startMs = 0) {
    this.time = startMs;
  }

  /** How many tasks are scheduled. */
  get pending(): number {
    return this.heap.size;
  }

  /** When the next task is due; undefined while none is, or only such as are never due. */
  get next(): number | undefined {
    const due = this.heap.first?.due ?? Infinity;
    return due === Infinity ? undefined : due;
  }

  now(): number {
    return this.time;
  }

  /** A delay that is not above 0 is 0; one of `Infinity` is never over. */
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const enqueue = (task: Task, ms: number): void => {
      task.due = this.time + (ms > 0 ? ms : 0);
      task.order = ++this.queued;
      this.heap.add(task);
    };
    const dequeue = (task: Task): void => {
      this.heap.remove(task);
    };
    return new Task(work as TaskWork, enqueue, dequeue).schedule(state, delay);
  }

  /**
   * Lets time pass, and does on the way what falls due, also what is scheduled on the way. What a task throws is thrown
   * on; the others stay scheduled.
   *
   * @param untilMs - Up to and with this time, which it is afterwards. Default: as long as anything is due.
   */
  flush(untilMs = Infinity): void {
    while (this.step(untilMs));
    if (untilMs < Infinity) this.time = Math.max(this.time, untilMs);
  }

  /** Does the next task, if it is due by then. True where there was one. */
  step(untilMs = Infinity): boolean {
    const { first } = this.heap;
    if (!first || first.due > untilMs || first.due === Infinity) return false;
    this.heap.remove(first);
    this.time = Math.max(this.time, first.due);
    first.run();
    return true;
  }
}

type TaskWork = (this: SchedulerAction<unknown>, state?: unknown) => void;

class Task extends Subscription implements SchedulerAction<unknown> {
  due = 0;
  /** Of two that are due at one time, the one that was queued first goes first. */
  order = 0;
  /** Where it is in the heap; -1 while it is not. */
  place = -1;
  private state: unknown;

  constructor(
    private readonly work: TaskWork,
    private readonly enqueue: (task: Task, delayMs: number) => void,
    private readonly dequeue: (task: Task) => void,
  ) {
    super();
  }

  schedule(state?: unknown, delay = 0): Subscription {
    if (this.closed) return this;
    if (this.place >= 0) this.dequeue(this);
    this.state = state;
    this.enqueue(this, delay);
    return this;
  }

  /** Unless it has scheduled itself again it is over: whoever keeps it may let it go. */
  run(): void {
    try {
      this.work(this.state);
    } finally {
      if (this.place < 0) this.unsubscribe();
    }
  }

  override unsubscribe(): void {
    if (this.place >= 0) this.dequeue(this);
    super.unsubscribe();
  }
}

/** A binary heap whose members know their places. */
class TaskHeap {
  private readonly tasks: Task[] = [];

  get size(): number {
    return this.tasks.length;
  }

  get first(): Task | undefined {
    return this.tasks[0];
  }

  add(task: Task): void {
    this.tasks.push(task);
    this.up(task, this.tasks.length - 1);
  }

  remove(task: Task): void {
    const { place } = task;
    task.place = -1;
    const last = this.tasks.pop();
    if (!last || last === task) return;
    this.up(last, place);
    this.down(last, last.place);
  }

  private up(task: Task, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.tasks[parent] as Task;
      if (!isBefore(task, above)) break;
      this.put(above, place);
      place = parent;
    }
    this.put(task, place);
  }

  private down(task: Task, from: number): void {
    const { length } = this.tasks;
    let place = from;
    for (let child = 2 * place + 1; child < length; child = 2 * place + 1) {
      const right = child + 1;
      if (right < length && isBefore(this.tasks[right] as Task, this.tasks[child] as Task)) child = right;
      const below = this.tasks[child] as Task;
      if (!isBefore(below, task)) break;
      this.put(below, place);
      place = child;
    }
    this.put(task, place);
  }

  private put(task: Task, place: number): void {
    this.tasks[place] = task;
    task.place = place;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
