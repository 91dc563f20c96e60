import { expect } from 'chai';
import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  of,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import {
  Circuit,
  clockOf,
  constant,
  type PolicyOptions,
  RateLimiter,
  ResultCache,
  Semaphore,
  withPolicy,
} from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { counted, relays } from '../support/relay.js';
import { repeatedRowsOf } from '../support/repeatedRows.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

type Policy = MonoTypeOperatorFunction<string>;

/** Every part at once, on gates that can be looked into. */
function gates() {
  return {
    rateLimit: new RateLimiter({ limit: 100, perMs: 5 }),
    bulkhead: new Semaphore({ concurrency: 100 }),
    circuitBreaker: new Circuit({ window: { kind: 'consecutive', failures: 100 } }),
  };
}

const held = ({ rateLimit, bulkhead }: ReturnType<typeof gates>): number =>
  rateLimit.queued + rateLimit.timers + bulkhead.permits + bulkhead.queued + bulkhead.timers;

/** What it ends with, by the name of the error. */
const named = (source$: Observable<string>): Observable<string> =>
  source$.pipe(catchError((error: Error) => of(error.name)));

const broken = <T>(): Observable<T> => throwError(() => 'broken');

describe('withPolicy', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withPolicy.ts');
    const rowsOfEach = repeatedRowsOf('operators/withPolicy.ts');

    it('has a diagram', () => {
      expect(diagrams).to.have.length(1);
    });

    diagrams.forEach(({ options, title }, index) => {
      it(`does as the diagram shows (${title})`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const rows = rowsOfEach[index] ?? (() => []);
          const sources = rows('source').map((marbles) => cold(marbles));
          const [backoff, ms] = String(options['backoff']).split(' ');
          expect([rows('subs').length, backoff]).to.deep.equal([sources.length, 'constant']);
          const policy = withPolicy({
            timeout: Number(options['timeout']),
            retry: { maxAttempts: Number(options['retry']), backoff: constant(Number(ms)) },
          });
          expectObservable(successive(sources).pipe(policy)).toBe(rows('output')[0] ?? '');
          sources.forEach(({ subscriptions }, attempt) => {
            expectSubscriptions(subscriptions).toBe(rows('subs')[attempt] ?? '');
          });
        });
      });
    });
  });

  relays(() => {
    const all = gates();
    const { timeout, deadline } = { timeout: 1_000, deadline: 2_000 };
    return {
      operator: <T>() => withPolicy<T>({ ...all, timeout, deadline, retry: { maxAttempts: 1 } }),
      held: () => held(all),
    };
  });

  it('leaves the source as it is when nothing is asked for', () => {
    expect(withPolicy({})(EMPTY)).to.equal(EMPTY);
  });

  it('shares what it makes from options between all that it is applied to', () => {
    virtually(({ expectObservable }) => {
      const policy = withPolicy<string>({ rateLimit: { limit: 1, perMs: 3 } });
      expectObservable(of('a').pipe(policy)).toBe('(a|)');
      expectObservable(of('b').pipe(policy)).toBe('---(b|)');
      expectObservable(of('c').pipe(withPolicy<string>({ rateLimit: { limit: 1, perMs: 3 } }))).toBe('(c|)');
    });
  });

  it('shares a gate that is yours with other policies', () => {
    virtually(({ cold, expectObservable }) => {
      const [rateLimit, bulkhead] = [new RateLimiter({ limit: 1, perMs: 3 }), new Semaphore({ concurrency: 1 })];
      const cache = new ResultCache({});
      const circuitBreaker = new Circuit({ window: { kind: 'consecutive', failures: 1 } });
      for (const [options, first, second] of [
        [{ rateLimit }, '--(a|)', '-----(b|)'],
        [{ bulkhead }, '--(a|)', '----(b|)'],
        [{ cache, key: 'k' }, '--(a|)', '--(a|)'],
      ] as const) {
        expectObservable(cold('--(a|)').pipe(withPolicy<string>(options))).toBe(first);
        expectObservable(cold('--(b|)').pipe(withPolicy<string>({ ...options, timeout: 90 }))).toBe(second);
      }
      broken()
        .pipe(withPolicy({ circuitBreaker }))
        .subscribe({ error: () => undefined });
      expectObservable(named(of('x').pipe(withPolicy<string>({ circuitBreaker })))).toBe('(c|)', {
        c: 'CircuitRejected',
      });
    });
  });

  it('passes key, cost and feedback on to the rate limit, isFailure to the breaker, and key to the cache', () => {
    virtually(({ expectObservable }) => {
      const rateLimit = new RateLimiter({ limit: 2, perMs: 3 });
      const limited = (key: string) =>
        withPolicy<string>({ rateLimit, rateLimited: { key, cost: 2, feedback: () => 7 } });
      for (const [key, marbles] of [
        ['x', '(a|)'],
        ['x', '-------(a|)'],
        ['y', '(a|)'],
      ] as const)
        expectObservable(of('a').pipe(limited(key))).toBe(marbles);
      const lenient = withPolicy<string>({
        circuitBreaker: { window: { kind: 'consecutive', failures: 1 } },
        isFailure: () => false,
      });
      broken<string>()
        .pipe(lenient)
        .subscribe({ error: () => undefined });
      expectObservable(of('b').pipe(lenient)).toBe('(b|)');
      let user = 'u';
      const cached = withPolicy<string>({ cache: {}, key: () => user });
      const seen: string[] = [];
      for (const [asked, value] of [
        ['u', '1'],
        ['u', '2'],
        ['v', '3'],
      ] as const) {
        user = asked;
        of(value)
          .pipe(cached)
          .subscribe((result) => seen.push(result));
      }
      expect(seen).to.deep.equal(['1', '1', '3']);
    });
  });

  it('counts the time of every part by the scheduler that it is given', () => {
    virtually(({ cold, scheduler, expectObservable }) => {
      const policy = withPolicy<string>({ deadline: 3, retry: { backoff: constant(9) }, scheduler });
      expectObservable(named(cold('-#').pipe(policy))).toBe('---(t|)', { t: 'TimeoutExceeded' });
    });
  });

  it('holds nothing and has nothing scheduled, whichever frame it is cancelled at', () => {
    for (let frame = 0; frame <= 22; frame++) {
      virtually(({ cold, scheduler, scheduled }) => {
        const rateLimit = new RateLimiter({ limit: 2, perMs: 6 });
        const bulkhead = new Semaphore({ concurrency: 1, maxWaitMs: 30 });
        const circuitBreaker = new Circuit({ window: { kind: 'consecutive', failures: 50 } });
        const source = counted(successive<string>([cold('--#'), cold('----------'), cold('--a-#'), cold('-----(b|)')]));
        const policy = withPolicy<string>({
          rateLimit,
          bulkhead,
          circuitBreaker,
          timeout: 4,
          hedge: { delayMs: 3 },
          retry: { maxAttempts: 4, backoff: constant(2) },
          cache: {},
          deadline: 20,
          fallback: () => cold('-----(f|)'),
        });
        const calls = [1, 2].map(() => source.counted$.pipe(policy, named).subscribe());
        scheduler.schedule(() => {
          for (const call of calls) call.unsubscribe();
          expect({
            frame,
            held: held({ rateLimit, bulkhead, circuitBreaker }),
            scheduled: scheduled(),
            running: source.starts - source.ends,
          }).to.deep.equal({ frame, held: 0, scheduled: 0, running: 0 });
        }, frame);
      });
    }
  });

  describe('goes by the time of its scheduler, in', () => {
    const start$ = defer(() => of('start'));
    const failing$ = throwError(() => 'broken');
    const parts: Readonly<
      Record<string, [PolicyOptions<string>, (policy: Policy) => readonly Observable<string>[], string[]]>
    > = {
      timeout: [{ timeout: 5 }, (policy) => [NEVER.pipe(policy)], ['5 TimeoutExceeded']],
      deadline: [{ deadline: 6 }, (policy) => [NEVER.pipe(policy)], ['6 TimeoutExceeded']],
      rateLimit: [
        { rateLimit: { limit: 1, perMs: 7 } },
        (policy) => [start$.pipe(policy), start$.pipe(policy)],
        ['0 start', '7 start'],
      ],
      bulkhead: [
        { bulkhead: { concurrency: 1, maxWaitMs: 8 } },
        (policy) => [NEVER.pipe(policy), start$.pipe(policy)],
        ['8 BulkheadRejected'],
      ],
      circuitBreaker: [
        {
          circuitBreaker: { window: { kind: 'consecutive', failures: 1 }, openMs: 5 },
          retry: { backoff: constant(9) },
        },
        (policy) => [successive([failing$, start$]).pipe(policy)],
        ['9 start'],
      ],
      hedge: [{ hedge: { delayMs: 9 } }, (policy) => [successive([NEVER, start$]).pipe(policy)], ['9 start']],
      retry: [
        { retry: { backoff: constant(10) } },
        (policy) => [successive([failing$, start$]).pipe(policy)],
        ['10 start'],
      ],
    };
    for (const [part, [options, calls, expected]] of Object.entries(parts)) {
      it(part, () => {
        const scheduler = new VirtualTimeScheduler();
        const log: string[] = [];
        const note = (what: string): void => void log.push(`${String(scheduler.now())} ${what}`);
        for (const call$ of calls(withPolicy<string>({ ...options, scheduler }))) {
          call$.subscribe({ next: note, error: (error: Error) => note(error.name) });
        }
        scheduler.flush();
        expect(log).to.deep.equal(expected);
      });
    }

    it('cache', () => {
      const scheduler = new VirtualTimeScheduler();
      const policy = withPolicy<number>({ cache: { ttlMs: 5 }, scheduler });
      let fetched = 0;
      const seen: number[] = [];
      for (const at of [0, 4, 5]) {
        scheduler.schedule(() => {
          defer(() => of(++fetched))
            .pipe(policy)
            .subscribe((value) => seen.push(value));
        }, at);
      }
      scheduler.flush();
      expect(seen).to.deep.equal([1, 1, 2]);
    });
  });

  it('goes by isFailure, for the circuit', () => {
    const circuitBreaker = new Circuit({ window: { kind: 'consecutive', failures: 1 } });
    const policy = withPolicy<string>({ circuitBreaker, isFailure: (error) => error === 'grave' });
    const states = ['harmless', 'grave'].map((error) => {
      throwError(() => error)
        .pipe(policy, named)
        .subscribe();
      return circuitBreaker.current(clockOf());
    });
    expect(states).to.deep.equal(['closed', 'open']);
  });

  for (const [options, message] of [
    [undefined, 'policy: expected an object, got undefined'],
    [{ timeout: 0 }, 'totalMs: expected milliseconds above 0, got 0'],
    [{ deadline: -1 }, 'totalMs: expected milliseconds above 0, got -1'],
    [{ rateLimit: { limit: 0, perMs: 1 } }, 'limit: expected a whole number of at least 1, got 0'],
    [{ rateLimit: { limit: 1, perMs: 1 }, rateLimited: { cost: 2 } }, 'cost: expected at most 1, got 2'],
    [{ rateLimit: { limit: 1, perMs: 1 }, rateLimited: 5 }, 'rateLimited: expected an object, got 5'],
    [{ bulkhead: 0 }, 'concurrency: expected a whole number of at least 1 or Infinity, got 0'],
    [{ circuitBreaker: { probes: 0 } }, 'probes: expected a whole number of at least 1, got 0'],
    [{ circuitBreaker: {}, isFailure: 5 }, 'isFailure: expected a function, got 5'],
    [{ hedge: 100 }, 'hedge: expected an object, got 100'],
    [{ hedge: { delayMs: -1 } }, 'delayMs: expected milliseconds, 0 or more, got -1'],
    [{ retry: 3 }, 'retry: expected an object, got 3'],
    [{ retry: null }, 'retry: expected an object, got null'],
    [{ retry: { maxAttempts: 0 } }, 'maxAttempts: expected a whole number of at least 1 or Infinity, got 0'],
    [{ retries: 3 }, 'policy: expected no options but timeout, rateLimit,'],
    [{ retry: { attempts: 3 } }, 'retry: expected no options but maxAttempts,'],
    [{ timeout: { total: 3 } }, 'timeout: expected no options but totalMs, firstMs, eachMs, got "total"'],
    [{ rateLimited: { cost: 2 } }, 'rateLimited: expected rateLimit beside it, got none'],
    [{ isFailure: () => true }, 'isFailure: expected circuitBreaker beside it, got none'],
    [{ key: 'k' }, 'key: expected cache beside it, got none'],
    [{ retry: { scheduler: asyncScheduler } }, 'retry.scheduler: expected the scheduler of the policy, for all parts'],
    [{ hedge: { delayMs: 1, scheduler: asyncScheduler } }, 'hedge.scheduler: expected the scheduler of the policy'],
    [
      { rateLimit: { limit: 1, perMs: 1 }, rateLimited: { scheduler: asyncScheduler } },
      'rateLimited.scheduler: expected the scheduler of the policy',
    ],
    [{ cache: { ttlMs: 0 } }, 'ttlMs: expected milliseconds above 0, got 0'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withPolicy(options as unknown as PolicyOptions<string>)).to.throw(message);
    });
  }
});
