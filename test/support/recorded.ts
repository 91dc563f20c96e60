import { ToolEvent, type Orchestrator } from '../../src/index.js';

/** The events from now on, as they will be. */
export function recordingOf({ events$ }: Pick<Orchestrator, 'events$'>): ToolEvent[] {
  const events: ToolEvent[] = [];
  events$.subscribe((event) => events.push(event));
  return events;
}

/** The events, written to a file as lines of JSON and read back. */
export function reread(events: readonly ToolEvent[]): readonly ToolEvent[] {
  return events
    .map((event) => JSON.stringify(ToolEvent.encode(event)))
    .map((line) => {
      const decoded = ToolEvent.decode(JSON.parse(line));
      if (decoded._tag === 'Left') throw new Error(`expected an event, got ${line}`);
      return decoded.right;
    });
}
