import type { Clock } from './Clock.js';
import { HeadTimer } from './HeadTimer.js';
import { isolated } from './isolated.js';
import type { MonotonicTime } from './MonotonicTime.js';

/**
 * Whoever has a deadline, at most one at a time. It stands in the list of the deadlines of its length itself, so that a
 * deadline costs no object.
 */
export abstract class Expiring {
  /** The list that it stands in, and whom between; undefined while it has no deadline. */
  deadlineList: DeadlineList | undefined = undefined;
  before: Expiring | undefined = undefined;
  after: Expiring | undefined = undefined;
  /** Until when, by the list's time. */
  due = 0;

  /** Its deadline has come. */
  abstract expire(): void;

  /** Takes the deadline off. Nothing happens when it has expired or was taken off before. */
  clearDeadline(): void {
    this.deadlineList?.remove(this);
  }
}

/** How many expire in a turn, however long they take. */
const fewest = 16;
/** When those have, how long a turn may have taken before the rest is left to the next, in ms. */
const turnMs = 1;

/** The deadlines of one length, in the order in which they were set, which is that in which they expire. */
export class DeadlineList {
  private first: Expiring | undefined;
  private last: Expiring | undefined;
  private count = 0;
  private readonly timer: HeadTimer;
  /** The clock of whoever came last. */
  private clock: Clock | undefined;
  /** Cancels the turn in which those expire that are due; undefined while none is awaited. */
  private cancelTurn: (() => void) | undefined;
  /** True while an empty list waits for the end of the host's turn: in the same one it is likely to be used again. */
  private lingering = false;

  /** @param onClosed - Called when the list is empty and has no timer any more. */
  constructor(
    private readonly ms: number,
    private readonly time: MonotonicTime,
    private readonly onClosed: () => void,
  ) {
    this.timer = new HeadTimer(time, () => {
      this.expireNext();
    });
  }

  /** How many deadlines are in it. */
  get length(): number {
    return this.count;
  }

  /** @param reading - Of the clock, just now; where somebody has read it since, it is read again. */
  add(clock: Clock, reading: number, whose: Expiring): void {
    const due = this.time.at(this.time.isPast(reading) ? clock.now() : reading) + this.ms;
    const { last } = this;
    whose.deadlineList = this;
    whose.due = due;
    whose.before = last;
    if (last) last.after = whose;
    else this.first = whose;
    this.last = whose;
    this.count++;
    this.clock = clock;
    this.timer.arm(clock, due);
  }

  /** Takes one out that is in it. */
  remove(whose: Expiring): void {
    this.unlink(whose);
    if (this.count === 0) this.closeSoon();
  }

  private unlink(whose: Expiring): void {
    const { before, after } = whose;
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.last = before;
    // Whoever keeps it would otherwise keep all that ever stood behind it.
    whose.deadlineList = undefined;
    whose.before = undefined;
    whose.after = undefined;
    this.count--;
  }

  /** At the end of this instant, or of the turn before. */
  private expireNext(): void {
    this.cancelTurn = this.clock?.defer(() => {
      this.cancelTurn = undefined;
      this.expireDue();
    });
  }

  private expireDue(): void {
    const { clock } = this;
    if (!clock) return;
    const startedAt = clock.now();
    const now = this.time.at(startedAt);
    let expired = 0;
    for (let head = this.first; head && head.due <= now; head = this.first) {
      // The next turn is called for before this one is over: a host takes its time until it begins.
      if (expired === fewest) this.expireNext();
      if (expired >= fewest && clock.now() - startedAt >= turnMs) return;
      expired++;
      const whose = head;
      this.unlink(whose);
      isolated(clock, () => {
        whose.expire();
      });
    }
    this.cancelTurn?.();
    this.cancelTurn = undefined;
    if (this.first) this.timer.arm(clock, this.first.due);
    else this.closeSoon();
  }

  private closeSoon(): void {
    const { clock } = this;
    if (!clock?.afterTurn) {
      this.close();
    } else if (!this.lingering) {
      this.lingering = true;
      clock.afterTurn(() => {
        this.lingering = false;
        if (this.count === 0) this.close();
      });
    }
  }

  private close(): void {
    this.timer.clear();
    this.cancelTurn?.();
    this.cancelTurn = undefined;
    this.onClosed();
  }
}
