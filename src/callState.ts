import { Expiring } from '../operators/gates/DeadlineList.js';
import { stackless } from '../operators/stackless.js';
import { type ToolError, ToolTimeout } from './error.js';
import type { CallEvent } from './event.js';
import type { CallHost, CallRequest, RunRequest } from './callHost.js';
import type { Json } from './json.js';
import type { ToolRuntime } from './toolRuntime.js';

type CommonField = 'v' | 'seq' | 'at' | 'type' | 'tool' | 'callId' | 'load' | 'runId' | 'step' | 'parentId' | 'attempt';
type DistributiveOmit<Event, Key extends PropertyKey> = Event extends unknown ? Omit<Event, Key> : never;

/** What an event of this type says beyond what all events of calls say. */
type DetailsOf<Type extends CallEvent['type']> = DistributiveOmit<
  Extract<CallEvent, { readonly type: Type }>,
  CommonField
>;

type Draft<Event> = { -readonly [Key in keyof Event]: Event[Key] };
/** What the events of calls have in common. */
type AnyDraft = Draft<Pick<Extract<CallEvent, { readonly type: 'call.started' }>, CommonField>>;
/** An event of this type that is being put together. */
export type DraftOf<Type extends CallEvent['type']> = Draft<Extract<CallEvent, { readonly type: Type }>>;

/** Why an attempt is stopped before the tool has come to its end. */
export interface Stopped {
  readonly reason?: ToolError;
}

/** Nothing more than that the caller left. */
export const left: Stopped = {};

/** What a call waits for that has given so many values. */
export function endAfter(values: number): string {
  return `the end after ${String(values)} ${values === 1 ? 'value' : 'values'}`;
}

/** One call, from its subscription to its end: whose it is, and what it tells the events. */
export abstract class CallState extends Expiring {
  /** True from the end on. */
  ended = false;
  /** How many values the caller has been given. */
  values = 0;
  /** Its id, or what it is made from, until it is asked for; undefined: the request. */
  private id: string | number | undefined;
  protected readonly startedAt: number;
  /** The arguments as events show them, once one has. */
  private shown: Json | undefined;

  constructor(
    readonly host: CallHost,
    protected readonly request: CallRequest,
    /** Undefined where no such tool is registered. */
    readonly runtime: ToolRuntime | undefined,
  ) {
    super();
    this.id = request.namesItself ? undefined : (request.callId ?? host.ids.reserve());
    this.startedAt = host.clock.now();
    runtime?.callBegan();
  }

  /** The latest attempt; 0 before the first. */
  abstract get attempt(): number;

  /** What the call waits for now, in words. */
  abstract get outstanding(): string;

  get tool(): string {
    return this.request.tool;
  }

  get callId(): string {
    const { host, id, request } = this;
    this.id = id === undefined ? request.callId : host.ids.textOf(id);
    return this.id as string;
  }

  get runId(): string | undefined {
    return this.request.runId;
  }

  get step(): string | undefined {
    return this.request.step;
  }

  /** On whose behalf a flow would be run that the call makes. */
  get ofRun(): RunRequest {
    const { callId, request } = this;
    return { parentId: callId, recorded: request.recorded, nesting: request.nesting ?? 0 };
  }

  get durationMs(): number {
    return this.host.clock.now() - this.startedAt;
  }

  /** The arguments as events show them. */
  get shownArguments(): Json {
    return (this.shown ??= this.host.show(this.request.arguments, { tool: this.tool, part: 'arguments' }));
  }

  /** How long the whole call may take. */
  protected get deadlineMs(): number {
    return Math.min(this.runtime?.deadlineMs ?? Infinity, this.request.deadlineMs ?? Infinity);
  }

  /** What the call, or an attempt of it, has failed with when one of its limits has passed. */
  timeoutError(limit: 'timeoutMs' | 'deadlineMs', ms: number, attempt = this.attempt): ToolTimeout {
    const { tool, callId, outstanding } = this;
    return stackless(() => new ToolTimeout({ tool, callId, attempt, limit, ms, outstanding }));
  }

  /** The call has ended well; that clears the tool's last failure only if the tool has worked for it. */
  protected succeeded(): void {
    if (this.runtime && this.attempt > 0) this.runtime.lastError = undefined;
  }

  /** The tool has not. */
  protected failed(error: ToolError): void {
    if (this.runtime) this.runtime.lastError = error;
  }

  /** Publishes an event, if anybody wants it. @param details - What it says beside what all events of calls say. */
  publish<Type extends CallEvent['type']>(type: Type, details: () => DetailsOf<Type>, attempt?: number): void {
    const event = this.draft(type, attempt);
    if (event) this.host.bus.send(Object.assign(event, details()) as unknown as CallEvent);
  }

  /**
   * An event with all that every event of a call says, to which its details are to be assigned; undefined where nobody
   * wants it. For the events of every call: an event that is put together by spreading costs ten times as much.
   */
  draft<Type extends CallEvent['type']>(type: Type, attempt = this.attempt): DraftOf<Type> | undefined {
    const { host, request, runtime, tool } = this;
    if (!host.bus.wants(tool)) {
      host.bus.skip();
      return undefined;
    }
    const { runId, step, parentId } = request;
    const event = { v: 1, seq: 0, at: 0, type, tool, callId: this.callId, attempt } as unknown as AnyDraft;
    if (runId !== undefined) event.runId = runId;
    if (step !== undefined) event.step = step;
    if (parentId !== undefined) event.parentId = parentId;
    if (runtime?.registered) event.load = runtime.load();
    return event as unknown as DraftOf<Type>;
  }
}
