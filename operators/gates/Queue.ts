/** A place in a {@link Queue}. */
export interface Place<T> {
  readonly value: T;
}

interface Link<T> extends Place<T> {
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
  queued: boolean;
}

/** A first-in-first-out queue from whose middle one can leave: every operation takes constant time. */
export class Queue<T> {
  private first: Link<T> | undefined;
  private last: Link<T> | undefined;
  private count = 0;

  get length(): number {
    return this.count;
  }

  get head(): T | undefined {
    return this.first?.value;
  }

  push(value: T): Place<T> {
    const link: Link<T> = { value, previous: this.last, next: undefined, queued: true };
    if (this.last) this.last.next = link;
    else this.first = link;
    this.last = link;
    this.count++;
    return link;
  }

  shift(): T | undefined {
    const link = this.first;
    if (link) this.remove(link);
    return link?.value;
  }

  /** Takes a place out; false when it had left before. */
  remove(place: Place<T>): boolean {
    const link = place as Link<T>;
    if (!link.queued) return false;
    link.queued = false;
    if (link.previous) link.previous.next = link.next;
    else this.first = link.next;
    if (link.next) link.next.previous = link.previous;
    else this.last = link.previous;
    // Whoever keeps the place would otherwise keep all that ever stood behind it.
    link.previous = undefined;
    link.next = undefined;
    this.count--;
    return true;
  }
}
