import {
  config,
  from,
  isObservable,
  type ObservableInput,
  type ObservableNotification,
  type Subscriber,
  throwError,
} from 'rxjs';
import { subscriberOf } from '../../operators/upstream.js';
import type { FlowData } from '../flow.js';
import type { Orchestrator } from '../orchestrator.js';
import type { AnyTool, ToolCall } from '../tool.js';

/** Something that a tool did, and when. */
interface Noted<T> {
  readonly at: number;
  readonly what: T;
}

/**
 * One attempt of a tool, called as the library calls it, but watched more closely: also what comes after its end, or
 * after everybody has left.
 */
export class Trial {
  readonly values: Noted<unknown>[] = [];
  readonly progress: Noted<unknown>[] = [];
  /** How it ended; more than one where it did so again. */
  readonly ends: Noted<'complete' | { readonly error: unknown }>[] = [];
  /** What it said after its end. */
  readonly afterEnd: string[] = [];
  /** What it said after everybody had left. */
  readonly afterLeaving: string[] = [];
  /** Resolves at the end. */
  readonly whenEnded: Promise<void>;
  private tellEnd: () => void = () => undefined;
  private readonly controller = new AbortController();
  private left = false;
  /** How many promises of the tool's are pending. */
  private promises = 0;
  private subscriber: Subscriber<unknown> | undefined;
  private iterator: AsyncIterator<unknown> | undefined;
  /** What `run` has returned. */
  private given: unknown;

  constructor(
    private readonly tool: AnyTool,
    private readonly args: unknown,
    private readonly now: () => number,
    private readonly orchestrator: Pick<Orchestrator, 'run'> | undefined,
  ) {
    this.whenEnded = new Promise((resolve) => {
      this.tellEnd = resolve;
    });
  }

  /** True while a promise of the tool's is pending. */
  get pending(): boolean {
    return this.promises > 0;
  }

  get ended(): boolean {
    return this.ends.length > 0;
  }

  /** True for a tool that gives a stream, whose work is to begin with its subscriber. */
  get isStream(): boolean {
    return isObservable(this.given);
  }

  /** Calls `run`. What it throws is an end. */
  call(): void {
    try {
      this.given = this.tool.run(this.args as never, this.context());
    } catch (error) {
      this.end({ error });
    }
  }

  /** Listens to what `run` has returned. */
  listen(): void {
    const { ended, given } = this;
    if (ended) return;
    if (isObservable(given)) this.subscribe(given);
    else if (isThenable(given)) this.awaitOne(given);
    else if (isAsyncIterable(given)) void this.pull(given);
    else this.subscribe(given as ObservableInput<unknown>);
  }

  /** Lets go, as a caller who unsubscribes does. Nothing happens after the end. */
  leave(): void {
    if (this.ended) return;
    this.left = true;
    this.controller.abort();
    this.subscriber?.unsubscribe();
    const returned = this.iterator?.return?.();
    if (!returned) return;
    const settled = this.awaiting();
    returned.then(settled, settled);
  }

  private context(): ToolCall {
    const { controller, tool, orchestrator } = this;
    const run = (flow: FlowData, input: object = {}): ReturnType<ToolCall['run']> =>
      orchestrator?.run(flow, input) ??
      throwError(() => new Error(`'${tool.name}' runs a flow: give the subject an orchestrator to run it in`));
    return {
      tool: tool.name,
      callId: 'conformance',
      attempt: 1,
      get signal() {
        return controller.signal;
      },
      run,
      progress: (report) => {
        if (this.left) this.afterLeaving.push('a progress report');
        else if (this.ended) this.afterEnd.push('a progress report');
        else this.progress.push({ at: this.now(), what: report });
      },
    };
  }

  private subscribe(input: ObservableInput<unknown>): void {
    const subscriber = subscriberOf<unknown>({
      next: (value) => {
        this.give(value);
      },
      error: (error) => {
        this.end({ error });
      },
      complete: () => {
        this.end('complete');
      },
    });
    this.subscriber = subscriber;
    stopped.set(subscriber, (notification) => {
      const word = words[notification.kind];
      if (this.ended) this.afterEnd.push(word);
      else if (notification.kind === 'N') this.afterLeaving.push(word);
    });
    from(input).subscribe(subscriber);
  }

  private awaitOne(promise: PromiseLike<unknown>): void {
    const settled = this.awaiting();
    const settle = (word: string, note: () => void): void => {
      settled();
      if (this.ended) this.afterEnd.push(word);
      else if (!this.left) note();
    };
    promise.then(
      (value) => {
        settle('a second result', () => {
          this.give(value);
          this.end('complete');
        });
      },
      (error: unknown) => {
        settle('an error', () => {
          this.end({ error });
        });
      },
    );
  }

  private async pull(iterable: AsyncIterable<unknown>): Promise<void> {
    const iterator = iterable[Symbol.asyncIterator]();
    this.iterator = iterator;
    try {
      while (!this.left) {
        const result = await this.pulled(iterator);
        if (result.done === true) {
          this.end('complete');
          const after = await this.pulled(iterator);
          if (after.done !== true) this.afterEnd.push('a value');
          return;
        }
        this.give(result.value);
      }
    } catch (error) {
      this.end({ error });
    }
  }

  private async pulled(iterator: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
    const settled = this.awaiting();
    try {
      return await iterator.next();
    } finally {
      settled();
    }
  }

  /** Counts a promise that is pending. Returns what says that it is so no longer; twice is once. */
  private awaiting(): () => void {
    let open = true;
    this.promises++;
    return () => {
      if (open) this.promises--;
      open = false;
    };
  }

  private give(value: unknown): void {
    if (!this.left) this.values.push({ at: this.now(), what: value });
  }

  private end(how: 'complete' | { readonly error: unknown }): void {
    if (!this.left) this.ends.push({ at: this.now(), what: how });
    this.tellEnd();
  }
}

const words = { N: 'a value', E: 'an error', C: 'another end' } as const;

/** Who hears of what comes to a subscriber that has been stopped. */
const stopped = new WeakMap<object, (notification: ObservableNotification<unknown>) => void>();

/** Hears, while `callback` is under way, of what RxJS drops: what comes after the end, or after unsubscribing. */
export async function hearingWhatIsDropped<T>(callback: () => Promise<T>): Promise<T> {
  const before = config.onStoppedNotification;
  config.onStoppedNotification = (notification, subscriber) => {
    stopped.get(subscriber)?.(notification);
    before?.(notification, subscriber);
  };
  try {
    return await callback();
  } finally {
    config.onStoppedNotification = before;
  }
}

function isThenable(input: unknown): input is PromiseLike<unknown> {
  return typeof (input as { readonly then?: unknown }).then === 'function';
}

function isAsyncIterable(input: unknown): input is AsyncIterable<unknown> {
  return typeof (input as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}
