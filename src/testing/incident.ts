import type { ToolEvent } from '../event.js';
import { toData } from '../recording.js';
import { failed } from './mark.js';
import { Letters } from './Letters.js';
import { layOut } from './marbleLayout.js';
import { meaningOf, signsOf, writeMarbles } from './marbleText.js';
import type { Message } from './message.js';
import { type AnyEvent, isEnd, originOf, type RecordedUnit, unitsOf } from './recordedUnit.js';

/** What a tool did in one attempt, from its start on. */
export interface AttemptScript {
  readonly callId: string;
  readonly attempt: number;
  readonly messages: readonly Message[];
  readonly marbles: string;
}

/** What a tool did in all attempts. */
export interface ToolScript {
  readonly tool: string;
  readonly attempts: readonly AttemptScript[];
  /** What the letters of the scripts stand for. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What it threw first; undefined where it threw nothing. */
  readonly error: unknown;
}

/** Something that a caller did. */
export interface Doing {
  /** In ms from the beginning of the recording. */
  readonly at: number;
  /** When it was left; undefined where it was not. */
  readonly leftAt: number | undefined;
  readonly what: CallMade | FlowRun | GroupRun;
}

export interface CallMade {
  readonly kind: 'call';
  readonly tool: string;
  readonly args: unknown;
  readonly callId: string;
  readonly parentId: string | undefined;
}

export interface FlowRun {
  readonly kind: 'flow';
  readonly id: string;
  readonly flow: {
    readonly kind: 'chain' | 'plan';
    readonly name: string;
    readonly steps: readonly { readonly tool: string; readonly arguments: unknown; readonly outputKey: string }[];
  };
}

export interface GroupRun {
  readonly kind: 'group';
  readonly id: string;
  readonly members: Readonly<Record<string, { readonly tool: string; readonly arguments: unknown }>>;
  readonly failFast: boolean;
}

/** What has to be done for a recording to happen again. */
export interface Incident {
  readonly doings: readonly Doing[];
  readonly scripts: readonly ToolScript[];
  /** When the last thing happened. */
  readonly endsAt: number;
  /** The events that are to happen again. */
  readonly events: readonly ToolEvent[];
  /** What of the recording will not. */
  readonly leftOut: readonly string[];
}

/**
 * Reads from a recording who called what and when, and what the tools did.
 *
 * @throws Error for an attempt that cannot be written as marbles, so that no fake tool can do the same.
 */
export function incidentOf(all: readonly ToolEvent[], checksArguments: boolean): Incident {
  const leftOut: string[] = [];
  const events = kept(all, checksArguments, leftOut);
  const units = unitsOf(events);
  const calls = units.filter(({ kind }) => kind === 'call');
  const runs = units.filter(({ kind }) => kind === 'run');
  const runIds = new Set(runs.map(({ id }) => id));
  // The calls of a run are made by it, if it is known how it began.
  const begun = new Set(runs.filter((run) => firstOf(run).type === 'run.started').map(({ id }) => id));
  const doings = [
    ...calls.filter((call) => !begun.has(firstOf(call).runId ?? '')).map(callMade),
    ...runs.filter(({ id }) => begun.has(id)).map((run) => runMade(run, calls)),
  ];
  if (runIds.size > begun.size)
    leftOut.push('runs that had begun before the recording: their calls are made one by one');
  const unheard = new Set(all.filter(({ type }) => unrepeatable.has(type)).map(({ type }) => type));
  if (unheard.size > 0) leftOut.push(`events of the types ${[...unheard].join(', ')}`);
  return {
    // In the order in which they were begun, also those of the same ms.
    doings: doings.sort((a, b) => a.seq - b.seq).map(({ doing }) => doing),
    scripts: scriptsOf(calls),
    endsAt: Math.max(0, ...units.map(({ messages }) => messages.at(-1)?.frame ?? 0)),
    events,
    leftOut,
  };
}

/** What a fake tool never does, and what happens to tools rather than to calls. */
const unrepeatable: ReadonlySet<string> = new Set(['call.progressed', 'call.abandoned', 'call.settledLate']);

function kept(all: readonly ToolEvent[], checksArguments: boolean, leftOut: string[]): readonly ToolEvent[] {
  const origin = originOf(all);
  const refused = new Set(
    all.flatMap((event) =>
      event.type === 'call.rejected' && event.error._tag === 'InvalidArguments' && event.runId === undefined
        ? [event.callId]
        : [],
    ),
  );
  if (refused.size > 0 && !checksArguments) leftOut.push(`${refused.size} calls with invalid arguments`);
  return all
    .filter((event) => {
      if (unrepeatable.has(event.type) || event.type.startsWith('tool.')) return false;
      return checksArguments || !('callId' in event) || !refused.has(event.callId);
    })
    .map((event) => ({ ...event, at: event.at - origin }));
}

interface Ordered {
  readonly seq: number;
  readonly doing: Doing;
}

function firstOf(unit: RecordedUnit): AnyEvent {
  return (unit.events[0] as RecordedUnit['events'][number]).event;
}

function callMade(unit: RecordedUnit): Ordered {
  const first = firstOf(unit);
  const args = unit.events.find(({ event }) => event.args !== undefined)?.event.args ?? {};
  const what = { kind: 'call', tool: unit.tool ?? '', args, callId: unit.id, parentId: first.parentId } as const;
  return { seq: first.seq, doing: { ...timesOf(unit), what } };
}

