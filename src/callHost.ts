import type { Observable, SchedulerLike } from 'rxjs';
import type { Clock } from '../operators/gates/Clock.js';
import type { Deadlines } from '../operators/gates/Deadlines.js';
import type { Approvals } from './approvals.js';
import type { ToolError } from './error.js';
import type { Context } from './context.js';
import type { FlowBounds } from './decodeFlow.js';
import type { EventBus } from './eventBus.js';
import type { Ids } from './ids.js';
import type { Json } from './json.js';
import type { RecordedCalls } from './recordedCalls.js';
import type { Shown, ShownValue } from './redaction.js';
import type { AnyTool, Approve } from './tool.js';
import type { ToolRuntime } from './toolRuntime.js';

/** What the calls of an orchestrator share. */
export interface CallHost {
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly scheduler: SchedulerLike;
  readonly deadlines: Deadlines;
  /** Who is asked before a call of a tool that asks nobody of its own; undefined: nobody. */
  readonly approve: Approve | undefined;
  readonly approvals: Approvals;
  /** The registered tools: the same array as long as they are the same. */
  readonly tools: readonly AnyTool[];
  /** The registered tool of this name. */
  find(name: string): ToolRuntime | undefined;
  /** Registered names that may have been meant by one that is not. */
  readonly closest: (name: string) => readonly string[];
  /** The ids of calls and runs that have been given none. */
  readonly ids: Ids;
  /** How large a flow may be that comes as data. */
  readonly flowBounds: FlowBounds;
  /** A call: cold, so that each subscription runs the tool once. */
  readonly callOf: (request: CallRequest) => Observable<unknown>;
  /** Runs a flow: the core's `runFlow`, handed in because it makes calls. */
  readonly runFlow: (flow: unknown, input: unknown, of: RunRequest) => Observable<Context>;
  /** A value as events show it: redacted, and cut to size. */
  show(value: unknown, what: Shown): Json;
  /** The same, and whether that is the value itself. */
  showExactly(value: unknown, what: Shown): ShownValue;
  /** An error as events show it. */
  showError(error: ToolError): ToolError;
}

/** What is to be called, and on whose behalf. */
export interface CallRequest {
  readonly tool: string;
  readonly arguments: unknown;
  /** Default: a new one. */
  readonly callId?: string | undefined;
  /** True where it has a `callId` that is made when it is read, which most calls never need. */
  readonly namesItself?: boolean;
  readonly runId?: string | undefined;
  readonly step?: string | undefined;
  readonly parentId?: string | undefined;
  /** How long the call may take, in ms, where that is less than its tool's `deadlineMs`. */
  readonly deadlineMs?: number | undefined;
  /** The calls of an earlier run, where the call belongs to a run that is resumed. */
  readonly recorded?: RecordedCalls | undefined;
  /** How many runs the call is inside of. Default: 0. */
  readonly nesting?: number | undefined;
  /** The call is the work behind a cache: it has been approved, and its result is for the cache. */
  readonly uncached?: boolean;
}

/** On whose behalf a flow is run. */
export interface RunRequest {
  /** Default: a new one. */
  readonly runId?: string;
  readonly parentId?: string | undefined;
  readonly recorded?: RecordedCalls | undefined;
  readonly nesting?: number | undefined;
}
