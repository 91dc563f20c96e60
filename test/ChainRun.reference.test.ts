import { expect } from 'chai';
import fc from 'fast-check';
import {
  concatMap,
  defer,
  finalize,
  from,
  map,
  type Observable,
  of,
  queueScheduler,
  scan,
  subscribeOn,
  takeLast,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { createOrchestrator, type FlowData, isChainFailed, type Orchestrator } from '../src/index.js';
import { VirtualScheduler } from '../src/testing/index.js';
import { toolOf } from './support/stage.js';

/** What a step's tool does: nothing for a time, then so many values, or a failure in place of the last. */
interface Act {
  readonly delayMs: number;
  readonly values: number;
  readonly fails: boolean;
  readonly shape: 'observable' | 'array' | 'iterable';
}

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    delayMs: fc.constantFrom(0, 0, 1, 5),
    values: fc.integer({ min: 1, max: 3 }),
    fails: fc
      .boolean()
      .chain((once) => (once ? fc.boolean().chain((twice) => fc.constant(twice)) : fc.constant(false))),
    shape: fc.constantFrom('observable', 'observable', 'array', 'iterable'),
  }),
  { minLength: 1, maxLength: 12 },
);

const names = (all: readonly Act[]): readonly string[] => all.map((_, index) => `s${index}`);

/** All that happens, with its time. */
class Scene {
  readonly scheduler = new VirtualScheduler();
  readonly told: unknown[] = [];
  /** When each tool was torn down. A source that ends at once is torn down after its end, so that this stands apart. */
  readonly over: unknown[] = [];
  readonly orchestrator: Orchestrator;

  constructor(all: readonly Act[]) {
    const tools = all.map((act, index) => toolOf((args) => this.play(`s${index}`, act, args), { name: `s${index}` }));
    this.orchestrator = createOrchestrator({ tools, scheduler: this.scheduler });
  }

  note(...what: readonly unknown[]): void {
    this.told.push([this.scheduler.now(), ...what]);
  }

  /** Subscribes, and leaves at the time, if there is one. */
  watch(source$: Observable<unknown>, leaveAtMs: number | undefined): void {
    const subscription = source$.subscribe({
      next: (context) => {
        this.note('next', context);
      },
      error: (error: unknown) => {
        this.note('error', isChainFailed(error) ? (error.cause as Error).message : (error as Error).message);
      },
      complete: () => {
        this.note('complete');
      },
    });
    if (leaveAtMs !== undefined) {
      this.scheduler.schedule(() => {
        subscription.unsubscribe();
        this.note('left');
      }, leaveAtMs);
    }
    this.scheduler.flush();
  }

  private play(name: string, { delayMs, values, fails, shape }: Act, args: unknown): unknown {
    const given = Array.from({ length: values }, (_, index) => [name, index, args]);
    this.note('run', name, args);
    if (shape === 'array' && !fails) return given;
    if (shape === 'iterable' && !fails) return new Set(given);
    const last$ = fails ? throwError(() => new Error(`${name} broken`)) : of(given.at(-1));
    const values$ = from(given.slice(0, -1)).pipe(
      concatMap((value) => (delayMs === 0 ? of(value) : timer(delayMs, this.scheduler).pipe(map(() => value)))),
    );
    const end$ = delayMs === 0 ? last$ : timer(delayMs, this.scheduler).pipe(concatMap(() => last$));
    return from([values$, end$]).pipe(
      concatMap((part$) => part$),
      finalize(() => {
        this.over.push([this.scheduler.now(), name]);
      }),
    );
  }
}

/** The chain as data: each step is called with the result of the one before it. */
function flowOf(all: readonly Act[]): FlowData {
  return {
    steps: names(all).map((tool, index) => ({
      tool,
      arguments: { before: index === 0 ? '$start' : `$s${index - 1}` },
    })),
  };
}

/** The same, composed by hand: `concatMap` over the calls, and a context that is copied. */
function composed(orchestrator: Orchestrator, all: readonly Act[]): Observable<unknown> {
  return defer(() => {
    let context: Readonly<Record<string, unknown>> = { start: 'begin' };
    return from(names(all)).pipe(
      concatMap((name, index) => {
        const before = context[index === 0 ? 'start' : `s${index - 1}`];
        return orchestrator.execute({ tool: name, arguments: { before } }).pipe(
          // Lets one step return before the next begins, so that a long one does not overflow the stack.
          subscribeOn(queueScheduler),
          takeLast(1),
          map((value) => ({ [name]: value })),
        );
      }),
      scan((gathered, step) => ({ ...gathered, ...step }), context),
      tap((gathered) => {
        context = gathered;
      }),
    );
  });
}

describe('a chain, against concatMap over its calls', () => {
  it('calls, tells, ends and is left alike, whatever its steps do', () => {
    const leaving = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });
    fc.assert(
      fc.property(acts, leaving, (all, leaveAtMs) => {
        const ours = new Scene(all);
        const theirs = new Scene(all);
        ours.watch(ours.orchestrator.run(flowOf(all), { start: 'begin' }), leaveAtMs);
        theirs.watch(composed(theirs.orchestrator, all), leaveAtMs);
        expect(ours.told).to.deep.equal(theirs.told);
        expect(ours.over).to.deep.equal(theirs.over);
      }),
      { numRuns: 1_000 },
    );
  });
});
