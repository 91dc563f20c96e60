import { NEVER, timer } from 'rxjs';
import { createOrchestrator, type StepData, type ToolEvent } from '../../src/index.js';
import { countedIds, echo, failing } from './flowTools.js';
import { toolOf } from './stage.js';

/** Takes as many ms as it is asked to. */
export const slow = toolOf((ms) => timer(ms), { name: 'slow' });
const never = toolOf(() => NEVER, { name: 'never' });

/** A flow of the slow tool: one step of 3 ms, and then one of 5. */
export const twoSteps: readonly StepData[] = [
  { tool: 'slow', arguments: 3, outputKey: 'a' },
  { tool: 'slow', arguments: 5, outputKey: 'b' },
];

export function orchestratorOf() {
  return createOrchestrator({ tools: [echo, failing, slow, never], createId: countedIds() });
}

/** All events from now on, in a list that grows. */
export function eventsOf({ events$ }: Pick<ReturnType<typeof orchestratorOf>, 'events$'>): ToolEvent[] {
  const events: ToolEvent[] = [];
  events$.subscribe((event) => events.push(event));
  return events;
}
