import type { SchedulerLike } from 'rxjs';
import type { Clock } from '../operators/gates/Clock.js';
import type { Deadlines } from '../operators/gates/Deadlines.js';
import type { Approvals } from './approvals.js';
import type { ToolError } from './error.js';
import type { EventBus } from './eventBus.js';
import type { Json } from './json.js';
import type { Shown } from './redaction.js';
import type { Approve } from './tool.js';
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
  /** The registered tool of this name. */
  find(name: string): ToolRuntime | undefined;
  /** Registered names that may have been meant by one that is not. */
  readonly closest: (name: string) => readonly string[];
  nextCallId(): string;
  nextRunId(): string;
  /** A value as events show it: redacted, and cut to size. */
  show(value: unknown, what: Shown): Json;
  /** An error as events show it. */
  showError(error: ToolError): ToolError;
}

/** What is to be called, and on whose behalf. */
export interface CallRequest {
  readonly tool: string;
  readonly arguments: unknown;
  /** Default: a new one. */
  readonly callId?: string | undefined;
  readonly runId?: string | undefined;
  readonly step?: string | undefined;
  readonly parentId?: string | undefined;
  /** The call is the work behind a cache: it has been approved, and its result is for the cache. */
  readonly uncached?: boolean;
}
