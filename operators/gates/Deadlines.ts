import type { Clock } from './Clock.js';
import { HeadTimer } from './HeadTimer.js';
import { isolated } from './isolated.js';
import { MonotonicTime } from './MonotonicTime.js';
import { Queue } from './Queue.js';

/** A deadline that has been set. */
export interface Deadline {
  /** Takes the deadline off. Nothing happens when it has expired or was cancelled before. */
  cancel(): void;
}

/**
 * Deadlines, many at the price of a few: those of the same length expire in the order in which they were set, so each
 * length has one list and one timer, whatever the number of deadlines in it. Setting and cancelling take constant time.
 *
 * A deadline expires at the very end of its instant: what else is due at it goes first, so a value that comes in the
 * same frame as the deadline is in time.
 */
export class Deadlines {
  private readonly time = new MonotonicTime();
  private readonly lists = new Map<number, List>();

  /** How many deadlines are set now. */
  get pending(): number {
    let total = 0;
    for (const list of this.lists.values()) total += list.entries.length;
    return total;
  }

  /** How many timers are set now: one for each length in use. */
  get timers(): number {
    return this.lists.size;
  }

  /**
   * Calls `expired` in `ms` milliseconds unless cancelled before.
   *
   * @param ms - Above 0. `Infinity`: never, and nothing is kept.
   */
  add(clock: Clock, ms: number, expired: () => void): Deadline {
    if (ms === Infinity) return never;
    const list = this.lists.get(ms) ?? this.open(clock, ms);
    const due = this.time.at(clock.now()) + ms;
    const place = list.entries.push({ due, expired });
    list.timer.arm(clock, due);
    return {
      cancel: () => {
        if (list.entries.remove(place)) this.closeWhenEmpty(ms, list);
      },
    };
  }

  private open(clock: Clock, ms: number): List {
    const list: List = {
      entries: new Queue(),
      timer: new HeadTimer(this.time, () => {
        list.cancelDefer = clock.defer(() => {
          list.cancelDefer = undefined;
          this.expire(clock, ms, list);
        });
      }),
      cancelDefer: undefined,
    };
    this.lists.set(ms, list);
    return list;
  }

  private expire(clock: Clock, ms: number, list: List): void {
    const now = this.time.at(clock.now());
    for (let head = list.entries.head; head && head.due <= now; head = list.entries.head) {
      list.entries.shift();
      isolated(clock, head.expired);
    }
    if (list.entries.head) list.timer.arm(clock, list.entries.head.due);
    else this.closeWhenEmpty(ms, list);
  }

  private closeWhenEmpty(ms: number, list: List): void {
    if (list.entries.length > 0) return;
    list.timer.clear();
    list.cancelDefer?.();
    list.cancelDefer = undefined;
    if (this.lists.get(ms) === list) this.lists.delete(ms);
  }
}

interface Entry {
  readonly due: number;
  readonly expired: () => void;
}

interface List {
  readonly entries: Queue<Entry>;
  readonly timer: HeadTimer;
  /** Cancels the turn at the end of the instant; undefined while none is awaited. */
  cancelDefer: (() => void) | undefined;
}

const never: Deadline = { cancel: () => undefined };
