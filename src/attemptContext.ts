import { defer, type Observable } from 'rxjs';
import type { CallState, Stopped } from './callState.js';
import { nestedRunId } from './runIds.js';
import type { ToolCall } from './tool.js';

/** What `run` is told of its attempt. */
export class AttemptContext implements ToolCall {
  declare readonly runId?: string;
  declare readonly step?: string;
  /** How many flows it has run. */
  private runs = 0;
  private controller: AbortController | undefined;
  /** True once the attempt has ended. */
  private closed = false;
  /** Why it was stopped, where the tool had not come to its own end. */
  private stopped: Stopped | undefined;

  constructor(
    private readonly call: CallState,
    readonly attempt: number,
  ) {
    if (call.runId !== undefined) this.runId = call.runId;
    if (call.step !== undefined) this.step = call.step;
  }

  get tool(): string {
    return this.call.tool;
  }

  get callId(): string {
    return this.call.callId;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.stopped) this.controller.abort(this.stopped.reason);
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
  close(stopped: Stopped | undefined): void {
    this.closed = true;
    this.stopped = stopped;
    if (stopped) this.controller?.abort(stopped.reason);
  }
}
