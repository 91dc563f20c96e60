import { expect } from 'chai';
import { catchError, concat, EMPTY, mergeMap, NEVER, Observable, of, tap } from 'rxjs';
import { type RateLimitOptions, RateLimiter, RateLimitRejected, withRateLimit } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { counted, relays } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

/** What a subscriber is told of a refusal, short enough for a diagram. */
const told = (error: unknown): Observable<string> => {
  if (!(error instanceof RateLimitRejected)) throw error;
  return of(`${error.reason}, retry after ${String(error.retryAfterMs)}`);
};

const held = (limiter: RateLimiter): number => limiter.queued + limiter.timers;

describe('withRateLimit', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withRateLimit.ts');

    it('has three diagrams', () => {
      expect(diagrams).to.have.length(3);
    });

    for (const { options, rows, title } of diagrams) {
      it(`does as the diagram shows (${title})`, () => {
        virtually(({ hot, expectObservable }) => {
          const limited = withRateLimit<string>(options as unknown as RateLimitOptions);
          const output$ = hot(rows['calls'] ?? '').pipe(
            mergeMap((call) =>
              of(call).pipe(
                limited,
                catchError((error) => told(error).pipe(mergeMap(() => of('X')))),
              ),
            ),
          );
          expectObservable(output$).toBe(rows['output'] ?? '');
        });
      });
    }
  });

  relays(() => {
    const limiter = new RateLimiter({ limit: 100, perMs: 5 });
    return { operator: () => withRateLimit(limiter), held: () => held(limiter) };
  });

  it('makes one limiter from options, for all that it is applied to', () => {
    virtually(({ expectObservable }) => {
      const limited = withRateLimit<string>({ limit: 1, perMs: 3 });
      expectObservable(of('a').pipe(limited)).toBe('(a|)');
      expectObservable(of('b').pipe(limited)).toBe('---(b|)');
    });
  });

  it('shares a limiter between operators', () => {
    virtually(({ expectObservable }) => {
      const limiter = new RateLimiter({ limit: 1, perMs: 3 });
      expectObservable(of('a').pipe(withRateLimit(limiter))).toBe('(a|)');
      expectObservable(of(1).pipe(withRateLimit(limiter, { cost: 1 }))).toBe('---(b|)', { b: 1 });
    });
  });

  it('counts starts: it does not wait for what runs to end', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('--------a|');
      const limited$ = source$.pipe(withRateLimit({ limit: 1, perMs: 3 }));
      expectObservable(limited$).toBe('--------a|');
      expectObservable(limited$).toBe('-----------a|');
      expectSubscriptions(source$.subscriptions).toBe(['^--------!', '---^--------!']);
    });
  });

  for (const [name, options] of [
    ['key', (fail: () => never) => ({ key: fail })],
    ['cost', (fail: () => never) => ({ cost: fail })],
  ] as const) {
    it(`ends with what ${name} throws, uses nothing up, and does not subscribe to the source`, () => {
      virtually(({ expectObservable }) => {
        const limiter = new RateLimiter({ limit: 1, perMs: 5 });
        const source = counted(of('a'));
        const fail = (): never => {
          throw new Error(`no ${name}`);
        };
        const limited$ = source.counted$.pipe(withRateLimit(limiter, options(fail)));
        expectObservable(limited$).toBe('#', {}, new Error(`no ${name}`));
        expectObservable(of('b').pipe(withRateLimit(limiter))).toBe('(b|)');
        expect([source.starts, held(limiter)]).to.deep.equal([0, 0]);
      });
    });
  }

  it('is not held back by what the source says, unless asked to listen', () => {
    virtually(({ expectObservable }) => {
      const limiter = new RateLimiter({ limit: 100, perMs: 1 });
      of({ retryAfterMs: 5 }).pipe(withRateLimit(limiter)).subscribe();
      expectObservable(of('b').pipe(withRateLimit(limiter))).toBe('(b|)');
    });
  });

  it('tells why it refuses, and in how many ms to come again', () => {
    virtually(({ expectObservable }) => {
      for (const [options, second, third] of [
        [{ overflow: 'reject' }, '(b|)', 'limit, retry after 5'],
        [{ maxQueue: 0 }, '(b|)', 'queueFull, retry after 5'],
        [{ maxWaitMs: 4 }, '(b|)', 'maxWait, retry after 5'],
      ] as const) {
        const limited = withRateLimit<string>({ limit: 1, perMs: 5, ...options });
        expectObservable(of('a').pipe(limited)).toBe('(a|)');
        expectObservable(of('-').pipe(limited, catchError(told))).toBe(second, { b: third });
      }
    });
  });

  it('does not subscribe to the source of one that it refuses', () => {
    const source = counted(NEVER);
    const limited$ = source.counted$.pipe(withRateLimit({ limit: 1, perMs: 5, overflow: 'reject' }));
    const first = limited$.subscribe();
    limited$.pipe(catchError(() => EMPTY)).subscribe();
    first.unsubscribe();
    expect([source.starts, source.ends]).to.deep.equal([1, 1]);
  });

  it('has a limit for each key, which is asked for at each subscription', () => {
    virtually(({ expectObservable }) => {
      const limiter = new RateLimiter({ limit: 1, perMs: 3 });
      let user = 'x';
      const limited = withRateLimit<string>(limiter, { key: () => user });
      const call = (value: string): Observable<string> =>
        new Observable((subscriber) => {
          user = value[0] ?? '';
          return of(value).pipe(limited).subscribe(subscriber);
        });
      expectObservable(call('x1')).toBe('(v|)', { v: 'x1' });
      expectObservable(call('y1')).toBe('(v|)', { v: 'y1' });
      expectObservable(call('x2')).toBe('---(v|)', { v: 'x2' });
      expectObservable(of('x3').pipe(withRateLimit(limiter, { key: 'x' }))).toBe('------(v|)', { v: 'x3' });
      expectObservable(of('none').pipe(withRateLimit(limiter))).toBe('(v|)', { v: 'none' });
    });
  });

  it('uses up the cost, which is asked for at each subscription', () => {
    virtually(({ expectObservable }) => {
      const costs = [2, 1, 3];
      const limited = withRateLimit<string>({ limit: 3, perMs: 4 }, { cost: () => costs.shift() ?? 0 });
      expectObservable(of('a').pipe(limited)).toBe('(a|)');
      expectObservable(of('b').pipe(limited)).toBe('(b|)');
      expectObservable(of('c').pipe(limited)).toBe('----(c|)');
    });
  });

  for (const [name, options, message] of [
    [
      'key',
      {
        key: () => {
          throw new Error('no user');
        },
      },
      'no user',
    ],
    [
      'cost',
      {
        cost: () => {
          throw new Error('no size');
        },
      },
      'no size',
    ],
    ['cost', { cost: () => 4 }, 'cost: expected at most 3, got 4'],
    ['cost', { cost: () => Number.NaN }, 'cost: expected a whole number of at least 1, got NaN'],
  ] as const) {
    it(`passes on what comes of a faulty ${name} function (${message}), and uses nothing up`, () => {
      const limiter = new RateLimiter({ limit: 3, perMs: 4, overflow: 'reject' });
      const source = counted(of('a'));
      const errors: string[] = [];
      source.counted$
        .pipe(withRateLimit(limiter, options))
        .subscribe({ error: (error: Error) => errors.push(error.message) });
      expect(errors).to.deep.equal([message]);
      expect([source.starts, held(limiter), limiter.keys]).to.deep.equal([0, 0, 0]);
    });
  }

  it('leaves the queue at once, at every frame, and those behind move up', () => {
    for (let frame = 0; frame <= 12; frame++) {
      virtually(({ cold, scheduler, scheduled, flush }) => {
        const limiter = new RateLimiter({ limit: 1, perMs: 5 });
        const starts: [string, number][] = [];
        const call = (name: string): Observable<unknown> =>
          concat(of(name), cold('--|')).pipe(
            tap((value) => value === name && starts.push([name, scheduler.frame])),
            withRateLimit(limiter),
          );
        call('a').subscribe();
        const source = counted(call('b'));
        const b = source.counted$.subscribe();
        const c = call('c').subscribe();
        scheduler.schedule(() => {
          b.unsubscribe();
          expect(source.ends).to.equal(1);
        }, frame);
        flush();
        const bStarted = frame >= 5;
        expect(starts, `b leaves at ${String(frame)}`).to.deep.equal(
          bStarted
            ? [
                ['a', 0],
                ['b', 5],
                ['c', 10],
              ]
            : [
                ['a', 0],
                ['c', 5],
              ],
        );
        expect([held(limiter), scheduled(), c.closed]).to.deep.equal([0, 0, true]);
      });
    }
  });

  it('holds nothing when all leave, at whatever frame', () => {
    for (let frame = 0; frame <= 12; frame++) {
      virtually(({ cold, scheduler, scheduled }) => {
        const limiter = new RateLimiter({ limit: 1, perMs: 5, maxWaitMs: 8 });
        const source = counted(cold('--a----|'));
        const all = [1, 2, 3].map(() =>
          source.counted$
            .pipe(
              withRateLimit(limiter),
              catchError(() => EMPTY),
            )
            .subscribe(),
        );
        scheduler.schedule(() => {
          for (const one of all) one.unsubscribe();
          expect({
            frame,
            held: held(limiter),
            scheduled: scheduled(),
            running: source.starts - source.ends,
          }).to.deep.equal({ frame, held: 0, scheduled: 0, running: 0 });
        }, frame);
      });
    }
  });

  it('starts no source that its subscriber has left, within the frame in which it is due', () => {
    virtually(({ flush }) => {
      const limited = withRateLimit<string>({ limit: 2, perMs: 5 });
      const seen: string[] = [];
      const all = [...'abcd'].map((name) =>
        of(name)
          .pipe(limited)
          .subscribe((value) => {
            seen.push(value);
            if (value === 'c') all[3]?.unsubscribe();
          }),
      );
      flush();
      expect(seen).to.deep.equal(['a', 'b', 'c']);
    });
  });

  it('counts time by the scheduler that it is given', () => {
    virtually(({ scheduler, flush }) => {
      const limited = withRateLimit<string>({ limit: 1, perMs: 5 }, { scheduler });
      const frames: number[] = [];
      for (const name of 'ab')
        of(name)
          .pipe(limited)
          .subscribe(() => frames.push(scheduler.frame));
      flush();
      expect(frames).to.deep.equal([0, 5]);
    });
  });

  for (const [limit, options, error, message] of [
    [undefined, {}, TypeError, 'rate limit: expected an object, got undefined'],
    [5, {}, TypeError, 'rate limit: expected an object, got 5'],
    [{ limit: 0, perMs: 1 }, {}, RangeError, 'limit: expected a whole number of at least 1, got 0'],
    [{ limit: 1, perMs: 1, overflow: 'drop' }, {}, TypeError, `overflow: expected 'wait' or 'reject', got "drop"`],
    [
      { limit: 1, perMs: 1, algorithm: 'leaky' },
      {},
      TypeError,
      `algorithm: expected 'slidingWindow' or 'tokenBucket', got "leaky"`,
    ],
    [
      { limit: 1, perMs: 1, burst: 2 },
      {},
      TypeError,
      `burst: expected algorithm 'tokenBucket' beside it, got 'slidingWindow'`,
    ],
    [{ limit: 1, perMs: 1, maxQueue: 1.5 }, {}, RangeError, 'maxQueue: expected a whole number of at least 0, got 1.5'],
    [{ limit: 1, perMs: 1, maxWaitMs: -1 }, {}, RangeError, 'maxWaitMs: expected milliseconds, 0 or more, got -1'],
    [{ limit: 1, perMs: 1, maxKeys: 0 }, {}, RangeError, 'maxKeys: expected a whole number of at least 1, got 0'],
    [{ limit: 1, perMs: 1 }, { cost: 2 }, RangeError, 'cost: expected at most 1, got 2'],
    [{ limit: 1, perMs: 1 }, { cost: '1' }, TypeError, 'cost: expected a whole number of at least 1, got "1"'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withRateLimit(limit as never, options as never)).to.throw(error, message);
    });
  }
});
