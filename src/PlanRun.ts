import { type Subscriber, Subscription } from 'rxjs';
import { closest } from './closest.js';
import type { Context } from './context.js';
import { didYouMean } from './decodeFlow.js';
import { InvalidFlow, PlanFailed, type ToolError } from './error.js';
import type { Step } from './flow.js';
import { ReadyQueue } from './ReadyQueue.js';
import type { Advanced } from './run.js';
import { callIdOf } from './runIds.js';
import { type FlowRun, type Outcome, publishSkipped, runStep } from './runStep.js';
import { needsOf } from './stepNeeds.js';

/** How a plan runs. */
export interface PlanSettings {
  /** The plan's name, for its error. */
  readonly name: string;
  readonly concurrency: number;
  readonly failFast: boolean;
}

/** Where a step stands. */
interface Node {
  readonly step: Step;
  state: 'waiting' | 'ready' | 'running' | 'ended';
  /** How many of the keys that it needs are still to come. */
  missing: number;
}

/** A step that has failed. */
interface Failure {
  readonly step: Step;
  readonly error: ToolError;
}

/**
 * Runs steps, each as soon as what it needs is there, in the tick in which the last of it comes; those that are ready
 * together in the order in which they stand. Emits the context after each step; the last one is the result. A failure
 * ends what needs the failed step, and the rest goes on, or with `failFast` nothing does.
 *
 * Steps may be added while others run, until it is closed. Steps that answer at once are begun from a loop, not from
 * one another: the stack does not grow.
 */
export class PlanRun {
  private readonly nodes: Node[] = [];
  private readonly ready = new ReadyQueue();
  private readonly running = new Map<number, Subscription>();
  /** The steps that wait for a key, by their positions. */
  private readonly waiting = new Map<string, number[]>();
  /** Keys of steps that failed or could not run, with the first failure behind that. */
  private readonly lost = new Map<string, ToolError>();
  private readonly failures: Failure[] = [];
  private readonly dropped: string[] = [];
  /** How many steps have ended, in whatever way. */
  private ended = 0;
  /** True once no more steps come. */
  private closed = false;
  /** True while `drain` goes on further out in the stack, and while steps are added of which none is to begin yet. */
  private draining = false;

  constructor(
    private readonly run: FlowRun,
    private readonly settings: PlanSettings,
    private readonly subscriber: Subscriber<Context>,
    private readonly advanced: Advanced,
  ) {
    // The latest first: it may be waiting for what one before it holds.
    subscriber.add(() => {
      for (const subscription of [...this.running.values()].reverse()) subscription.unsubscribe();
    });
  }

  /** True when every step has done what it was to do. */
  get succeeded(): boolean {
    return this.closed && this.ended === this.nodes.length && this.failures.length === 0;
  }

  /** Adds all the steps that there will be, and begins. */
  runAll(steps: readonly Step[]): void {
    this.draining = true;
    for (const step of steps) this.add(step);
    this.draining = false;
    this.close();
  }

  /** Adds a step, which begins as soon as it can. */
  add(step: Step): void {
    const position = this.nodes.length;
    const node: Node = { step, state: 'waiting', missing: 0 };
    this.nodes.push(node);
    let lost: string | undefined;
    for (const key of needsOf(step).all) {
      if (this.run.log.has(key) || this.run.skipped.has(key)) continue;
      if (this.lost.has(key)) lost ??= key;
      else {
        node.missing++;
        const others = this.waiting.get(key);
        if (others) others.push(position);
        else this.waiting.set(key, [position]);
      }
    }
    if (lost !== undefined) this.drop(position, lost);
    else if (node.missing === 0) this.makeReady(position);
    this.drain();
  }

  /** No more steps come. */
  close(): void {
    this.closed = true;
    this.drain();
  }

  /** Adds a step that can never run. */
  addFailed(step: Step, error: ToolError): void {
    this.nodes.push({ step, state: 'running', missing: 0 });
    this.failNode(this.nodes.length - 1, error);
    this.drain();
  }

