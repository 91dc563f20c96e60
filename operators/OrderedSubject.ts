import { Subject } from 'rxjs';

/**
 * A Subject that gives every subscriber the same order. A plain Subject that is sent a value from inside a handler
 * delivers it at once, so that subscribers further down the list see the later value first; here it waits its turn, and
 * so does the end.
 */
// eslint-disable-next-line rxjs-x/no-subclass -- a Subject in all but the order: `next` is the one thing that differs
export class OrderedSubject<T> extends Subject<T> {
  /** Sent from inside a handler, and not delivered yet. */
  private waiting: T[] = [];
  /** The end, when it was called for from inside a handler. */
  private end: (() => void) | undefined;
  private delivering = false;

  override next(value: T): void {
    if (this.delivering) {
      if (!this.end) this.waiting.push(value);
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
      this.end?.();
    }
  }

  override error(error: unknown): void {
    this.finish(() => {
      // eslint-disable-next-line rxjs-x/throw-error -- whatever a Subject takes
      super.error(error);
    });
  }

  override complete(): void {
    this.finish(() => {
      super.complete();
    });
  }

  private finish(end: () => void): void {
    if (this.delivering) this.end ??= end;
    else end();
  }
}
