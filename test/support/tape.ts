import { type AnyTool, createOrchestrator, type Orchestrator, type ToolEvent } from '../../src/index.js';
import { VirtualScheduler } from '../../src/testing/index.js';

/** What a recording is made with. */
export interface Recorder {
  readonly scheduler: VirtualScheduler;
  readonly orchestrator: Orchestrator;
  /** Does something when it is time. */
  readonly at: (ms: number, action: () => void) => void;
  /** Makes a call with this id, and leaves it when it is time. */
  readonly call: (id: string, tool: string, args?: unknown, leavesAt?: number) => void;
}

/** The events of an orchestrator with these tools, in virtual time from `startMs` on, to the end of all that happens. */
export function recorded(
  tools: (scheduler: VirtualScheduler) => readonly AnyTool[],
  play: (recorder: Recorder) => void,
  startMs = 0,
): readonly ToolEvent[] {
  const scheduler = new VirtualScheduler(startMs);
  let ids = 0;
  const orchestrator: Orchestrator = createOrchestrator({
    tools: tools(scheduler),
    scheduler,
    createId: () => `id-${++ids}`,
  });
  const events: ToolEvent[] = [];
  orchestrator.history$.subscribe((event) => events.push(event));
  const at = (ms: number, action: () => void): void => {
    scheduler.schedule(action, startMs + ms - scheduler.now());
  };
  play({
    scheduler,
    orchestrator,
    at,
    call: (callId, tool, args = {}, leavesAt) => {
      const call = orchestrator.attempt({ tool, arguments: args }, { callId }).subscribe();
      if (leavesAt !== undefined) {
        at(leavesAt, () => {
          call.unsubscribe();
        });
      }
    },
  });
  scheduler.flush();
  return events;
}
