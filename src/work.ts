import { from, isObservable, type ObservableInput, type Observer, type Subscriber } from 'rxjs';
import { subscriberOf } from '../operators/upstream.js';
import { shorten } from './fault.js';

/** How what could not be stopped ended; `error` is there if it was rejected. */
export type LateEnd = { readonly error?: unknown };

/**
 * What `run` returned, listened to. A Promise gives one value, an iterable its items; a synchronous source can be
 * stopped between two of its values, and an async iterator is told to return. A promise cannot be stopped: the work
 * then stays *outstanding*, and says when it has settled.
 */
export class Work {
  /** Listens to a source; made before there is one, so that a synchronous source can be stopped. */
  private subscriber: Subscriber<unknown> | undefined;
  /** True once nobody listens any more. */
  private stopped = false;
  /** True while a promise of the tool's is pending. */
  private pending = false;
  private done = false;
  /** What an iterator threw when nobody listened any more. */
  private late: LateEnd | undefined;
  private settled: ((end: LateEnd) => void) | undefined;

  constructor(private readonly observer: Observer<unknown>) {}

  /** True once it has come to its own end: a promise that has settled, an iterator that is done. */
  get finished(): boolean {
    return this.done;
  }

  /** True when it has been stopped and goes on all the same. */
  get outstanding(): boolean {
    return this.pending && this.closed;
  }

  private get closed(): boolean {
    return this.stopped || this.subscriber?.closed === true;
  }

  /**
   * Nothing is begun after `stop`; a promise, which has begun already, is followed all the same.
   *
   * @throws TypeError for what is no stream; a string is refused too, though one can iterate over its letters.
   */
  start(input: ObservableInput<unknown>): void {
    if (isObservable(input)) {
      if (!this.stopped) input.subscribe(this.listen());
    } else if (isThenable(input)) {
      this.awaitOne(input);
    } else if (this.stopped) {
      return;
    } else if (Array.isArray(input)) {
      this.giveAll(input);
    } else if (isAsyncIterable(input)) {
      this.iterate(input[Symbol.asyncIterator]());
    } else if (typeof input === 'object' && (input as unknown) !== null) {
      from(input).subscribe(this.listen());
    } else {
      const got = typeof input === 'string' ? 'a string (use of(…))' : shorten(input);
      throw new TypeError(
        `expected run to return an Observable, a Promise, an AsyncIterable or an Iterable, got ${got}`,
      );
    }
  }

  /** The observer hears nothing from now on. */
  stop(): void {
    this.stopped = true;
    this.subscriber?.unsubscribe();
  }

  /** Calls back when what was outstanding has settled. */
  onSettled(callback: (end: LateEnd) => void): void {
    this.settled = callback;
  }

  private listen(): Subscriber<unknown> {
    return (this.subscriber = subscriberOf(this.observer));
  }

  /** An array's items, as `from` gives them. */
  private giveAll(items: readonly unknown[]): void {
    for (let index = 0; index < items.length && !this.stopped; index++) this.observer.next(items[index]);
    if (!this.stopped) this.observer.complete();
  }

  private awaitOne(promise: PromiseLike<unknown>): void {
    this.pending = true;
    // A thenable of somebody else's may throw, or call back twice.
    Promise.resolve(promise).then(
      (value) => {
        this.done = true;
        this.pending = false;
        this.settled?.({});
        if (!this.stopped) this.observer.next(value);
        if (!this.stopped) this.observer.complete();
      },
      (error: unknown) => {
        this.pending = false;
        this.settled?.({ error });
        if (!this.stopped) this.observer.error(error);
      },
    );
  }

  private iterate(iterator: AsyncIterator<unknown>): void {
    const subscriber = this.listen();
    const pulled = this.pull(iterator, subscriber);
    subscriber.add(() => {
      // Only an iterator that has not come to its end is told to return.
      if (this.done) return;
      const returned = called(() => iterator.return?.());
      void Promise.allSettled([pulled, returned]).then((ends) => {
        const [late] = ends.flatMap((end) => (end.status === 'rejected' ? [{ error: end.reason as unknown }] : []));
        this.pending = false;
        this.settled?.(late ?? this.late ?? {});
      });
    });
  }

  /** Asks for one item after the other, as long as somebody listens. Never rejects. */
  private async pull(iterator: AsyncIterator<unknown>, subscriber: Subscriber<unknown>): Promise<void> {
    try {
      while (!subscriber.closed) {
        this.pending = true;
        const result: unknown = await iterator.next();
        this.pending = false;
        if (typeof result !== 'object' || result === null) {
          throw new TypeError(`expected an iterator's result, an object, got ${shorten(result)}`);
        }
        const { done, value } = result as { readonly done?: unknown; readonly value?: unknown };
        this.done = Boolean(done);
        if (this.done) subscriber.complete();
        else subscriber.next(value);
      }
    } catch (error) {
      this.pending = false;
      this.done = true;
      if (subscriber.closed) this.late = { error };
      subscriber.error(error);
    }
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