  private makeReady(position: number): void {
    (this.nodes[position] as Node).state = 'ready';
    this.ready.add(position);
  }

  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    while (!this.subscriber.closed && this.running.size < this.settings.concurrency) {
      const position = this.ready.next();
      if (position === undefined) break;
      this.begin(position);
    }
    if (this.closed && this.running.size === 0 && this.ready.size === 0) this.failStuck();
    this.draining = false;
    if (!this.subscriber.closed && this.closed && this.ended === this.nodes.length) this.finish();
  }

  /** Steps that still wait when nothing else is left to do, wait for what no step gives, or for one another. */
  private failStuck(): void {
    if (this.ended === this.nodes.length) return;
    const keys = new Set(this.nodes.map(({ step }) => step.outputKey));
    const fail = (position: number, message: string): void => {
      const faults = [{ path: `steps[${String(position)}]`, message }];
      this.failNode(position, new InvalidFlow({ flow: this.settings.name, faults }));
    };
    const isWaiting = (position: number): boolean =>
      !this.subscriber.closed && (this.nodes[position] as Node).state === 'waiting';
    this.nodes.forEach(({ step }, position) => {
      const unknown = needsOf(step).all.find((key) => !keys.has(key) && !this.run.log.has(key));
      if (unknown === undefined || !isWaiting(position)) return;
      fail(
        position,
        `refers to '${unknown}', which is no key of the input or of a step${didYouMean(closest(unknown, keys))}`,
      );
    });
    this.nodes.forEach((_node, position) => {
      if (isWaiting(position)) fail(position, 'waits for itself, in a circle of steps');
    });
  }

  private begin(position: number): void {
    const node = this.nodes[position] as Node;
    node.state = 'running';
    const subscription = new Subscription();
    this.running.set(position, subscription);
    /** What came of it, until it has completed. */
    let outcome: Outcome | undefined;
    subscription.add(
      runStep(this.run, node.step).subscribe({
        next: (value) => {
          outcome = value;
        },
        error: (error: unknown) => {
          this.running.delete(position);
          this.failNode(position, error as ToolError);
          this.drain();
        },
        complete: () => {
          this.running.delete(position);
          this.settle(position, outcome as Outcome);
          this.drain();
        },
      }),
    );
  }

  private settle(position: number, outcome: Outcome): void {
    const node = this.nodes[position] as Node;
    const { run, subscriber } = this;
    const { outputKey } = node.step;
    node.state = 'ended';
    this.ended++;
    if (outcome.kind === 'done') run.log.add(outputKey, outcome.output);
    else run.skipped.add(outputKey);
    this.advanced(outputKey, callIdOf(run.runId, outputKey), outcome);
    for (const other of this.waitingFor(outputKey)) {
      const waiting = this.nodes[other] as Node;
      if (--waiting.missing === 0 && waiting.state === 'waiting') this.makeReady(other);
    }
    if (!subscriber.closed) subscriber.next(this.succeeded ? run.log.copy() : run.log.current());
  }

  private failNode(position: number, error: ToolError): void {
    const { step } = this.nodes[position] as Node;
    this.failures.push({ step, error });
    this.lose(position, error);
    if (this.settings.failFast && !this.subscriber.closed) this.finish();
  }

  /** Nothing will come of a step, nor of those that need it, nor of those that need them. */
  private lose(position: number, error: ToolError): void {
    const lost = [position];
    for (let at = lost.pop(); at !== undefined; at = lost.pop()) {
      const node = this.nodes[at] as Node;
      const { outputKey } = node.step;
      node.state = 'ended';
      this.ended++;
      this.lost.set(outputKey, error);
      for (const other of this.waitingFor(outputKey).reverse()) {
        const waiting = this.nodes[other] as Node;
        if (waiting.state !== 'waiting' || this.settings.failFast) continue;
        waiting.state = 'ended';
        this.tellDropped(waiting.step, outputKey, error);
        lost.push(other);
      }
    }
  }

  private drop(position: number, dependency: string): void {
    const error = this.lost.get(dependency) as ToolError;
    this.tellDropped((this.nodes[position] as Node).step, dependency, error);
    this.lose(position, error);
  }

  private tellDropped(step: Step, dependency: string, error: ToolError): void {
    this.dropped.push(step.outputKey);
    publishSkipped(this.run, step, { reason: 'dependency', dependency, error });
  }

  private waitingFor(key: string): number[] {
    const positions = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    return positions;
  }

  private finish(): void {
    const { failures, subscriber, run, settings } = this;
    const [first] = failures;
    if (!first) {
      subscriber.complete();
      return;
    }
    const { runId, log } = run;
    const { tool, outputKey } = first.step;
    subscriber.error(
      new PlanFailed({
        tool,
        callId: callIdOf(runId, outputKey),
        runId,
        flow: settings.name,
        step: outputKey,
        cause: first.error,
        failures: failures.map(({ step, error }) => ({ step: step.outputKey, error })),
        skipped: this.dropped,
        context: log.copy(),
      }),
    );
  }
}
