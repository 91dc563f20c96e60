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
  /** What an iterator threw when nobody listened any more. */
  private late: LateEnd = {};
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
   * Nothing is begun after `stop`; a promise, which has begun already, is followed all the same.
   *
   * @throws TypeError for what is no stream; a string is refused too, though one can iterate over its letters.
   */
  start(input: ObservableInput<unknown>): void {
    if (this.subscriber.closed && !isThenable(input)) return;
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
    // A thenable of somebody else's may throw, or call back twice.
    Promise.resolve(promise).then(
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
    const pulled = this.pull(iterator);
    this.subscriber.add(() => {
      // Only an iterator that has not come to its end is told to return.
      if (this.done) return;
      const returned = called(() => iterator.return?.());
      void Promise.allSettled([pulled, returned]).then((ends) => {
        const [late] = ends.flatMap((end) => (end.status === 'rejected' ? [{ error: end.reason as unknown }] : []));
        this.settle(late ?? this.late);
      });
    });
  }

  /** Asks for one item after the other, as long as somebody listens. Never rejects. */
  private async pull(iterator: AsyncIterator<unknown>): Promise<void> {
    try {
      while (!this.subscriber.closed) {
        this.pending = true;
        const result: unknown = await iterator.next();
        this.pending = false;
        if (typeof result !== 'object' || result === null) {
          throw new TypeError(`expected an iterator's result, an object, got ${shorten(result)}`);
        }
        const { done, value } = result as { readonly done?: unknown; readonly value?: unknown };
        this.done = Boolean(done);
        if (this.done) this.subscriber.complete();
        else this.subscriber.next(value);
      }
    } catch (error) {
      this.pending = false;
      this.done = true;
      if (this.subscriber.closed) this.late = { error };
      this.subscriber.error(error);
    }
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
