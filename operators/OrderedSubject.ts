import { Subject } from 'rxjs';

/**
 * A Subject that gives every subscriber the same order. A plain Subject that is sent a value from inside a handler
 * delivers it at once, so that subscribers further down the list see the later value first; here it waits its turn.
 */
// eslint-disable-next-line rxjs-x/no-subclass -- a Subject in all but the order: `next` is the one thing that differs
export class OrderedSubject<T> extends Subject<T> {
  /** Sent from inside a handler, and not delivered yet. */
  private waiting: T[] = [];
  private delivering = false;

  override next(value: T): void {
    if (this.delivering) {
      this.waiting.push(value);
      return;
    }
    this.delivering = true;
    try {
      super.next(value);
      while (this.waiting.length > 0) {
        const batch = this.waiting;
        this.waiting = [];
        for (const later of batch) super.next(later);
      }
    } finally {
      this.delivering = false;
    }
  }
}
