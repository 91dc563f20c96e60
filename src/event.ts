import * as t from 'io-ts';
import { ToolError } from './error.js';
import { Json } from './json.js';
import { lazy } from './lazy.js';

const envelope = {
  /** The version of this form. */
  v: t.literal(1),
  /** Counts the events of an orchestrator, from 1 on, without a gap. */
  seq: t.number,
  /** When, in the scheduler's ms. */
  at: t.number,
};

/** How much a tool had to do right after an event. A status follows from it, wherever in a history one begins. */
export const Load = t.intersection([
  t.type({
    /** Calls that run. */
    running: t.number,
    /** Calls that wait for a slot or a rate permit. */
    queued: t.number,
    /** False when a further call would be refused. */
    accepting: t.boolean,
  }),
  t.partial({
    /** While the rate limit holds calls back: when a further call could start, in the scheduler's ms. */
    availableAt: t.number,
    /** While the circuit is open: when it lets a probe through, in the scheduler's ms. */
    retryAt: t.number,
  }),
]);
/** How much a tool had to do right after an event. */
export type Load = t.TypeOf<typeof Load>;

/**
 * What is missing where the value in an event is not the value itself, as JSON: it was `cut` to size, it was `redacted`,
 * JSON has no `form` for it (a Date, a Map, an instance of a class), or it is `undefined`, which JSON has not.
 */
export const Inexact = t.keyof({ cut: null, redacted: null, form: null, undefined: null });
/** What is missing where the value in an event is not the value itself. */
export type Inexact = t.TypeOf<typeof Inexact>;

const ofTool = { ...envelope, tool: t.string };

/** What a call belongs to, and what it leaves the tool with. */
const belonging = t.partial({
  /** The run of a flow or of a parallel group. */
  runId: t.string,
  /** The key of the step in that run. */
  step: t.string,
  /** The call or run on whose behalf this one is made. */
  parentId: t.string,
  /** Of the tool, right after the event; left out where the tool is not registered (any more). */
  load: Load,
});

const ofCall = { ...ofTool, callId: t.string };
const ofAttempt = {
  ...ofCall,
  /** Counts from 1; 0 where the call ended before its first attempt. */
  attempt: t.number,
};
const ofEnd = {
  ...ofAttempt,
  /** The arguments as they came, redacted and cut to size. */
  args: Json,
  /** How many values the caller was given. */
  values: t.number,
  /** From the subscription to the end: waiting, all attempts and all. */
  durationMs: t.number,
};
const ofFailure = { ...ofEnd, error: ToolError };
const ofRun = { ...envelope, runId: t.string };

function callEvent<Type extends string, P extends t.Props>(type: Type, props: P) {
  return t.intersection([t.type({ type: t.literal(type), ...props }), belonging]);
}

function runEvent<Type extends string, P extends t.Props>(type: Type, props: P) {
  return t.intersection([t.type({ type: t.literal(type), ...ofRun, ...props }), t.partial({ parentId: t.string })]);
}

function circuitEvent<Type extends string, P extends t.Props>(type: Type, props: P) {
  return t.intersection([t.type({ type: t.literal(type), ...ofTool, ...props }), t.partial({ load: Load })]);
}

