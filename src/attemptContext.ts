import { defer, type Observable } from 'rxjs';
import type { CallState } from './callState.js';
import type { ToolError } from './error.js';
import { nestedRunId } from './runIds.js';
import type { ToolCall } from './tool.js';

/** What `run` is told of its attempt. */
export class AttemptContext implements ToolCall {
  readonly tool: string;
  readonly callId: string;
  declare readonly runId?: string;
  declare readonly step?: string;
  /** How many flows it has run. */
  private runs = 0;
  private controller: AbortController | undefined;
  /** Set once the attempt has ended; `stopped` where the tool had not. */
  private closed: { readonly stopped: boolean; readonly reason?: ToolError } | undefined;

  constructor(
    private readonly call: CallState,
    readonly attempt: number,
  ) {
    this.tool = call.tool;
    this.callId = call.callId;
    if (call.runId !== undefined) this.runId = call.runId;
    if (call.step !== undefined) this.step = call.step;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.closed?.stopped) this.controller.abort(this.closed.reason);
    }
    return this.controller.signal;
  }

  run(flow: unknown, input: unknown = {}): Observable<never> {
    const { call, attempt, callId } = this;
    return defer(() => {
      const runId = nestedRunId(callId, attempt, ++this.runs);
      return call.host.runFlow(flow, input, { ...call.ofRun, runId }) as Observable<never>;
    });
  }

  progress(report: unknown): void {
    if (this.closed) return;
    const { call } = this;
    call.publish(
      'call.progressed',
      () => ({ progress: call.host.show(report, { tool: call.tool, part: 'progress' }) }),
      this.attempt,
    );
  }

  /** The attempt has ended. Where the tool has been stopped before its own end, its signal fires. */
  close(stopped: { readonly reason?: ToolError } | undefined): void {
    this.closed = { stopped: stopped !== undefined, ...stopped };
    if (stopped) this.controller?.abort(stopped.reason);
  }
}
