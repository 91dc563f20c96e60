import * as fc from 'fast-check';
import * as t from 'io-ts';
import {
  catchError,
  concat,
  finalize,
  interval,
  map,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  of,
  race,
  retry,
  switchMap,
  take,
  throwError,
  timer,
} from 'rxjs';
import { type RateLimitOptions, Semaphore, type SemaphoreOptions } from '../../operators/index.js';
import { type AnyTool, type ToolCall } from '../../src/index.js';
import { type Stage, toolOf } from './stage.js';

/** What a tool does in a call: the call's arguments. */
export interface Behaviour {
  readonly kind:
    | 'array'
    | 'values'
    | 'promise'
    | 'fetch'
    | 'generator'
    | 'throws'
    | 'fails'
    | 'rejects'
    | 'hangs'
    | 'nested'
    | 'wrong arguments'
    | 'wrong result';
  /** How long until the first value, and from each to the next. */
  readonly ms: number;
  /** How many values. */
  readonly count: number;
  /** Whether progress is reported, once at the beginning and once as it is torn down. */
  readonly reports: boolean;
}

export interface ToolPlan {
  readonly slots: SemaphoreOptions | undefined;
  readonly rateLimit: RateLimitOptions | undefined;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly releaseOn: 'teardown' | 'settle';
  readonly operator: keyof typeof operatorsOf;
}

export interface CallPlan {
  readonly at: number;
  readonly tool: number;
  readonly behaviour: Behaviour;
  /** When the caller leaves, after as many ms or as many values; `undefined`: not by itself. */
  readonly leaves: { readonly afterMs: number } | { readonly afterValues: number } | undefined;
}

/** What is done from inside a handler of an event, counted from the first. */
export interface Reaction {
  readonly toEvent: number;
  readonly does: 'cancel' | 'call' | 'register' | 'unregister' | 'watch' | 'throw';
  /** Of which call or tool, modulo how many there are. */
  readonly which: number;
}

export interface Scenario {
  readonly capacity: number;
  readonly tools: readonly ToolPlan[];
  readonly calls: readonly CallPlan[];
  readonly reactions: readonly Reaction[];
  /** When somebody subscribes to the history. */
  readonly looks: readonly number[];
}

/** Around the attempts of a tool: some subscribe to their source again, or twice at a time, or leave it. */
export const operatorsOf = {
  none: () => [],
  retry: () => [retry({ count: 2 })],
  retryLater: ({ scheduler }) => [retry({ count: 2, delay: () => timer(3, scheduler) })],
  fallback: () => [catchError(() => of(-1))],
  fallbackLater: ({ scheduler }) => [catchError(() => timer(2, scheduler).pipe(map(() => -1)))],
  first: () => [take(1)],
  hedge: ({ scheduler }) => [(source) => race(source, timer(3, scheduler).pipe(switchMap(() => source)))],
} satisfies Record<string, (stage: Stage) => readonly MonoTypeOperatorFunction<unknown>[]>;

const ms = fc.integer({ min: 0, max: 12 });
const kinds: readonly Behaviour['kind'][] = [
  'array',
  'values',
  'promise',
  'fetch',
  'generator',
  'throws',
  'fails',
  'rejects',
  'hangs',
  'nested',
  'wrong arguments',
  'wrong result',
];

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  kind: fc.constantFrom(...kinds),
  ms,
  count: fc.integer({ min: 0, max: 3 }),
  reports: fc.boolean(),
});

const orNone = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const toolPlan: fc.Arbitrary<ToolPlan> = fc.record({
  slots: orNone(
    fc.record({
      concurrency: fc.integer({ min: 1, max: 3 }),
      maxQueue: fc.constantFrom(0, 1, 3, 10_000),
      maxWaitMs: fc.constantFrom(4, Infinity),
    }),
  ),
  rateLimit: orNone(
    fc.record({
      limit: fc.integer({ min: 1, max: 3 }),
      perMs: fc.integer({ min: 1, max: 15 }),
      algorithm: fc.constantFrom('slidingWindow', 'tokenBucket'),
      overflow: fc.constantFrom('wait', 'wait', 'reject'),
      maxQueue: fc.constantFrom(0, 1, 10_000),
    }),
  ),
  timeoutMs: fc.constantFrom(1, 5, 10, Infinity),
  deadlineMs: fc.constantFrom(1, 7, 20, Infinity),
  releaseOn: fc.constantFrom('teardown', 'settle'),
  operator: fc.constantFrom(...(Object.keys(operatorsOf) as (keyof typeof operatorsOf)[])),
});

