import { expect } from 'chai';
import { catchError, EMPTY, map, mergeMap, Observable, of, timer } from 'rxjs';
import { BulkheadRejected, Semaphore, type SemaphoreOptions, withBulkhead } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { counted, relays } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

/** What a subscriber is told of a refusal, short enough for a diagram. */
const told = (error: unknown): Observable<string> => {
  if (!(error instanceof BulkheadRejected)) throw error;
  return of(`${error.reason}, ${String(error.running)} running, ${String(error.queued)} waiting`);
};

const held = ({ permits, queued, timers }: Semaphore): number => permits + queued + timers;

describe('withBulkhead', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withBulkhead.ts');

    it('has two diagrams', () => {
      expect(diagrams).to.have.length(2);
    });

    for (const { options, rows, title } of diagrams) {
      it(`does as the diagram shows (${title})`, () => {
        virtually(({ cold, expectObservable }) => {
          const limited = withBulkhead<string>(options as unknown as SemaphoreOptions);
          const { output = '', ...sources } = rows;
          const output$ = of(...Object.values(sources)).pipe(
            mergeMap((marbles) =>
              cold(marbles).pipe(
                limited,
                catchError((error) => told(error).pipe(map(() => 'X'))),
              ),
            ),
          );
          expectObservable(output$).toBe(output);
        });
      });
    }
  });

  relays(() => {
    const semaphore = new Semaphore({ concurrency: 100, maxWaitMs: 5 });
    return { operator: () => withBulkhead(semaphore), held: () => held(semaphore) };
  });

  it('makes one semaphore from a number, for all that it is applied to', () => {
    virtually(({ cold, expectObservable }) => {
      const limited = withBulkhead<string>(1);
      expectObservable(cold('--a|').pipe(limited)).toBe('--a|');
      expectObservable(cold('-b|').pipe(limited)).toBe('----b|');
    });
  });

  it('shares a semaphore between operators', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const semaphore = new Semaphore({ concurrency: 1 });
      const a$ = cold('--a|');
      const b$ = cold('-b#');
      expectObservable(a$.pipe(withBulkhead(semaphore))).toBe('--a|');
      expectObservable(b$.pipe(withBulkhead(semaphore))).toBe('----b#');
      expectSubscriptions(a$.subscriptions).toBe('^--!');
      expectSubscriptions(b$.subscriptions).toBe('---^-!');
    });
  });

  it('lets in those who wait in the order in which they came, however they end', () => {
    virtually(({ cold, expectObservable }) => {
      const limited = withBulkhead<string>(1);
      expectObservable(cold('--a|').pipe(limited)).toBe('--a|');
      expectObservable(cold('-#').pipe(limited)).toBe('----#');
      expectObservable(cold('---').pipe(limited), '^----!').toBe('------');
      expectObservable(cold('c|').pipe(limited)).toBe('-----c|');
      expectObservable(of('d').pipe(limited)).toBe('------(d|)');
    });
  });

  it('lets no newcomer overtake those who wait, in the frame in which a slot becomes free', () => {
    virtually(({ cold, hot, expectObservable }) => {
      const limited = withBulkhead<string>(1);
      expectObservable(cold('---(a|)').pipe(limited)).toBe('---(a|)');
      expectObservable(cold('--(b|)').pipe(limited)).toBe('-----(b|)');
      expectObservable(hot('---c').pipe(mergeMap(() => cold('-(c|)').pipe(limited)))).toBe('------c');
    });
  });

  it('tells why it refuses, and what the matter is', () => {
    virtually(({ cold, expectObservable }) => {
      const full = withBulkhead<string>({ concurrency: 1, maxQueue: 1 });
      expectObservable(cold('--a|').pipe(full)).toBe('--a|');
      expectObservable(cold('--b|').pipe(full)).toBe('-----b|');
      expectObservable(cold('--c|').pipe(full, catchError(told))).toBe('(x|)', {
        x: 'queueFull, 1 running, 1 waiting',
      });
      const hasty = withBulkhead<string>({ concurrency: 1, maxWaitMs: 4 });
      expectObservable(cold('-----a|').pipe(hasty)).toBe('-----a|');
      expectObservable(cold('--b|').pipe(hasty, catchError(told))).toBe('----(x|)', {
        x: 'maxWait, 1 running, 0 waiting',
      });
    });
  });

  it('lets in whom a slot becomes free for in the very frame of maxWaitMs', () => {
    virtually(({ cold, expectObservable }) => {
      const limited = withBulkhead<string>({ concurrency: 1, maxWaitMs: 4 });
      expectObservable(
        timer(4).pipe(
          map(() => 'a'),
          limited,
        ),
      ).toBe('----(a|)');
      expectObservable(cold('-(b|)').pipe(limited)).toBe('-----(b|)');
    });
  });

  it('counts maxWaitMs by the scheduler that it is given', () => {
    virtually(({ scheduler, cold, expectObservable }) => {
      const limited = withBulkhead<string>({ concurrency: 1, maxWaitMs: 4 }, { scheduler });
      expectObservable(cold('----(a|)').pipe(limited)).toBe('----(a|)');
      expectObservable(cold('-(b|)').pipe(limited)).toBe('-----(b|)');
      expectObservable(
        cold('-(c|)').pipe(
          limited,
          catchError(() => EMPTY),
        ),
      ).toBe('----|');
    });
  });

  it('leaves the queue or gives back the slot at once, at every frame, and those behind move up', () => {
    for (const leaver of ['a', 'b']) {
      for (let frame = 0; frame <= 7; frame++) {
        virtually(({ cold, scheduler, scheduled, flush }) => {
          const semaphore = new Semaphore({ concurrency: 1, maxWaitMs: 100 });
          const starts: [string, number][] = [];
          const calls = [...'abc'].map((name) => {
            const source = counted(cold('---|'));
            const subscription = new Observable((subscriber) => {
              starts.push([name, scheduler.frame]);
              return source.counted$.subscribe(subscriber);
            })
              .pipe(withBulkhead(semaphore))
              .subscribe();
            return { name, subscription, source };
          });
          scheduler.schedule(() => {
            calls.find(({ name }) => name === leaver)?.subscription.unsubscribe();
          }, frame);
          flush();
          const aEnds = leaver === 'a' ? Math.min(frame, 3) : 3;
          const bRuns = leaver === 'a' || frame >= 3;
          const bEnds = bRuns ? (leaver === 'b' ? Math.min(frame, aEnds + 3) : aEnds + 3) : aEnds;
          const expected = [['a', 0], ...(bRuns ? [['b', aEnds]] : []), ['c', bEnds]];
          expect(starts, `${leaver} leaves at ${String(frame)}`).to.deep.equal(expected);
          expect(calls.every(({ source }) => source.starts === source.ends)).to.equal(true);
          expect([held(semaphore), scheduled()]).to.deep.equal([0, 0]);
        });
      }
    }
  });

  it('holds nothing when all leave, at whatever frame', () => {
    for (let frame = 0; frame <= 10; frame++) {
      virtually(({ cold, scheduler, scheduled }) => {
        const semaphore = new Semaphore({ concurrency: 2, maxWaitMs: 5 });
        const source = counted(cold('--a-|'));
        const all = [1, 2, 3, 4].map(() =>
          source.counted$
            .pipe(
              withBulkhead(semaphore),
              catchError(() => EMPTY),
            )
            .subscribe(),
        );
        scheduler.schedule(() => {
          for (const one of all.reverse()) one.unsubscribe();
          expect({
            frame,
            held: held(semaphore),
            scheduled: scheduled(),
            running: source.starts - source.ends,
          }).to.deep.equal({ frame, held: 0, scheduled: 0, running: 0 });
        }, frame);
      });
    }
  });

  for (const [limit, options, error, message] of [
    [0, {}, RangeError, 'concurrency: expected a whole number of at least 1 or Infinity, got 0'],
    ['2', {}, TypeError, 'semaphore: expected an object, got "2"'],
    [undefined, {}, TypeError, 'semaphore: expected an object, got undefined'],
    [{ concurrency: 1, maxQueue: -1 }, {}, RangeError, 'maxQueue: expected a whole number of at least 0, got -1'],
    [1, { releaseOn: 'end' }, TypeError, `releaseOn: expected 'teardown' or 'settle', got "end"`],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withBulkhead(limit as never, options as never)).to.throw(error, message);
    });
  }
});
