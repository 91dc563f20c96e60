import { circlesIn } from './circles.js';
import { closest } from './closest.js';
import type { Context } from './context.js';
import { didYouMean, maxSearches } from './decodeFlow.js';
import { InvalidFlow, PlanFailed, type ToolError } from './error.js';
import type { Step } from './flow.js';
import { leaveAll } from './leaveAll.js';
import { ReadyQueue } from './ReadyQueue.js';
import type { FlowRun } from './FlowRun.js';
import type { Outcome } from './outcome.js';
import type { Activity, RunListener } from './RunEvents.js';
import { callIdOf, StepId } from './runIds.js';
import { publishSkipped, type StepOwner, StepRun } from './StepRun.js';
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
export class PlanRun implements Activity, StepOwner {
  private readonly nodes: Node[] = [];
  private readonly ready = new ReadyQueue();
  private readonly running = new Map<number, StepRun>();
  /** The steps that wait for a key, by their positions. */
  private readonly waiting = new Map<string, number[]>();
  /** Keys of steps that failed or could not run, with the first failure behind that. */
  private readonly lost = new Map<string, ToolError>();
  /** Keys that steps would have had which can never run, with what is wrong with them. */
  private readonly refused = new Map<string, ToolError>();
  private readonly failures: Failure[] = [];
  private readonly dropped: string[] = [];
  /** How many steps have ended, in whatever way. */
  private ended = 0;
  /** True once no more steps come. */
  private closed = false;
  /** True while steps are begun, or one that has ended is seen to, further out in the stack. */
  private busy = false;

  /** @param steps - All that there will be; undefined: they are added as they come. */
  constructor(
    private readonly run: FlowRun,
    private readonly settings: PlanSettings,
    private readonly listener: RunListener<Context>,
    private readonly steps?: readonly Step[],
  ) {}

  /** True when every step has done what it was to do. */
  get succeeded(): boolean {
    return this.closed && this.ended === this.nodes.length && this.failures.length === 0;
  }

  start(): void {
    const { steps } = this;
    if (!steps) return;
    this.turn(() => {
      for (const step of steps) this.place(step);
      this.closed = true;
    });
  }

  unsubscribe(): void {
    leaveAll([...this.running.values()]);
  }

  /** Adds a step, which begins as soon as it can. */
  add(step: Step): void {
    this.turn(() => {
      this.place(step);
    });
  }

  /** No more steps come. */
  close(): void {
    this.turn(() => {
      this.closed = true;
    });
  }

  /**
   * Adds a step that can never run.
   *
   * @param wanted - The key that it would have had. What needs it can run only if another step comes under that key.
   */
  addFailed(step: Step, error: ToolError, wanted?: string): void {
    this.turn(() => {
      if (wanted !== undefined && !this.refused.has(wanted)) this.refused.set(wanted, error);
      this.nodes.push({ step, state: 'running', missing: 0 });
      this.failNode(this.nodes.length - 1, error);
    });
  }