const callPlan: fc.Arbitrary<CallPlan> = fc.record({
  at: fc.integer({ min: 0, max: 25 }),
  tool: fc.nat(2),
  behaviour,
  leaves: orNone(fc.oneof(fc.record({ afterMs: ms }), fc.record({ afterValues: fc.integer({ min: 1, max: 3 }) }))),
});

const reaction: fc.Arbitrary<Reaction> = fc.record({
  toEvent: fc.integer({ min: 1, max: 60 }),
  does: fc.constantFrom('cancel', 'cancel', 'cancel', 'call', 'register', 'unregister', 'watch', 'throw'),
  which: fc.nat(20),
});

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  capacity: fc.constantFrom(0, 1, 10, 1_000),
  tools: fc.array(toolPlan, { minLength: 1, maxLength: 3 }),
  calls: fc.array(callPlan, { minLength: 1, maxLength: 14 }),
  reactions: fc.array(reaction, { maxLength: 6 }),
  looks: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
});

/** What a tool notes of itself: how many of its promises are pending, at most, and the signals that it has read. */
export interface Noted {
  pending: number;
  mostPending: number;
  readonly signals: AbortSignal[];
}

/** What is around the attempts of a tool: its operators, also where they change nothing, or nothing at all. */
export type Around = 'operators' | 'nothing';

/** The tool of a plan. */
export function plannedTool(stage: () => Stage, plan: ToolPlan, name: string, noted: Noted, around: Around): AnyTool {
  const { slots, rateLimit, timeoutMs, deadlineMs, releaseOn, operator } = plan;
  const run = (args: Behaviour, call: ToolCall): unknown => {
    if (args.reports) noted.signals.push(call.signal);
    return counted(noted, behave(stage(), name, args, call));
  };
  const operators: MonoTypeOperatorFunction<unknown> = (source) =>
    operatorsOf[operator](stage()).reduce((inner, outer) => outer(inner), source);
  return toolOf(run, {
    name,
    input: Arguments,
    output: t.number,
    timeoutMs,
    deadlineMs,
    releaseOn,
    ...(slots ? { concurrency: new Semaphore(slots) } : {}),
    ...(rateLimit ? { rateLimit } : {}),
    ...(around === 'nothing' ? {} : { operators: [operators] }),
  });
}

const Arguments = t.refinement(t.UnknownRecord, ({ kind }) => kind !== 'wrong arguments', 'right arguments');

/** Counts a promise from its beginning to its end: what `releaseOn: 'settle'` keeps the slot for. */
function counted(noted: Noted, given: unknown): unknown {
  if (!(given instanceof Promise)) return given;
  noted.mostPending = Math.max(noted.mostPending, ++noted.pending);
  const settled = (): void => {
    noted.pending--;
  };
  given.then(settled, settled);
  return given;
}

function behave(stage: Stage, name: string, { kind, ms: each, count, reports }: Behaviour, call: ToolCall): unknown {
  const { scheduler } = stage;
  const values$ = (): Observable<number> => interval(each, scheduler).pipe(take(count));
  if (reports) call.progress('begun');
  switch (kind) {
    case 'array':
      return Array.from({ length: count }, (_, index) => index);
    case 'values':
      return reports ? reporting(values$(), call) : values$();
    case 'promise':
      return stage.later(each, 1);
    case 'fetch':
      return fetching(stage.later(each, 1), call.signal);
    case 'generator':
      return generate(stage, each, count, call);
    case 'throws':
      throw new Error('thrown');
    case 'fails':
      return concat(
        values$(),
        throwError(() => new Error('failed')),
      );
    case 'rejects':
      return stage.laterFails(each, new Error('rejected'));
    case 'nested':
      return stage.orchestrator.execute(name, { kind: 'values', ms: each, count, reports }, { parentId: call.callId });
    case 'wrong result':
      return concat(values$(), of('text'));
    case 'hangs':
    case 'wrong arguments':
      return reports ? reporting(NEVER, call) : NEVER;
  }
}

/** Reports as it is torn down. */
function reporting<T>(source: Observable<T>, call: ToolCall): Observable<T> {
  return source.pipe(
    finalize(() => {
      call.progress('torn down');
    }),
  );
}

function fetching<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as `fetch` does
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
    promise.then((value) => {
      signal.removeEventListener('abort', stop);
      resolve(value);
    }, reject);
  });
}

async function* generate(stage: Stage, each: number, count: number, call: ToolCall): AsyncGenerator<number> {
  try {
    for (let index = 0; index < count; index++) yield await stage.later(each, index);
  } finally {
    call.progress('closed');
    for (let turn = 0; turn < 12; turn++) await Promise.resolve();
  }
}
