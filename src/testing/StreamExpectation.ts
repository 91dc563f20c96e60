import type { Observable } from 'rxjs';
import { readWritten, type Values, type Written } from './diagram.js';
import type { Expectation } from './expectation.js';
import type { Message } from './message.js';
import { type ExpectedMessage, type Mismatch, mismatchOf, unwantedMatch } from './mismatch.js';
import type { StreamRecorder } from './StreamRecorder.js';

/** How a kind of expectation reads diagrams, where it does so in a way of its own. */
export interface Reading {
  /** What letters stand for that the test gives no value. */
  readonly values?: (expected: readonly ExpectedMessage[]) => Values;
  /** The expected diagram. Default: as it is written. */
  read?(marbles: string, values: Values | undefined, error: unknown): readonly Written[];
  /** What of what came is compared. Default: all. */
  seen?(messages: readonly Message[], expected: readonly ExpectedMessage[]): readonly Message[];
}

/** Expects of a stream that it is like a diagram, or like another stream. */
export class StreamExpectation implements Expectation {
  from = new Error('expected here');
  private expected: (() => readonly ExpectedMessage[]) | undefined;
  private negated = false;
  private other: StreamRecorder | undefined;

  constructor(
    readonly title: string,
    private readonly recorder: StreamRecorder,
    private readonly reading: Reading = {},
    private readonly record: (stream: Observable<unknown>) => StreamRecorder,
  ) {}

  get stated(): boolean {
    return this.expected !== undefined;
  }

  get closed(): boolean {
    return this.recorder.closed && (this.other?.closed ?? true);
  }

  /** Of a diagram. @throws TypeError for one that cannot be read. */
  toBe(marbles: string, values?: Values, error?: unknown): void {
    const expected = this.reading.read?.(marbles, values, error) ?? readWritten(marbles, values, error);
    this.state(() => expected);
  }

  /** The opposite of `toBe`. */
  notToBe(marbles: string, values?: Values, error?: unknown): void {
    this.toBe(marbles, values, error);
    this.negated = true;
  }

  /** Of another stream, which is subscribed to at the same time. */
  toEqual(stream: Observable<unknown>): void {
    const other = this.record(stream);
    this.other = other;
    this.state(() => other.messages);
  }

  mismatch(title: string): Mismatch | undefined {
    const expected = this.expected?.() ?? [];
    const actual = this.reading.seen?.(this.recorder.messages, expected) ?? this.recorder.messages;
    const found = mismatchOf(title, expected, actual, this.reading.values?.(expected));
    if (!this.negated) return found;
    return found ? undefined : unwantedMatch(title, expected);
  }

  leave(): void {
    this.recorder.leave();
    this.other?.leave();
  }

  private state(expected: () => readonly ExpectedMessage[]): void {
    if (this.expected) throw new Error(`${this.title}: expected one toBe or toEqual, got a second`);
    this.from = new Error('expected here');
    this.expected = expected;
  }
}
