import { type Observable, Subscription } from 'rxjs';
import { Budget, type VirtualLimits } from './Budget.js';
import type { SourceStream } from './context.js';
import { checkLetters, type Values } from './diagram.js';
import type { Expectation } from './expectation.js';
import { throwFrom, throwMismatches } from './failures.js';
import { durationText } from './frames.js';
import { type Gate, heldBy } from './held.js';
import { MarbleScheduler } from './MarbleScheduler.js';
import { seededRandom } from './random.js';
import { type Reading, StreamExpectation } from './StreamExpectation.js';
import { StreamRecorder } from './StreamRecorder.js';
import { readSubscription } from './subscriptions.js';

/** How a test is run. */
export interface TestOptions extends VirtualLimits {
  /** Where the random numbers of the test begin. Default: 1. */
  readonly seed?: number;
}

/** One test in virtual time: what it has made, what it expects, and what it must not leave behind. */
export class Session {
  readonly scheduler = new MarbleScheduler();
  readonly budget: Budget;
  readonly expectations: Expectation[] = [];
  readonly random: () => number;
  private readonly sources: { readonly name: string; readonly source$: SourceStream<unknown> }[] = [];
  private readonly gates: Gate[] = [];
  /** What the test subscribes to for its own ends. */
  private readonly subscriptions = new Subscription();
  private readonly hostRandom = Math.random;
  private ids = 0;

  /** @param inRunMode - Calls back while RxJS reads diagrams as `TestScheduler.run` does. */
  constructor(
    options: TestOptions,
    readonly inRunMode: <T>(scheduler: MarbleScheduler, callback: () => T) => T,
  ) {
    this.budget = new Budget(options);
    this.random = seededRandom(options.seed ?? 1);
    Math.random = this.random;
  }

  get now(): number {
    return this.scheduler.now();
  }

  /** What is expected and may still come, in words. */
  get open(): readonly string[] {
    return this.expectations.flatMap((expectation, at) => (expectation.closed === false ? [this.titleOf(at)] : []));
  }

  /** True once all that the test expects has come to its end: what is still going on then is nobody's. */
  get over(): boolean {
    return this.expectations.length > 0 && this.expectations.every(({ closed }) => closed === true);
  }

  /** Expects something of a stream; whoever calls says what. */
  expect(title: string, stream: Observable<unknown>, subscription?: string, reading?: Reading): StreamExpectation {
    const record = (recorded: Observable<unknown>): StreamRecorder => this.record(recorded, subscription);
    return this.add(new StreamExpectation(title, record(stream), reading, record));
  }

  /** @throws AssertionError for what came otherwise than expected. */
  checkExpectations(): void {
    const failures = this.expectations.flatMap((expectation, at) => {
      const mismatch = expectation.stated ? expectation.mismatch(this.titleOf(at)) : undefined;
      return mismatch ? [{ ...mismatch, from: expectation.from }] : [];
    });
    throwMismatches(failures);
  }

  /** @throws Error for an expectation that nobody has completed. */
  checkStated(): void {
    const at = this.expectations.findIndex(({ stated }) => !stated);
    const unstated = this.expectations[at];
    if (!unstated) return;
    throwFrom(
      unstated.from,
      `${this.titleOf(at)} was never given its toBe: the test would have passed whatever came of it`,
    );
  }

  /** Unsubscribes from all that the test listens to. */
  leaveAll(): void {
    for (const expectation of this.expectations) expectation.leave();
    this.subscriptions.unsubscribe();
  }

  /**
   * @param others - What else is left, in words.
   * @throws Error for what is still held, once nobody listens any more.
   */
  checkLeft(others: readonly string[] = []): void {
    const left = [
      ...this.gates.flatMap((gate) => heldBy(gate)),
      ...this.sources.flatMap(({ name, source$ }) =>
        source$.subscriptions
          .filter(({ unsubscribedFrame }) => unsubscribedFrame === Infinity)
          .map(({ subscribedFrame }) => `a subscription to ${name} since ${durationText(subscribedFrame)}`),
      ),
      ...this.scheduler.foreign.map((due) => `something scheduled for ${durationText(due)}`),
      ...others,
    ];
    if (left.length === 0) return;
    throw new Error(
      `the test has left something behind: ${left.join(', ')}. Whoever subscribes leaves again: by expectStream, by subscribe(…) of the test, or by unsubscribe()`,
    );
  }

  /** The test is over, however it went. */
  dispose(): void {
    Math.random = this.hostRandom;
    try {
      this.leaveAll();
    } finally {
      this.scheduler.clear();
    }
  }

  nextId(): string {
    return `id-${++this.ids}`;
  }

  /** Looks this through at the end for what it still holds. @throws TypeError for what has no counters. */
  watch(gate: Gate): void {
    heldBy(gate);
    this.gates.push(gate);
  }

  createCold(marbles: string, values?: Values, error?: unknown, name = `cold('${marbles}')`) {
    checkLetters(marbles, values);
    const source$ = this.inRunMode(this.scheduler, () =>
      this.scheduler.createColdObservable<unknown>(marbles, values, error),
    ) as SourceStream<unknown>;
    this.sources.push({ name, source$ });
    return source$;
  }

  createHot(marbles: string, values?: Values, error?: unknown) {
    checkLetters(marbles, values);
    const source$ = this.inRunMode(this.scheduler, () =>
      this.scheduler.createHotObservable<unknown>(marbles, values, error),
    ) as SourceStream<unknown>;
    this.sources.push({ name: `hot('${marbles}')`, source$ });
    return source$;
  }

  add<E extends Expectation>(expectation: E): E {
    this.expectations.push(expectation);
    return expectation;
  }

  /** Listens at once, and so hears what the rest of the test does in the frame in which it is set up. */
  listenNow(title: string, stream: Observable<unknown>, reading: Reading): StreamExpectation {
    const recorder = new StreamRecorder(() => this.now);
    recorder.listen(stream);
    return this.add(new StreamExpectation(title, recorder, reading, () => recorder));
  }

  private record(stream: Observable<unknown>, subscription?: string): StreamRecorder {
    const recorder = new StreamRecorder(() => this.now);
    this.schedule(subscription, {
      subscribe: () => {
        recorder.listen(stream);
      },
      unsubscribe: () => {
        recorder.leave();
      },
    });
    return recorder;
  }

  subscribe(stream: Observable<unknown>, subscriptionMarbles?: string): void {
    const subscription = new Subscription();
    this.subscriptions.add(subscription);
    this.schedule(subscriptionMarbles, {
      subscribe: () => {
        if (!subscription.closed) subscription.add(stream.subscribe());
      },
      unsubscribe: () => {
        subscription.unsubscribe();
      },
    });
  }

  private schedule(
    marbles: string | undefined,
    does: { readonly subscribe: () => void; readonly unsubscribe: () => void },
  ): void {
    const { subscribedFrame, unsubscribedFrame } = readSubscription(marbles ?? '^');
    this.scheduler.scheduleOwn(does.subscribe, subscribedFrame === Infinity ? 0 : subscribedFrame);
    if (unsubscribedFrame !== Infinity) this.scheduler.scheduleOwn(does.unsubscribe, unsubscribedFrame);
  }

  /** The expectation's title; with its number, where there are several of the same. */
  private titleOf(at: number): string {
    const title = this.expectations[at]?.title ?? '';
    const same = this.expectations.filter((other) => other.title === title);
    const number = this.expectations.slice(0, at + 1).filter((other) => other.title === title).length;
    return same.length > 1 ? `${title} (${number} of ${same.length})` : title;
  }
}
