import { defer, type Observable } from 'rxjs';
import type { CallHost } from './callHost.js';
import type { Context } from './context.js';
import { NotResumable } from './error.js';
import type { Inexact, ToolEvent } from './event.js';
import { RecordedCalls, type RecordedStart } from './recordedCalls.js';
import { runFlow } from './runFlow.js';

/** What may be said of a run that is gone on with. */
export interface ResumeOptions {
  /** The id of the run. Default: the one that was begun last of those that have the flow's name. */
  readonly runId?: string;
  /** Its input, where the events do not have it whole. Default: as the events have it. */
  readonly input?: object;
}

/**
 * Goes on with a run, from its events: the flow is run again under the same id, and where a call is known to have
 * succeeded, what it has given is taken from the events.
 */
export function resumeFlow(
  host: CallHost,
  flow: unknown,
  events: Iterable<ToolEvent>,
  { runId, input }: ResumeOptions,
): Observable<Context> {
  return defer(() => {
    const recorded = new RecordedCalls(events);
    const name = nameOf(flow);
    const start =
      runId === undefined ? recorded.runs.filter((run) => run.name === name).at(-1) : recorded.startOf(runId);
    if (!start) {
      const wanted = runId === undefined ? `of a run of '${name}'` : `of the run '${runId}'`;
      const known = recorded.runs.map((run) => `'${run.name}' (${run.runId})`);
      const found = known.length === 0 ? 'none' : known.slice(-8).join(', ');
      throw refusal(name, 'events', `expected the first event ${wanted}, found runs: ${found}`);
    }
    return runFlow(host, flow, inputOf(name, start, input), { runId: start.runId, parentId: start.parentId, recorded });
  });
}

function inputOf(flow: string, start: RecordedStart, given: object | undefined): unknown {
  const { input, inexact } = start;
  if (input === undefined || inexact !== undefined) {
    if (given !== undefined) return given;
    const why = input === undefined ? 'without the input' : `with an input that was ${lacking[inexact ?? 'cut']}`;
    throw refusal(flow, 'input', `expected it as an option, for the events have the run ${why}`);
  }
  return given ?? input;
}

const lacking = {
  cut: 'cut to size',
  redacted: 'redacted',
  form: 'no plain data',
  undefined: 'no plain data',
} as const satisfies Record<Inexact, string>;

function nameOf(flow: unknown): string {
  const { name = 'flow' } = (flow ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? name : 'flow';
}

function refusal(flow: string, path: string, message: string): NotResumable {
  return new NotResumable({ flow, faults: [{ path, message }] });
}