  private place(step: Step): void {
    const position = this.nodes.length;
    const node: Node = { step, state: 'waiting', missing: 0 };
    this.nodes.push(node);
    let lost: string | undefined;
    for (const key of needsOf(step).all) {
      if (this.run.log.has(key) || this.run.isSkipped(key)) continue;
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
  }

  private makeReady(position: number): void {
    (this.nodes[position] as Node).state = 'ready';
    this.ready.add(position);
  }

  /**
   * Does something after which steps may begin, and begins them. Whoever hears of an event or of a context may end
   * another step from in there: that is seen to at once, but nothing is begun, nor found to be stuck, until this is done.
   */
  private turn(action: () => void): void {
    if (this.busy) {
      action();
      return;
    }
    this.busy = true;
    action();
    while (!this.listener.closed && this.running.size < this.settings.concurrency) {
      const position = this.ready.next();
      if (position === undefined) break;
      this.begin(position);
    }
    if (this.closed && this.running.size === 0 && this.ready.size === 0) this.failStuck();
    this.busy = false;
    if (!this.listener.closed && this.closed && this.ended === this.nodes.length) this.finish();
  }

  /** Steps that still wait when nothing else is left to do, wait for what no step gives, or for one another. */
  private failStuck(): void {
    if (this.ended === this.nodes.length) return;
    const steps = this.nodes.map(({ step }) => step);
    const keys = new Set(steps.map(({ outputKey }) => outputKey));
    const isWaiting = (position: number): boolean =>
      !this.listener.closed && (this.nodes[position] as Node).state === 'waiting';
    const fail = (position: number, message: string): void => {
      const faults = [{ path: `steps[${String(position)}]`, message }];
      this.failNode(position, new InvalidFlow({ flow: this.settings.name, faults }));
    };
    for (const [key, error] of this.refused) {
      if (keys.has(key) || this.run.log.has(key)) continue;
      this.lost.set(key, error);
      for (const position of this.waitingFor(key)) if (isWaiting(position)) this.drop(position, key);
    }
    let searches = 0;
    steps.forEach((step, position) => {
      if (!isWaiting(position)) return;
      const unknown = needsOf(step).all.find((key) => !keys.has(key) && !this.run.log.has(key));
      if (unknown === undefined) return;
      const meant = searches++ < maxSearches ? didYouMean(closest(unknown, keys)) : '';
      fail(position, `refers to '${unknown}', which is no key of the input or of a step${meant}`);
    });
    for (const { position, message } of circlesIn(steps)) if (isWaiting(position)) fail(position, message);
  }

  private begin(position: number): void {
    const node = this.nodes[position] as Node;
    node.state = 'running';
    const step = new StepRun(this.run, node.step, position, this);
    // Known before it begins: whoever hears of its beginning may leave.
    this.running.set(position, step);
    step.start();
  }

  stepDone(position: number, outcome: Outcome): void {
    this.turn(() => {
      this.running.delete(position);
      this.settle(position, outcome);
    });
  }

  stepFailed(position: number, error: ToolError): void {
    this.turn(() => {
      this.running.delete(position);
      this.failNode(position, error);
    });
  }

  private settle(position: number, outcome: Outcome): void {
    const node = this.nodes[position] as Node;
    const { listener, run } = this;
    const { outputKey } = node.step;
    node.state = 'ended';
    this.ended++;
    if (outcome.kind === 'done') run.log.add(outputKey, outcome.output);
    else run.skip(outputKey);
    listener.advanced(new StepId(run.id, outputKey), outcome);
    for (const other of this.waitingFor(outputKey)) {
      const waiting = this.nodes[other] as Node;
      if (--waiting.missing === 0 && waiting.state === 'waiting') this.makeReady(other);
    }
    if (!listener.closed) listener.next(this.succeeded ? run.log.copy() : run.log.current());
  }

  private failNode(position: number, error: ToolError): void {
    const { step } = this.nodes[position] as Node;
    this.failures.push({ step, error });
    this.lose(position, error);
    if (this.settings.failFast && !this.listener.closed) this.finish();
  }

  /**
   * Nothing will come of a step, nor of those that need it, nor of those that need them.
   *
   * @param dependency - The key that the step needs and that is lost, where it has not failed itself.
   */
  private lose(position: number, error: ToolError, dependency?: string): void {
    const lost = [{ at: position, dependency }];
    for (let next = lost.pop(); next; next = lost.pop()) {
      const node = this.nodes[next.at] as Node;
      const { outputKey } = node.step;
      if (next.dependency !== undefined) this.tellDropped(node.step, next.dependency, error);
      node.state = 'ended';
      this.ended++;
      this.lost.set(outputKey, error);
      for (const other of this.waitingFor(outputKey).reverse()) {
        const waiting = this.nodes[other] as Node;
        if (waiting.state !== 'waiting' || this.settings.failFast) continue;
        waiting.state = 'ended';
        lost.push({ at: other, dependency: outputKey });
      }
    }
  }

  private drop(position: number, dependency: string): void {
    this.lose(position, this.lost.get(dependency) as ToolError, dependency);
  }

  private tellDropped(step: Step, dependency: string, error: ToolError): void {
    // Where such a telling is what made the subscriber leave, the run has ended.
    if (this.listener.closed) return;
    this.dropped.push(step.outputKey);
    publishSkipped(this.run, step, { reason: 'dependency', dependency, error });
  }

  private waitingFor(key: string): number[] {
    const positions = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    return positions;
  }

  private finish(): void {
    const { failures, listener, run, settings } = this;
    const [first] = failures;
    if (!first) {
      listener.complete();
      return;
    }
    const { log } = run;
    const runId = run.id.text;
    const { tool, outputKey } = first.step;
    listener.error(
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
