import * as t from 'io-ts';
import { Observable, Subscription } from 'rxjs';
import type { ToolEvent } from '../event.js';
import { createOrchestrator, type Orchestrator } from '../orchestrator.js';
import { type AnyTool, defineTool, type ToolCall } from '../tool.js';
import type { Doing, Incident, ToolScript } from './incident.js';
import type { InferredSettings } from './inferredSettings.js';
import { VirtualScheduler } from './VirtualScheduler.js';

/**
 * How many turns of its ms each thing that callers did is put off, by the time: what happens within one ms has an order,
 * which a recording shows by what came of it.
 */
export type Turns = ReadonlyMap<number, number>;

/** Lets an incident happen again, and returns what is recorded then, up to the time at which the incident ended. */
export function rehearse(incident: Incident, tools: readonly AnyTool[], turns: Turns): readonly ToolEvent[] {
  const scheduler = new VirtualScheduler();
  const ids = incident.doings.flatMap(({ what }) => (what.kind === 'call' ? [] : [what.id]));
  const orchestrator: Orchestrator = createOrchestrator({
    tools: tools.map((tool) => scripted(tool, incident.scripts, scheduler)),
    scheduler,
    createId: () => ids.shift() ?? 'unexpected',
  });
  const events: ToolEvent[] = [];
  // eslint-disable-next-line rxjs-x/no-ignored-error -- it never errors
  orchestrator.history$.subscribe((event) => {
    if (event.at <= incident.endsAt && !event.type.startsWith('tool.')) events.push(event);
  });
  const calls = new Subscription();
  const later = (ms: number, off: number, action: () => void): void => {
    scheduler.schedule(() => {
      if (off === 0) action();
      else later(0, off - 1, action);
    }, ms);
  };
  for (const doing of incident.doings) {
    let call: Subscription | undefined;
    later(doing.at, turns.get(doing.at) ?? 0, () => {
      call = begin(orchestrator, doing);
      calls.add(call);
    });
    if (doing.leftAt !== undefined) later(doing.leftAt, turns.get(doing.leftAt) ?? 0, () => call?.unsubscribe());
  }
  scheduler.flush(incident.endsAt);
  // Before those who are still waiting leave.
  const happened = [...events];
  calls.unsubscribe();
  return happened;
}

function begin(orchestrator: Orchestrator, { what }: Doing): Subscription {
  const ignored = { error: () => undefined };
  switch (what.kind) {
    case 'call': {
      const { tool, args, callId, parentId } = what;
      const options = { callId, ...(parentId === undefined ? {} : { parentId }) };
      return orchestrator.execute({ tool, arguments: args }, options).subscribe(ignored);
    }
    case 'flow':
      return orchestrator.run(what.flow, {}).subscribe(ignored);
    case 'group':
      return orchestrator.parallel({ ...what.members }, { failFast: what.failFast }).subscribe(ignored);
  }
}

/** The tool, doing what was recorded of it. */
function scripted(tool: AnyTool, scripts: readonly ToolScript[], scheduler: VirtualScheduler): AnyTool {
  const script = scripts.find((one) => one.tool === tool.name);
  const run = (_args: unknown, { callId, attempt }: ToolCall): Observable<unknown> => {
    const found = script?.attempts.find((one) => one.callId === callId && one.attempt === attempt);
    return new Observable((subscriber) => {
      for (const { frame, notification } of found?.messages ?? []) {
        const task = scheduler.schedule(() => {
          if (notification.kind === 'N') subscriber.next(notification.value);
          else if (notification.kind === 'C') subscriber.complete();
          else subscriber.error(script?.error);
        }, frame);
        subscriber.add(task);
      }
    });
  };
  return defineTool({ ...tool, run } as never);
}

/** A tool with settings that were read from a recording. */
export function toolWith(name: string, settings: InferredSettings): AnyTool {
  const { retry, ...limits } = settings;
  const delays = retry && 'delaysMs' in retry ? [...retry.delaysMs] : [];
  const backoff = (): number => {
    if (retry && 'delayMs' in retry) return retry.delayMs;
    const delay = delays.shift() ?? -1;
    return delay < 0 ? Infinity : delay;
  };
  return defineTool({
    name,
    description: `Stands for ${name}.`,
    input: t.unknown,
    ...limits,
    ...(retry ? { retry: { maxAttempts: retry.maxAttempts, backoff } } : {}),
    run: () => [],
  } as never);
}
