import { expect } from 'chai';
import { catchError, concat, NEVER, Observable, of, throwError } from 'rxjs';
import { Deadlines, TimeoutExceeded, type TimeoutLimits, withTimeout } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { counted, relays } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

/** What a subscriber is told of a timeout, short enough for a diagram. */
const told = (error: unknown): Observable<string> => {
  if (!(error instanceof TimeoutExceeded)) throw error;
  return of(`${error.limit} ${String(error.ms)} after ${String(error.values)}`);
};

describe('withTimeout', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withTimeout.ts');

    it('has three diagrams', () => {
      expect(diagrams).to.have.length(3);
    });

    diagrams.forEach(({ options, rows, title }, index) => {
      it(`does as diagram ${String(index + 1)} shows (${title})`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const source$ = cold(rows['source'] ?? '');
          const output$ = source$.pipe(
            withTimeout(options as TimeoutLimits),
            catchError((error: unknown) => throwError(() => (error instanceof TimeoutExceeded ? 'error' : error))),
          );
          expectObservable(output$).toBe(rows['output'] ?? '');
          expectSubscriptions(source$.subscriptions).toBe(rows['subs'] ?? '');
        });
      });
    });
  });

  relays(() => {
    const deadlines = new Deadlines();
    return {
      operator: () => withTimeout({ totalMs: 100, firstMs: 60, eachMs: 50 }, { deadlines }),
      held: () => deadlines.pending + deadlines.timers,
    };
  });

  it('takes a number for totalMs', () => {
    virtually(({ cold, expectObservable }) => {
      const output$ = cold('--a--b--').pipe(withTimeout(4), catchError(told));
      expectObservable(output$).toBe('--a-(t|)', { a: 'a', t: 'total 4 after 1' });
    });
  });

  it("errors without a stack, which would show a timer and nobody's own code", () => {
    virtually(({ flush }) => {
      let seen: unknown;
      NEVER.pipe(withTimeout(4)).subscribe({ error: (error: unknown) => (seen = error) });
      flush();
      expect((seen as Error).stack).to.match(/^\w+: did not complete within 4 ms \(0 values so far\)$/);
    });
  });

  it('lets everything pass when no limit is given', () => {
    virtually(({ cold, expectObservable, scheduled }) => {
      const source$ = cold('--a 1h b|');
      expectObservable(source$.pipe(withTimeout({}))).toBe('--a 1h b|');
      expect(scheduled()).to.equal(1);
    });
  });

  for (const [name, limits, source, output, error] of [
    [
      'counts totalMs from the subscription to the end, whatever comes',
      { totalMs: 5 },
      '-a-a--a-a',
      '-a-a-(t|)',
      'total 5 after 2',
    ],
    ['counts firstMs to the first value only', { firstMs: 3 }, '--a-----------a|', '--a-----------a|', ''],
    ['ends for firstMs when nothing has come by then', { firstMs: 3 }, '----a|', '---(t|)', 'first 3 after 0'],
    ['lets an end that comes before any value meet firstMs', { firstMs: 3 }, '--|', '--|', ''],
    ['counts eachMs anew from each value', { eachMs: 3 }, '--a--a--a----a', '--a--a--a--(t|)', 'each 3 after 3'],
    [
      'counts eachMs from the subscription where firstMs is left out',
      { eachMs: 3 },
      '----a',
      '---(t|)',
      'each 3 after 0',
    ],
    [
      'gives the first value firstMs, though eachMs is shorter',
      { firstMs: 5, eachMs: 2 },
      '----a----',
      '----a-(t|)',
      'each 2 after 1',
    ],
    ['gives the end eachMs too', { eachMs: 3 }, '-a----|', '-a--(t|)', 'each 3 after 1'],
    [
      'takes totalMs before eachMs when both are due',
      { totalMs: 5, eachMs: 3 },
      '--a-----',
      '--a--(t|)',
      'total 5 after 1',
    ],
  ] as const) {
    it(name, () => {
      virtually(({ cold, expectObservable }) => {
        const output$ = cold(source).pipe(withTimeout(limits as TimeoutLimits), catchError(told));
        expectObservable(output$).toBe(output, { a: 'a', t: error });
      });
    });
  }

  it('never ends a source that completes synchronously', () => {
    virtually(({ expectObservable, scheduled }) => {
      expectObservable(of(1, 2).pipe(withTimeout({ totalMs: 1, firstMs: 1, eachMs: 1 }))).toBe('(ab|)', { a: 1, b: 2 });
      expect(scheduled()).to.equal(1);
    });
  });

  it('has torn the source down, once, before it tells of the timeout', () => {
    virtually(({ flush }) => {
      const log: string[] = [];
      new Observable(() => () => log.push('torn down'))
        .pipe(withTimeout(3))
        .subscribe({ error: () => log.push('told') });
      flush();
      expect(log).to.deep.equal(['torn down', 'told']);
    });
  });

  it('tells of the timeout on time when the source throws as it is torn down', () => {
    virtually(({ flush, scheduler }) => {
      const seen: unknown[] = [];
      const careless$ = new Observable(() => () => {
        throw new Error('teardown');
      });
      careless$.pipe(withTimeout(3)).subscribe({ error: (error: Error) => seen.push(error.name, scheduler.frame) });
      expect(flush).to.throw('teardown');
      flush();
      expect(seen).to.deep.equal(['TimeoutExceeded', 3]);
    });
  });

  it('holds no deadline any more when it tells of the timeout', () => {
    virtually(({ flush }) => {
      const deadlines = new Deadlines();
      let held = -1;
      NEVER.pipe(withTimeout({ totalMs: 3, firstMs: 3, eachMs: 9 }, { deadlines })).subscribe({
        error: () => (held = deadlines.pending),
      });
      flush();
      expect({ held, pending: deadlines.pending, timers: deadlines.timers }).to.deep.equal({
        held: 0,
        pending: 0,
        timers: 0,
      });
    });
  });

  it('can be subscribed to again from its error handler', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-----a|');
      const limited$ = source$.pipe(withTimeout(3));
      const twice$ = limited$.pipe(
        catchError(() => limited$),
        catchError(told),
      );
      expectObservable(twice$).toBe('------(t|)', { t: 'total 3 after 0' });
      expectSubscriptions(source$.subscriptions).toBe(['^--!', '---^--!']);
    });
  });

  it('counts for each subscriber from its own subscription', () => {
    virtually(({ cold, expectObservable }) => {
      const limited$ = cold('----a|').pipe(withTimeout(3), catchError(told));
      expectObservable(limited$, '^').toBe('---(t|)', { t: 'total 3 after 0' });
      expectObservable(limited$, '-^').toBe('----(t|)', { t: 'total 3 after 0' });
    });
  });

  it('waits out delays longer than 31 bits can count', () => {
    virtually(({ expectObservable }) => {
      expectObservable(NEVER.pipe(withTimeout(40 * 24 * 3_600_000), catchError(told))).toBe('57600m (t|)', {
        t: 'total 3456000000 after 0',
      });
    });
  });

  it('sets a timer once for each eachMs that passes, not once for each value', () => {
    virtually(({ scheduler, flush }) => {
      const counting = new FaultyScheduler(scheduler);
      const source = counted(concat(of(...Array.from({ length: 1_000 }, (_, index) => index)), NEVER));
      const subscription = source.counted$.pipe(withTimeout({ eachMs: 5 }, { scheduler: counting })).subscribe();
      expect(counting.delays).to.deep.equal([5]);
      subscription.unsubscribe();
      flush();
    });
  });

  for (const [limits, error, message] of [
    [0, RangeError, 'totalMs: expected milliseconds above 0, got 0'],
    [Number.NaN, RangeError, 'totalMs: expected milliseconds above 0, got NaN'],
    [{ firstMs: -1 }, RangeError, 'firstMs: expected milliseconds above 0, got -1'],
    [{ eachMs: '5' }, TypeError, 'eachMs: expected milliseconds above 0, got "5"'],
    ['5s', TypeError, 'timeout: expected an object, got "5s"'],
    [null, TypeError, 'timeout: expected an object, got null'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withTimeout(limits as never)).to.throw(error, message);
    });
  }
});
