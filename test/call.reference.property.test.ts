import { expect } from 'chai';
import * as fc from 'fast-check';
import { concat, defer, interval, NEVER, type Observable, Subscription, take, throwError } from 'rxjs';
import {
  Deadlines,
  isRejection,
  RateLimiter,
  type RateLimitOptions,
  Semaphore,
  type SemaphoreOptions,
  withBulkhead,
  withRateLimit,
  withTimeout,
} from '../operators/index.js';
import { Stage, toolOf } from './support/stage.js';

/** What a call does. */
interface Behaviour {
  readonly kind: 'values' | 'fails' | 'hangs';
  readonly ms: number;
  readonly count: number;
}

interface Plan {
  readonly slots: SemaphoreOptions | undefined;
  readonly rate: RateLimitOptions | undefined;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly calls: readonly {
    readonly at: number;
    readonly behaviour: Behaviour;
    readonly leavesAfterMs: number | undefined;
  }[];
}

const orNone = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const plans: fc.Arbitrary<Plan> = fc.record({
  slots: orNone(fc.record({ concurrency: fc.integer({ min: 1, max: 3 }), maxQueue: fc.constantFrom(0, 1, 10_000) })),
  rate: orNone(
    fc.record({
      limit: fc.integer({ min: 1, max: 3 }),
      perMs: fc.integer({ min: 1, max: 15 }),
      overflow: fc.constantFrom('wait', 'reject'),
    }),
  ),
  timeoutMs: fc.constantFrom(1, 5, 10, Infinity),
  deadlineMs: fc.constantFrom(1, 7, 20, Infinity),
  calls: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 25 }),
      behaviour: fc.record({
        kind: fc.constantFrom('values', 'fails', 'hangs'),
        ms: fc.integer({ min: 0, max: 8 }),
        count: fc.integer({ min: 0, max: 3 }),
      }),
      leavesAfterMs: orNone(fc.integer({ min: 0, max: 12 })),
    }),
    { minLength: 1, maxLength: 10 },
  ),
});

function sourceOf(stage: Stage, { kind, ms, count }: Behaviour): Observable<number> {
  const values$ = interval(ms, stage.scheduler).pipe(take(count));
  if (kind === 'hangs') return concat(values$, NEVER);
  return kind === 'values'
    ? values$
    : concat(
        values$,
        throwError(() => new Error('failed')),
      );
}

/** The same limits as operators, from the inside out: timeout, rate limit, slot, deadline. One list of deadlines, as ours. */
function composed(
  stage: Stage,
  { slots, rate, timeoutMs, deadlineMs }: Plan,
): (behaviour: Behaviour) => Observable<number> {
  const { scheduler } = stage;
  const options = { scheduler, deadlines: new Deadlines() };
  const semaphore = new Semaphore(slots ?? { concurrency: Infinity });
  const limiter = rate && new RateLimiter(rate);
  return (behaviour) => {
    const attempt$ = defer(() => sourceOf(stage, behaviour)).pipe(withTimeout(timeoutMs, options));
    const limited$ = limiter ? attempt$.pipe(withRateLimit(limiter, { scheduler })) : attempt$;
    return limited$.pipe(withBulkhead(semaphore, { scheduler }), withTimeout(deadlineMs, options));
  };
}

/** An error by what it means, whoever's it is. */
function meaning(error: unknown): string {
  if (isRejection(error)) return 'refused';
  const { name } = error as Error;
  return name === 'ToolTimeout' || name === 'TimeoutExceeded' ? 'timed out' : 'failed';
}

/** What the callers are told: for each, in order, and when. */
function play(stage: Stage, plan: Plan, call: (behaviour: Behaviour) => Observable<unknown>): readonly string[][] {
  const told = plan.calls.map((): string[] => []);
  plan.calls.forEach(({ at, behaviour, leavesAfterMs }, index) => {
    const say = (what: string): void => {
      told[index]?.push(`${String(stage.now)} ${what}`);
    };
    const caller = new Subscription();
    stage.at(at, () => {
      caller.add(
        call(behaviour).subscribe({
          next: (value) => {
            say(String(value));
          },
          error: (error: unknown) => {
            say(meaning(error));
          },
          complete: () => {
            say('end');
          },
        }),
      );
    });
    if (leavesAfterMs !== undefined) {
      stage.at(at + leavesAfterMs, () => {
        caller.unsubscribe();
      });
    }
  });
  stage.flush(200);
  return told;
}

describe('a call with limits', () => {
  it('tells its caller what the same limits tell as operators, at the same times', () => {
    const property = fc.property(plans, (plan) => {
      const { slots, rate, timeoutMs, deadlineMs } = plan;
      const limits = {
        ...(slots ? { concurrency: new Semaphore(slots) } : {}),
        ...(rate ? { rateLimit: rate } : {}),
        timeoutMs,
        deadlineMs,
      };
      const ours: Stage = new Stage([toolOf((behaviour) => sourceOf(ours, behaviour), limits)]);
      const reference = new Stage([]);
      expect(play(ours, plan, (behaviour) => ours.orchestrator.execute('t', behaviour))).to.deep.equal(
        play(reference, plan, composed(reference, plan)),
      );
    });
    fc.assert(property, { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) });
  });
});
