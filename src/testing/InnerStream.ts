import { isObservable, type Observable, type Subscription } from 'rxjs';
import type { Message } from './message.js';

/** A stream that is a value of another: what it does, from the moment it was given on. */
export class InnerStream {
  /** No field like the others: it says nothing about what the stream does. */
  readonly #isClosed: () => boolean;

  private constructor(
    readonly messages: readonly Message[],
    isClosed: () => boolean,
  ) {
    this.#isClosed = isClosed;
  }

  /** True once nothing can come any more. */
  get closed(): boolean {
    return this.#isClosed();
  }

  /** Of a cold observable that stands among the values of a diagram; undefined for anything else. */
  static ofCold(value: unknown): InnerStream | undefined {
    if (!isObservable(value) || !('messages' in value)) return undefined;
    return new InnerStream((value.messages as readonly Message[]).map(plain), () => true);
  }

  /** Subscribes to a stream that was given, and writes down what it does. */
  static watch(stream: Observable<unknown>, now: () => number, until: Subscription): InnerStream {
    const startedAt = now();
    const messages: Message[] = [];
    let closed = false;
    const note = (notification: Message['notification']): void => {
      if (notification.kind !== 'N') closed = true;
      messages.push({ frame: now() - startedAt, notification });
    };
    until.add(() => {
      closed = true;
    });
    until.add(
      stream.subscribe({
        next: (value) => {
          note({ kind: 'N', value });
        },
        error: (error: unknown) => {
          note({ kind: 'E', error });
        },
        complete: () => {
          note({ kind: 'C' });
        },
      }),
    );
    return new InnerStream(messages, () => closed);
  }
}

/** RxJS's own have the fields of all three kinds, some of them undefined. */
function plain({ frame, notification }: Message): Message {
  if (notification.kind === 'N') return { frame, notification: { kind: 'N', value: notification.value } };
  if (notification.kind === 'E') return { frame, notification: { kind: 'E', error: notification.error as unknown } };
  return { frame, notification: { kind: 'C' } };
}
