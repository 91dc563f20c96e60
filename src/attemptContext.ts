import { defer } from 'rxjs';
import type { CallState, Stopped } from './callState.js';
import { nestedRunId } from './runIds.js';
import type { RunFlow, ToolCall } from './tool.js';

/** The attempt that a context is of. */
export interface ContextOwner {
  readonly call: CallState;
  /** Its number in the call. */
  readonly number: number;
  /** Undefined as long as the attempt goes on. Then why the tool was stopped, or that it has come to its own end. */
  readonly closedBy: Stopped | 'itself' | undefined;
  /** The context whose signal is to fire when the tool is stopped: one that has been asked for it. */
  watching: AttemptContext | undefined;
}

/** What `run` is told of its attempt. The attempt does not keep it: most tools let go of it at once. */
export class AttemptContext implements ToolCall {
  /** How many flows it has run. */
  private runs = 0;
  private controller: AbortController | undefined;

  constructor(private readonly owner: ContextOwner) {}

  get runId(): string | undefined {
    return this.owner.call.runId;
  }

  get step(): string | undefined {
    return this.owner.call.step;
  }

  get tool(): string {
    return this.owner.call.tool;
  }

  get callId(): string {
    return this.owner.call.callId;
  }

  get attempt(): number {
    return this.owner.number;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      const { owner } = this;
      this.controller = new AbortController();
      if (typeof owner.closedBy === 'object') this.controller.abort(owner.closedBy.reason);
      else owner.watching = this;
    }
    return this.controller.signal;
  }

  // The two below are made when they are asked for, so that they can be taken out: `(args, { progress }) => …`.

  get run(): RunFlow {
    return (flow: unknown, input: unknown = {}) => {
      const { call, number } = this.owner;
      return defer(() => {
        const runId = nestedRunId(call.callId, number, ++this.runs);
        return call.host.runFlow(flow, input, { ...call.ofRun, runId });
      });
    };
  }

  get progress(): ToolCall['progress'] {
    return (report) => {
      const { call, closedBy, number } = this.owner;
      if (closedBy) return;
      const what = { tool: call.tool, part: 'progress' } as const;
      call.publish('call.progressed', () => ({ progress: call.host.show(report, what) }), number);
    };
  }

  /** The tool has been stopped before its own end. */
  abort({ reason }: Stopped): void {
    this.controller?.abort(reason);
  }
}
