import type { Clock } from './Clock.js';
import { DeadlineList, Expiring } from './DeadlineList.js';
import { MonotonicTime } from './MonotonicTime.js';

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
 * same frame as the deadline is in time. Where very many expire at once, they do so over several turns of the host, so
 * that those who were told first can go on before the last are.
 */
export class Deadlines {
  private readonly time = new MonotonicTime();
  private readonly lists = new Map<number, DeadlineList>();

  /** How many deadlines are set now. */
  get pending(): number {
    let total = 0;
    for (const list of this.lists.values()) total += list.length;
    return total;
  }

  /** How many timers are set now: one for each length in use. */
  get timers(): number {
    let total = 0;
    for (const list of this.lists.values()) total += list.length > 0 ? 1 : 0;
    return total;
  }

  /**
   * Calls `expired` in `ms` milliseconds unless cancelled before.
   *
   * @param ms - Above 0. `Infinity`: never, and nothing is kept.
   */
  add(clock: Clock, ms: number, expired: () => void): Deadline {
    if (ms === Infinity) return never;
    const deadline = new Callback(expired);
    this.set(clock, ms, deadline);
    return deadline;
  }

  /** The same, for somebody who has no deadline. @param ms - Finite. */
  set(clock: Clock, ms: number, whose: Expiring): void {
    this.setAt(clock, clock.now(), ms, whose);
  }

  /** The same, for somebody who has just read the clock. */
  setAt(clock: Clock, reading: number, ms: number, whose: Expiring): void {
    const list = this.lists.get(ms) ?? this.open(ms);
    list.add(clock, reading, whose);
  }

  private open(ms: number): DeadlineList {
    const list = new DeadlineList(ms, this.time, () => {
      if (this.lists.get(ms) === list) this.lists.delete(ms);
    });
    this.lists.set(ms, list);
    return list;
  }
}

const never: Deadline = { cancel: () => undefined };

class Callback extends Expiring implements Deadline {
  constructor(readonly expire: () => void) {
    super();
  }

  cancel(): void {
    this.clearDeadline();
  }
}