function timesOf(unit: RecordedUnit): { readonly at: number; readonly leftAt: number | undefined } {
  const left = unit.events.find(({ event }) => event.type.endsWith('.cancelled'));
  return { at: unit.messages[0]?.frame ?? 0, leftAt: left?.frame };
}

function runMade(run: RecordedUnit, calls: readonly RecordedUnit[]): Ordered {
  const first = firstOf(run) as AnyEvent & {
    readonly steps?: readonly string[];
    readonly dependencies?: readonly (readonly number[])[];
  };
  const own = calls.filter((call) => firstOf(call).runId === run.id);
  const steps = (first.steps ?? []).flatMap((key, index) => {
    const call = own.find((unit) => firstOf(unit).step === key);
    // A step that was never reached: nobody knows which tool it would have called.
    if (!call) return [];
    const args = call.events.find(({ event }) => event.args !== undefined)?.event.args ?? {};
    const after = (first.dependencies?.[index] ?? []).flatMap((at) => first.steps?.[at] ?? []);
    return [{ tool: call.tool ?? '', args, outputKey: key, after }];
  });
  const reached = new Set(steps.map(({ outputKey }) => outputKey));
  const what: FlowRun | GroupRun =
    first.kind === 'parallel'
      ? {
          kind: 'group',
          id: run.id,
          members: Object.fromEntries(steps.map(({ tool, args, outputKey }) => [outputKey, { tool, arguments: args }])),
          failFast: run.events.some(({ event }) => event.type === 'run.failed'),
        }
      : {
          kind: 'flow',
          id: run.id,
          flow: {
            kind: first.kind === 'plan' ? 'plan' : 'chain',
            name: first.name ?? 'flow',
            steps: steps.map(({ tool, args, outputKey, after }) => {
              const known = after.filter((key) => reached.has(key));
              // Texts that would be read as references are to stay what they are.
              const step = { tool, arguments: toData(args), outputKey };
              return known.length === 0 ? step : { ...step, after: known };
            }),
          },
        };
  return { seq: first.seq, doing: { ...timesOf(run), what } };
}

function scriptsOf(calls: readonly RecordedUnit[]): readonly ToolScript[] {
  const tools = new Map<string, RecordedUnit[]>();
  for (const call of calls) {
    const found = call.events.some(({ event }) => event.error?._tag === 'ToolNotFound');
    if (call.tool === undefined || found) continue;
    tools.set(call.tool, [...(tools.get(call.tool) ?? []), call]);
  }
  return [...tools].map(([tool, units]) => {
    const attempts = units.flatMap(attemptsOf);
    // One text of all, so that the same value has the same letter in each.
    const messages = attempts.flatMap((attempt) => attempt.messages);
    const { values } = writeMarbles(messages.map(({ notification }, frame) => ({ frame, notification })));
    const letters = new Letters();
    for (const [letter, value] of Object.entries(values)) letters.define(letter, value);
    const errors = units.flatMap(({ events }) => events.flatMap(({ event }) => thrownIn(event)));
    return {
      tool,
      attempts: attempts.map((attempt) => ({ ...attempt, marbles: textOf(tool, attempt, letters) })),
      values,
      error: errors[0],
    };
  });
}

function textOf(tool: string, { callId, attempt, messages }: Omit<AttemptScript, 'marbles'>, letters: Letters): string {
  const signed = signsOf(messages, letters, 1);
  const [text = ''] = layOut([signed]).rows;
  const { exact, remarks } = meaningOf(messages, signed, text);
  if (exact) return text;
  throw new Error(
    `toTest: what '${tool}' did in attempt ${attempt} of the call ${callId} cannot be written as marbles: ${remarks.join('; ')}`,
  );
}

/** What `run` gave in each attempt of a call. */
function attemptsOf(call: RecordedUnit): Omit<AttemptScript, 'marbles'>[] {
  const started = call.events.filter(({ event }) => event.type === 'call.started');
  return started.map(({ frame: begin, event: { attempt = 1 } }) => {
    const messages: Message[] = [];
    for (const { frame, event } of call.events) {
      if ((event.attempt ?? 1) !== attempt || frame < begin) continue;
      const notification = givenIn(event);
      if (notification) messages.push({ frame: frame - begin, notification });
    }
    return { callId: call.id, attempt, messages };
  });
}

function givenIn(event: AnyEvent): Message['notification'] | undefined {
  if (event.type === 'call.emitted') return { kind: 'N', value: event.value };
  if (event.type === 'call.succeeded') return { kind: 'C' };
  const fails = isEnd(event.type) || event.type === 'call.retryScheduled' || event.type === 'call.attemptFailed';
  return fails && thrownIn(event).length > 0 ? { kind: 'E', error: failed } : undefined;
}

/** What the tool itself threw, if that is what the event tells of; a refusal or a timeout is not its doing. */
function thrownIn({ error }: AnyEvent): readonly unknown[] {
  if (error?._tag === 'ToolFailed') return [error.cause];
  return error?._tag === 'InvalidResult' ? [new Error(error.message)] : [];
}
