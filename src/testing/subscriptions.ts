import { TestScheduler } from 'rxjs/testing';
import { align, type Lane } from './aligned.js';
import type { Expectation } from './expectation.js';
import { durationText, inFramesOf1Ms } from './frames.js';
import { drawing, type Mismatch } from './mismatch.js';

/** From when to when a source was subscribed to, in virtual ms; `Infinity`: it still is. */
export interface SubscriptionLog {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

/** Reads `'--^---!'`. Without `^` nobody subscribes. @throws Error for a diagram that cannot be read. */
export function readSubscription(marbles: string): SubscriptionLog {
  return inFramesOf1Ms(() => TestScheduler.parseMarblesAsSubscriptions(marbles, true));
}

/** Expects that a source was subscribed to at certain times. */
export class SubscriptionExpectation implements Expectation {
  from = new Error('expected here');
  /** A source may be subscribed to again as long as time passes. */
  readonly closed = undefined;
  private expected: readonly SubscriptionLog[] | undefined;

  constructor(
    readonly title: string,
    private readonly actual: () => readonly SubscriptionLog[],
  ) {}

  get stated(): boolean {
    return this.expected !== undefined;
  }

  /** One diagram for each subscription, in order; none: `[]`. */
  toBe(marbles: string | readonly string[]): void {
    if (this.expected) throw new Error(`${this.title}: expected one toBe, got a second`);
    this.from = new Error('expected here');
    const all = typeof marbles === 'string' ? [marbles] : marbles;
    this.expected = all.map(readSubscription).filter(({ subscribedFrame }) => subscribedFrame !== Infinity);
  }

  mismatch(title: string): Mismatch | undefined {
    const expected = this.expected ?? [];
    const actual = this.actual();
    const count = Math.max(expected.length, actual.length);
    for (let at = 0; at < count; at++) {
      const found = compare(`${title}: subscription ${at + 1}`, expected[at], actual[at]);
      if (found) return { ...found, expected: written(expected), actual: written(actual) };
    }
    return undefined;
  }

  leave(): void {
    // Holds nothing.
  }
}

function compare(
  title: string,
  expected: SubscriptionLog | undefined,
  actual: SubscriptionLog | undefined,
): Mismatch | undefined {
  for (const [sign, end] of [
    ['^', 'subscribedFrame'],
    ['!', 'unsubscribedFrame'],
  ] as const) {
    const [e, a] = [expected?.[end], actual?.[end]];
    if (e === a) continue;
    const aligned = align([laneOf(expected), laneOf(actual)]);
    const at = Math.min(e ?? Infinity, a ?? Infinity);
    const head = `${title}: expected ${sign} ${whenText(e)}, got it ${whenText(a)}`;
    const drawn = drawing(['expected', 'actual'], aligned, aligned.column(at, indexOf(sign, expected, actual, at)));
    return { message: [head, '', ...drawn].join('\n'), expected: '', actual: '' };
  }
  return undefined;
}

/** Where both signs stand at one frame, `!` is the second. */
function indexOf(
  sign: '^' | '!',
  expected: SubscriptionLog | undefined,
  actual: SubscriptionLog | undefined,
  frame: number,
): number {
  return sign === '!' && [expected, actual].some((log) => log?.subscribedFrame === frame) ? 1 : 0;
}

function laneOf(log: SubscriptionLog | undefined): Lane {
  if (!log) return { signs: [], open: false };
  const signs = [
    { frame: log.subscribedFrame, sign: '^' },
    ...(log.unsubscribedFrame === Infinity ? [] : [{ frame: log.unsubscribedFrame, sign: '!' }]),
  ];
  return { signs, open: log.unsubscribedFrame === Infinity };
}

function written(logs: readonly SubscriptionLog[]): string {
  return logs.length === 0 ? 'no subscription' : align(logs.map(laneOf)).rows.join('\n');
}

function whenText(frame: number | undefined): string {
  return frame === undefined || frame === Infinity ? 'never' : `at ${durationText(frame)}`;
}
