import { from, isObservable, type ObservableInput, type Observer, Subscriber } from 'rxjs';
import { shorten } from './fault.js';

/** How what could not be stopped ended; `error` is there if it was rejected. */
export type LateEnd = { readonly error?: unknown };

/**
 * What `run` returned, listened to. A Promise gives one value, an iterable its items; a synchronous source can be
 * stopped between two of its values, and an async iterator is told to return. A promise cannot be stopped: the work
 * then stays *outstanding*, and says when it has settled.
 */
export class Work {
  private readonly subscriber: Subscriber<unknown>;
  /** True while a promise of the tool's is pending. */
  private pending = false;
  private done = false;
  private settled: ((end: LateEnd) => void) | undefined;

  constructor(observer: Observer<unknown>) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as in operators/upstream.ts: it must exist beforehand
    this.subscriber = new Subscriber<unknown>(observer);
  }

  /** True once it has come to its own end: a promise that has settled, an iterator that is done. */
  get finished(): boolean {
    return this.done;
  }

  /** True when it has been stopped and goes on all the same. */
  get outstanding(): boolean {
    return this.pending && this.subscriber.closed;
  }

  /**
   * @throws TypeError for what is no stream; a string is refused too, though one can iterate over its letters.
   */
  start(input: ObservableInput<unknown>): void {
    if (isObservable(input)) {
      input.subscribe(this.subscriber);
    } else if (isThenable(input)) {
      this.awaitOne(input);
    } else if (isAsyncIterable(input)) {
      this.iterate(input[Symbol.asyncIterator]());
    } else if (typeof input === 'object' && (input as unknown) !== null) {
      from(input).subscribe(this.subscriber);
    } else {
      const got = typeof input === 'string' ? 'a string (use of(…))' : shorten(input);
      throw new TypeError(
        `expected run to return an Observable, a Promise, an AsyncIterable or an Iterable, got ${got}`,
      );
    }
  }

  /** The observer hears nothing from now on. */
  stop(): void {
    this.subscriber.unsubscribe();
  }

  /** Calls back when what was outstanding has settled. */
  onSettled(callback: (end: LateEnd) => void): void {
    this.settled = callback;
  }

  private awaitOne(promise: PromiseLike<unknown>): void {
    this.pending = true;
    promise.then(
      (value) => {
        this.done = true;
        this.settle({});
        this.subscriber.next(value);
        this.subscriber.complete();
      },
      (error: unknown) => {
        this.settle({ error });
        this.subscriber.error(error);
      },
    );
  }

  private iterate(iterator: AsyncIterator<unknown>): void {
    /** What `next` was last asked for. */
    let asked: Promise<unknown> = Promise.resolve();
    const pull = (): void => {
      this.pending = true;
      asked = called(() => iterator.next()).then(
        ({ done, value }) => {
          this.pending = false;
          this.done = done === true;
          if (this.done) {
            this.subscriber.complete();
          } else if (!this.subscriber.closed) {
            this.subscriber.next(value);
            if (!this.subscriber.closed) pull();
          }
        },
        (error: unknown) => {
          this.pending = false;
          this.done = true;
          this.subscriber.error(error);
        },
      );
    };
    this.subscriber.add(() => {
      // Only an iterator that has not come to its end is told to return.
      if (this.done) return;
      const closed = called(() => iterator.return?.());
      Promise.all([asked, closed]).then(
        () => {
          this.settle({});
        },
        (error: unknown) => {
          this.settle({ error });
        },
      );
    });
    pull();
  }

  private settle(end: LateEnd): void {
    this.pending = false;
    this.settled?.(end);
  }
}

/** What a function gives, as a promise: also where it throws at once, or gives no promise. */
function called<T>(make: () => PromiseLike<T> | T): Promise<T> {
  return new Promise((resolve) => {
    resolve(make());
  });
}

function isThenable(input: unknown): input is PromiseLike<unknown> {
  return typeof (input as { readonly then?: unknown } | null | undefined)?.then === 'function';
}

function isAsyncIterable(input: unknown): input is AsyncIterable<unknown> {
  return typeof (input as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator] === 'function';
}
