import type { Observable, SchedulerLike } from 'rxjs';
import type { createOrchestrator, Orchestrator } from '../orchestrator.js';
import type { Flow, FlowData } from '../flow.js';
import type { AnyTool, ResultOf, Tool, ToolCall } from '../tool.js';
import type { Values } from './diagram.js';
import type { EventChoice } from './eventDiagram.js';
import type { Gate } from './held.js';
import type { StatusValues } from './statusDiagram.js';
import type { SubscriptionLog } from './subscriptions.js';

/** A stream that a diagram says everything of. */
export interface SourceStream<T> extends Observable<T> {
  /** Who has subscribed to it, and until when. */
  readonly subscriptions: readonly SubscriptionLog[];
}

/** What a fake tool does in a call: a diagram, or a function that gives one. It counts from the call on. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- decoded arguments: only the test knows their type
export type FakeRun = string | ((args: any, call: ToolCall) => string);

/** A tool that stands for another: what it is to be like, and not what it does. */
export type FakeSettings<Name extends string> = Partial<Omit<AnyTool, 'run' | 'name'>> & { readonly name: Name };

/** Says what a stream is expected to do. */
export interface ExpectedStream<T> {
  /**
   * Like the diagram. `#` is the `error`, which may be given by its `_tag` or by some of its fields; left out it is the
   * text 'error', as in RxJS.
   *
   * @param values - What the letters stand for. Default: themselves.
   */
  toBe(marbles: string, values?: Values, error?: unknown): void;
  /** Like another stream, which is subscribed to at the same time. */
  toEqual(other: Observable<T>): void;
}

/** Says how something is expected to go. */
export interface Expected<V = Values> {
  toBe(marbles: string, values?: V, error?: unknown): void;
}

/** What a test is given, in `marbles` as in `virtualTime`. */
export interface TestContext {
  /** Whose time it is: for whatever takes a scheduler. */
  readonly scheduler: SchedulerLike;
  /** Numbers of at least 0 and below 1, the same in every run; `Math.random` gives them too, as long as the test runs. */
  readonly random: () => number;
  /** How many virtual ms have passed. */
  readonly now: () => number;
  /** Does something when `ms` have passed from now on. */
  readonly at: (ms: number, action: () => void) => void;

  /** A stream that begins anew for each subscriber. */
  readonly cold: <T = string>(
    marbles: string,
    values?: Readonly<Record<string, T>>,
    error?: unknown,
  ) => SourceStream<T>;
  /** A stream that goes on whoever listens. `^` is the moment at which the test begins. */
  readonly hot: <T = string>(marbles: string, values?: Readonly<Record<string, T>>, error?: unknown) => SourceStream<T>;
  /** The time that passes up to `|`, in ms. */
  readonly time: (marbles: string) => number;

  /**
   * A tool that does what a diagram says, in place of a real one. Given a tool, it has that tool's name, codecs and
   * limits; given settings, those.
   *
   * @param error - What `#` throws: the call then fails with a ToolFailed that has it as its cause. Default: 'error'.
   */
  readonly fakeTool: {
    <T extends AnyTool>(tool: T, marbles: FakeRun, values?: Readonly<Record<string, ResultOf<T>>>, error?: unknown): T;
    <const Name extends string, Value = string>(
      name: Name | FakeSettings<Name>,
      marbles: FakeRun,
      values?: Readonly<Record<string, Value>>,
      error?: unknown,
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- it takes whatever it is given
    ): Tool<Name, any, Value>;
  };

  /** An orchestrator in the test's time, with the ids `id-1`, `id-2` … Looked through at the end for what it still holds. */
  readonly createOrchestrator: typeof createOrchestrator;

  /**
   * Subscribes for as long as the test lasts, or as the subscription diagram says: for what a stream does, not for what
   * it says. Its error fails the test.
   */
  readonly subscribe: (stream: Observable<unknown>, subscription?: string) => void;
  /** Has gates looked through at the end for what they still hold; those of orchestrators made here are anyway. */
  readonly watch: (...gates: readonly Gate[]) => void;

  /** @param subscription - When it is subscribed to: `'--^---!'`. Default: now, and to the end of the test. */
  readonly expectStream: <T>(stream: Observable<T>, subscription?: string) => ExpectedStream<T>;
  /**
   * A tool's status as a level: what it is at the end of each frame in which it has changed. `a` is available, `b` busy,
   * `r` rate_limited, `e` error; `values` may say more: `{ b: { state: 'busy', queued: 1 } }`.
   */
  readonly expectStatus: (orchestrator: Pick<Orchestrator, 'status$'>, tool: string) => Expected<StatusValues>;
  /**
   * What happens from now on, by letter: see `docs/testing/`. `values` names others, by type or by tool and type:
   * `{ x: 'started', y: 'search started' }`.
   */
  readonly expectEvents: (
    orchestrator: Pick<Orchestrator, 'events$'>,
    choice?: EventChoice,
  ) => Expected<Readonly<Record<string, string>>>;
  /**
   * Runs a flow, and expects its steps. A letter stands for the step whose key begins with it; `values` may say which, `{ p: 'page' }`, or with
   * what output, `{ p: { page: { title: 'Home' } } }`.
   */
  readonly expectRun: {
    (
      orchestrator: { readonly run: (flow: never, input: never) => Observable<object> },
      flow: Flow | FlowData,
      input?: object,
      subscription?: string,
    ): Expected;
    /** The same of a run that something else begins: `resume`, `runSteps`. `input` is what it has from the beginning. */
    (contexts: Observable<object>, input?: object, subscription?: string): Expected;
  };
  /** When a source of this test (or its `subscriptions`), or a fake tool, was subscribed to: one diagram for each time. */
  readonly expectSubscriptions: (
    source: { readonly subscriptions: readonly SubscriptionLog[] } | readonly SubscriptionLog[] | AnyTool,
  ) => {
    toBe(marbles: string | readonly string[]): void;
  };
}