/** The codecs by their types. Made when an event is first read or written as JSON: most programs never do. */
function makeCodecs() {
  return {
    'tool.registered': t.type({ type: t.literal('tool.registered'), ...ofTool, description: t.string }),
    'tool.unregistered': t.type({ type: t.literal('tool.unregistered'), ...ofTool }),

    /** The call waits; `availableAt` where it is known how long. */
    'call.queued': t.intersection([
      callEvent('call.queued', { ...ofAttempt, args: Json, reason: t.keyof({ concurrency: null, rateLimit: null }) }),
      t.partial({ availableAt: t.number }),
    ]),
    /** `run` is called. */
    'call.started': callEvent('call.started', { ...ofAttempt, args: Json, waitedMs: t.number }),
    /** The tool said how far it is. */
    'call.progressed': callEvent('call.progressed', { ...ofAttempt, progress: Json }),
    /** The caller is given a value. */
    'call.emitted': t.intersection([
      callEvent('call.emitted', { ...ofAttempt, index: t.number, value: Json }),
      t.partial({ inexact: Inexact }),
    ]),
    /** An attempt failed, and another will be made in `delayMs`. */
    'call.retryScheduled': callEvent('call.retryScheduled', { ...ofAttempt, error: ToolError, delayMs: t.number }),
    /** An attempt failed and the call goes on: an operator of the tool's caught the error. */
    'call.attemptFailed': callEvent('call.attemptFailed', { ...ofAttempt, error: ToolError, durationMs: t.number }),

    /**
     * Ended well; `result` is the last value. `attempt` is 0 where a cache answered, `fellBack` is true where the tool had
     * failed and its fallback answered: `error` is what it failed with.
     */
    'call.succeeded': t.intersection([
      callEvent('call.succeeded', { ...ofEnd, result: Json }),
      t.partial({ fellBack: t.boolean, error: ToolError, inexact: Inexact }),
    ]),
    /** The tool failed, or gave an invalid result. */
    'call.failed': callEvent('call.failed', ofFailure),
    /** `timeoutMs` or `deadlineMs` was exceeded. */
    'call.timedOut': callEvent('call.timedOut', ofFailure),
    /** Refused by us: unknown tool, invalid arguments, rate limit, no slot. */
    'call.rejected': callEvent('call.rejected', ofFailure),
    /** The caller unsubscribed. */
    'call.cancelled': callEvent('call.cancelled', ofEnd),
    /**
     * A step was not run: its `when` does not hold (`condition`), or what it needs is not there (`dependency`: the key of
     * that step, with its `error` where it has failed). `args` are as the flow has them.
     */
    'call.skipped': t.intersection([
      callEvent('call.skipped', { ...ofEnd, reason: t.keyof({ condition: null, dependency: null }) }),
      t.partial({ dependency: t.string, error: ToolError }),
    ]),

    /** After a timeout or a cancel, the tool's promise is still pending. */
    'call.abandoned': callEvent('call.abandoned', ofAttempt),
    /** It has settled, `lateMs` after it was abandoned. What it gave is lost; what it threw is `error`. */
    'call.settledLate': t.intersection([
      callEvent('call.settledLate', { ...ofAttempt, lateMs: t.number }),
      t.partial({ error: ToolError }),
    ]),

    /** Somebody is asked whether the call may be made. */
    'approval.requested': callEvent('approval.requested', { ...ofAttempt, args: Json, digest: t.string }),
    /** The answer; `reason` says why not. */
    'approval.decided': t.intersection([
      callEvent('approval.decided', { ...ofAttempt, digest: t.string, approved: t.boolean }),
      t.partial({ reason: t.string }),
    ]),

    /** The tool's circuit lets nobody through: until `retryAt`, or until it is released by hand. */
    'circuit.opened': circuitEvent('circuit.opened', { error: ToolError }),
    /** It lets probes through. */
    'circuit.halfOpened': circuitEvent('circuit.halfOpened', {}),
    /** It lets all through. */
    'circuit.closed': circuitEvent('circuit.closed', {}),

    'run.started': t.intersection([
      runEvent('run.started', {
        kind: t.keyof({ chain: null, plan: null, parallel: null }),
        name: t.string,
        /** The keys of the steps, or of the group's members; of a plan whose steps are still to come, none. */
        steps: t.readonlyArray(t.string),
      }),
      t.partial({
        /** Of a plan: for each step the positions of those that it needs. */
        dependencies: t.readonlyArray(t.readonlyArray(t.number)),
        /** Of a flow: for each step a digest of what it says. */
        digests: t.readonlyArray(t.string),
        /** Of a flow: its input. */
        input: Json,
        inexact: Inexact,
        /** It goes on from an earlier run of this id. */
        resumed: t.literal(true),
      }),
    ]),
    /** A step is done, or a member of a group has ended, well or not: its call's last event tells how. */
    'run.advanced': t.intersection([
      runEvent('run.advanced', { step: t.string, callId: t.string }),
      t.partial({
        /** The step was not run, and nothing stands under its key. */
        skipped: t.literal(true),
        /** Its fallback stands under its key. */
        fellBack: t.literal(true),
        /** An earlier run of this id has done it. */
        resumed: t.literal(true),
      }),
    ]),
    'run.succeeded': runEvent('run.succeeded', { durationMs: t.number }),
    'run.failed': runEvent('run.failed', { durationMs: t.number, error: ToolError }),
    'run.cancelled': runEvent('run.cancelled', { durationMs: t.number }),
  };
}

const codecs = lazy(makeCodecs);

type Codecs = ReturnType<typeof codecs>;

/** Every type of event. */
export type ToolEventType = keyof Codecs;

/** The event of one type. */
export type ToolEventOf<Type extends ToolEventType> = t.TypeOf<Codecs[Type]>;

/** Whatever happens in an orchestrator: one closed union, told apart by `type`. */
export type ToolEvent = { [Type in ToolEventType]: ToolEventOf<Type> }[ToolEventType];

/** The last event of a call: every call has exactly one. */
export type TerminalEvent = ToolEventOf<
  'call.succeeded' | 'call.failed' | 'call.timedOut' | 'call.rejected' | 'call.cancelled' | 'call.skipped'
>;

/** The events that tell of a call. */
export type CallEvent = Extract<ToolEvent, { readonly callId: string; readonly attempt: number }>;

/**
 * Events to and from JSON: `JSON.stringify(ToolEvent.encode(event))`, `ToolEvent.decode(JSON.parse(line))`. The errors
 * in them become instances again.
 */
export const ToolEvent: t.Type<ToolEvent, Json> = new t.Type<ToolEvent, Json>(
  'ToolEvent',
  (input): input is ToolEvent => codecOf(input)?.is(input) ?? false,
  (input, context) => codecOf(input)?.validate(input, context) ?? t.failure(input, context, 'an event of a known type'),
  (event) => codecFor(event.type).encode(event),
);

const terminal: ReadonlySet<ToolEventType> = new Set([
  'call.succeeded',
  'call.failed',
  'call.timedOut',
  'call.rejected',
  'call.cancelled',
  'call.skipped',
] as const);

/** True for the event that ends a call. */
export function isTerminal(event: ToolEvent): event is TerminalEvent {
  return terminal.has(event.type);
}

function codecOf(input: unknown): t.Type<ToolEvent, Json> | undefined {
  const type = (input as { readonly type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' && Object.hasOwn(codecs(), type) ? codecFor(type as ToolEventType) : undefined;
}

/** The codec of one type, as that of the union: the compiler cannot tell that the event's type has chosen it. */
function codecFor(type: ToolEventType): t.Type<ToolEvent, Json> {
  return codecs()[type] as unknown as t.Type<ToolEvent, Json>;
}
