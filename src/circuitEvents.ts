import { CircuitOpen, isCircuitOpen } from './error.js';
import type { EventBus } from './eventBus.js';
import type { ToolRuntime } from './toolRuntime.js';

/** Publishes the transitions of a tool's circuit, also of one that it shares with others. Returns what ends that. */
export function reportCircuit(bus: EventBus, runtime: ToolRuntime): () => void {
  const { circuit } = runtime;
  if (!circuit) return () => undefined;
  return circuit.circuit.onTransition(({ to, retryAt }) => {
    const { name: tool } = runtime.tool;
    const ofTool = () => ({ tool, load: runtime.load() });
    if (to === 'closed') {
      if (isCircuitOpen(runtime.lastError)) runtime.lastError = undefined;
      bus.publish(tool, () => ({ type: 'circuit.closed', ...ofTool() }));
    } else if (to === 'halfOpen') {
      bus.publish(tool, () => ({ type: 'circuit.halfOpened', ...ofTool() }));
    } else {
      const retryAfterMs = retryAt === undefined ? undefined : Math.max(0, retryAt - runtime.now());
      const error = new CircuitOpen({ tool, callId: '', reason: to, retryAfterMs });
      runtime.lastError = error;
      bus.publish(tool, () => ({ type: 'circuit.opened', ...ofTool(), error }));
    }
  });
}
