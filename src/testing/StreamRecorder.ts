import { isObservable, type Observable, Subscription } from 'rxjs';
import { InnerStream } from './InnerStream.js';
import type { Message } from './message.js';

/** Writes down what a stream does, from the moment it is made on. */
export class StreamRecorder {
  private readonly noted: Message[] = [];
  private readonly startedAt: number;
  private readonly subscription = new Subscription();
  /** Streams that were given as values. */
  private readonly inner: InnerStream[] = [];
  private ended = false;

  constructor(private readonly now: () => number) {
    this.startedAt = now();
  }

  get messages(): readonly Message[] {
    return this.noted;
  }

  /** True once nothing can come any more. */
  get closed(): boolean {
    return this.ended && this.inner.every(({ closed }) => closed);
  }

  listen(stream: Observable<unknown>): void {
    if (this.ended) return;
    this.subscription.add(
      stream.subscribe({
        next: (value) => {
          this.note({ kind: 'N', value: isObservable(value) ? this.watch(value) : value });
        },
        error: (error: unknown) => {
          this.ended = true;
          this.note({ kind: 'E', error });
        },
        complete: () => {
          this.ended = true;
          this.note({ kind: 'C' });
        },
      }),
    );
  }

  /** Unsubscribes. */
  leave(): void {
    this.ended = true;
    this.subscription.unsubscribe();
  }

  private watch(stream: Observable<unknown>): InnerStream {
    const inner = InnerStream.watch(stream, this.now, this.subscription);
    this.inner.push(inner);
    return inner;
  }

  private note(notification: Message['notification']): void {
    this.noted.push({ frame: this.now() - this.startedAt, notification });
  }
}
