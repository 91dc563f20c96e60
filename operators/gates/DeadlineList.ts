import type { Clock } from './Clock.js';
import { HeadTimer } from './HeadTimer.js';
import { isolated } from './isolated.js';
import type { MonotonicTime } from './MonotonicTime.js';

/** A deadline that has been set. */
export interface Deadline {
  /** Takes the deadline off. Nothing happens when it has expired or was cancelled before. */
  cancel(): void;
}

/** Whoever has a deadline. */
export interface Expiring {
  expire(): void;
}

/** How many expire in a turn, however long they take. */
const fewest = 16;
/** When those have, how long a turn may have taken before the rest is left to the next, in ms. */
const turnMs = 1;

/** The deadlines of one length, in the order in which they were set, which is that in which they expire. */
export class DeadlineList {
  private first: Entry | undefined;
  private last: Entry | undefined;
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
  add(clock: Clock, reading: number, whose: Expiring): Deadline {
    const due = this.time.at(this.time.isPast(reading) ? clock.now() : reading) + this.ms;
    const entry = new Entry(this, whose, due, this.last);
    if (this.last) this.last.next = entry;
    else this.first = entry;
    this.last = entry;
    this.count++;
    this.clock = clock;
    this.timer.arm(clock, due);
    return entry;
  }

  /** Takes an entry out that is still in it. */
  remove(entry: Entry): void {
    this.unlink(entry);
    if (this.count === 0) this.closeSoon();
  }

  private unlink(entry: Entry): void {
    const { previous, next } = entry;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    entry.leave();
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
      const { whose } = head;
      this.unlink(head);
      isolated(clock, () => {
        whose?.expire();
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

class Entry implements Deadline {
  next: Entry | undefined = undefined;

  constructor(
    private list: DeadlineList | undefined,
    /** Undefined once it is in no list. */
    public whose: Expiring | undefined,
    readonly due: number,
    public previous: Entry | undefined,
  ) {}

  cancel(): void {
    this.list?.remove(this);
  }

  /** Whoever keeps it would otherwise keep all that ever stood behind it. */
  leave(): void {
    this.list = undefined;
    this.whose = undefined;
    this.previous = undefined;
    this.next = undefined;
  }
}
