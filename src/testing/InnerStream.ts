import { isObservable, type Observable, Subscription } from 'rxjs';
import type { Message } from './message.js';

/** A stream that is a value of another: what it does, from the moment it was given on. */
export class InnerStream {
  private constructor(readonly messages: readonly Message[]) {}

  /** Of a cold observable that stands among the values of a diagram; undefined for anything else. */
  static ofCold(value: unknown): InnerStream | undefined {
    if (!isObservable(value) || !('messages' in value)) return undefined;
    return new InnerStream(value.messages as readonly Message[]);
  }

  /** Subscribes to a stream that was given, and writes down what it does. */
  static watch(stream: Observable<unknown>, now: () => number, until: Subscription): InnerStream {
    const startedAt = now();
    const messages: Message[] = [];
    const note = (notification: Message['notification']): void => {
      messages.push({ frame: now() - startedAt, notification });
    };
    const watching = new Subscription();
    until.add(watching);
    watching.add(
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
    return new InnerStream(messages);
  }
}
