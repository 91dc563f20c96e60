import { from, isObservable, type Observable, type ObservableInput, type Observer, type Subscriber } from 'rxjs';
import { subscriberOf } from '../operators/upstream.js';
import { shorten } from './fault.js';

/** How what could not be stopped ended; `error` is there if it was rejected. */
export type LateEnd = { readonly error?: unknown };

/**
 * What `run` returned, listened to. A Promise gives one value, an iterable its items; a synchronous source can be
 * stopped between two of its values, and an async iterator is told to return. A promise cannot be stopped: the work
 * then stays *outstanding*, and says when it has settled.
 */
export interface Work {
  /** True once it has come to its own end: a promise that has settled, an iterator that is done. */
  readonly finished: boolean;
  /** True when it has been stopped and goes on all the same. */
  readonly outstanding: boolean;
  /** Nothing is begun after `stop`; a promise, which has begun already, is followed all the same. */
  start(): void;
  /** The observer hears nothing from now on. */
  stop(): void;
  /** Calls back when what was outstanding has settled. */
  onSettled(callback: (end: LateEnd) => void): void;
}

/**
 * Not begun yet: so that what it is can be known, and stopped, while a synchronous source is still emitting.
 *
 * @throws TypeError for what is no stream; a string is refused too, though one can iterate over its letters.
 */
export function workOf(input: ObservableInput<unknown>, observer: Observer<unknown>): Work {
  if (isObservable(input)) return new StreamWork(input, observer);
  if (isThenable(input)) return new PromiseWork(input, observer);
  if (Array.isArray(input)) return new ListWork(input, observer);
  if (isAsyncIterable(input)) return new IteratorWork(input, observer);
  if (typeof input === 'object' && (input as unknown) !== null) return new StreamWork(from(input), observer);
  const got = typeof input === 'string' ? 'a string (use of(…))' : shorten(input);
  throw new TypeError(`expected run to return an Observable, a Promise, an AsyncIterable or an Iterable, got ${got}`);
}

/** What ends when it is stopped. */
abstract class StoppableWork {
  /** An Observable that has completed has told so: nobody asks then. */
  get finished(): boolean {
    return false;
  }

  get outstanding(): boolean {
    return false;
  }

  onSettled(): void {
    // Never outstanding.
  }
}

/** An Observable. */
class StreamWork extends StoppableWork implements Work {
  private readonly subscriber: Subscriber<unknown>;

  constructor(
    private readonly source$: Observable<unknown>,
    observer: Observer<unknown>,
  ) {
    super();
    this.subscriber = subscriberOf(observer);
  }

  start(): void {
    if (!this.subscriber.closed) this.source$.subscribe(this.subscriber);
  }

  stop(): void {
    this.subscriber.unsubscribe();
  }
}

/** An array's items, as `from` gives them. */
class ListWork extends StoppableWork implements Work {
  private stopped = false;

  constructor(
    private readonly items: readonly unknown[],
    private readonly observer: Observer<unknown>,
  ) {
    super();
  }

  start(): void {
    const { items, observer } = this;
    for (let index = 0; index < items.length && !this.stopped; index++) observer.next(items[index]);
    if (!this.stopped) observer.complete();
  }

  stop(): void {
    this.stopped = true;
  }
}

/** A promise goes on by itself, and is listened to from the beginning, since it cannot tell anything at once. */
class PromiseWork implements Work {
  private state: 'pending' | 'fulfilled' | 'rejected' = 'pending';
  private settled: ((end: LateEnd) => void) | undefined;

  /** @param observer - Undefined from `stop` on. */
  constructor(
    promise: PromiseLike<unknown>,
    private observer: Observer<unknown> | undefined,
  ) {
    // A thenable of somebody else's may throw, or call back twice.
    Promise.resolve(promise).then(
      (value) => {
        this.state = 'fulfilled';
        this.settled?.({});
        this.observer?.next(value);
        this.observer?.complete();
      },
      (error: unknown) => {
        this.state = 'rejected';
        this.settled?.({ error });
        this.observer?.error(error);
      },
    );
  }

  get finished(): boolean {
    return this.state === 'fulfilled';
  }

  get outstanding(): boolean {
    return !this.observer && this.state === 'pending';
  }

  start(): void {
    // It has begun.
  }

  stop(): void {
    this.observer = undefined;
  }

  onSettled(callback: (end: LateEnd) => void): void {
    this.settled = callback;
  }
}

/** An async iterable, which is asked for one item after the other. */
class IteratorWork implements Work {
  private readonly subscriber: Subscriber<unknown>;
  /** True while the iterator has been asked and has not answered. */
  private pending = false;
  private done = false;
  /** What it threw when nobody listened any more. */
  private late: LateEnd | undefined;
  private settled: ((end: LateEnd) => void) | undefined;

  constructor(
    private readonly iterable: AsyncIterable<unknown>,
    observer: Observer<unknown>,
  ) {
    this.subscriber = subscriberOf(observer);
  }

  get finished(): boolean {
    return this.done;
  }

  get outstanding(): boolean {
    return this.pending && this.subscriber.closed;
  }

  start(): void {
    const { subscriber } = this;
    if (subscriber.closed) return;
    const iterator = this.iterable[Symbol.asyncIterator]();
    const pulled = this.pull(iterator);
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

  stop(): void {
    this.subscriber.unsubscribe();
  }

  onSettled(callback: (end: LateEnd) => void): void {
    this.settled = callback;
  }

  /** As long as somebody listens. Never rejects. */
  private async pull(iterator: AsyncIterator<unknown>): Promise<void> {
    const { subscriber } = this;
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
