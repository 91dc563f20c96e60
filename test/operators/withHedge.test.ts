import { expect } from 'chai';
import { defer, EMPTY, NEVER, of, throwError } from 'rxjs';
import { type HedgeOptions, withHedge } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { counted, relays } from '../support/relay.js';
import { repeatedRowsOf } from '../support/repeatedRows.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

const day = 24 * 3_600_000;

describe('withHedge', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withHedge.ts');
    const rowsOfEach = repeatedRowsOf('operators/withHedge.ts');

    it('has two diagrams', () => {
      expect(diagrams).to.have.length(2);
    });

    diagrams.forEach(({ options, title }, index) => {
      it(`does as diagram ${String(index + 1)} shows (${title})`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const rows = rowsOfEach[index] ?? (() => []);
          const sources = rows('source').map((marbles) => cold(marbles));
          expect(rows('subs')).to.have.length(sources.length);
          const hedged = withHedge<string>(options as unknown as HedgeOptions);
          expectObservable(successive(sources).pipe(hedged)).toBe(rows('output')[0] ?? '');
          sources.forEach(({ subscriptions }, attempt) => {
            expectSubscriptions(subscriptions).toBe(rows('subs')[attempt] ?? '');
          });
        });
      });
    });
  });

  // The second attempt is none of the source: it fails at once, so that an error of the first is that of all.
  relays(() => ({
    operator: () => (source$) =>
      defer(() => {
        let attempts = 0;
        return defer(() => (attempts++ === 0 ? source$ : throwError(() => 'second'))).pipe(withHedge({ delayMs: 50 }));
      }),
    held: () => 0,
  }));

  describe('begins another attempt', () => {
    for (const [title, options, first, subs] of [
      ['after delayMs without a value, and one only by default', { delayMs: 3 }, '------', ['^', '---^']],
      [
        'after each delayMs, up to maxAttempts in total',
        { delayMs: 2, maxAttempts: 4 },
        '------',
        ['^', '--^', '----^', '------^'],
      ],
      ['at once when delayMs is 0', { delayMs: 0, maxAttempts: 3 }, '------', ['^', '^', '^']],
      ['never without a failure when delayMs is Infinity', { delayMs: Infinity }, '------', ['^']],
      ['not in the frame of a value', { delayMs: 3 }, '---a--', ['^']],
      ['not after a value', { delayMs: 3 }, '--a---', ['^']],
      ['not after an end', { delayMs: 3 }, '--|', ['^-!']],
    ] as const) {
      it(title, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const sources = [cold(first), ...subs.slice(1).map(() => cold('------'))];
          const ended = first.includes('|');
          expectObservable(successive(sources).pipe(withHedge(options)), ended ? '' : '^---------!').toBe(first);
          sources.forEach(({ subscriptions }, attempt) => {
            const row = subs[attempt] ?? '';
            expectSubscriptions(subscriptions).toBe(ended ? row : `${row.padEnd(10, '-')}!`);
          });
        });
      });
    }

    it('after as long as a function says, which is asked before each with its number', () => {
      virtually(({ cold, expectObservable, expectSubscriptions, flush }) => {
        const asked: number[] = [];
        const delayMs = (attempt: number): number => {
          asked.push(attempt);
          return attempt - 1;
        };
        const source$ = cold('------------');
        expectObservable(source$.pipe(withHedge({ delayMs, maxAttempts: 4 })), '^---------!').toBe('----------');
        expectSubscriptions(source$.subscriptions).toBe(['^---------!', '-^--------!', '---^------!', '------^---!']);
        flush();
        expect(asked).to.deep.equal([2, 3, 4]);
      });
    });

    it('without asking the function for one that a failure begins', () => {
      const asked: number[] = [];
      const source$ = successive([throwError(() => 'broken'), NEVER]);
      const subscription = source$
        .pipe(withHedge({ delayMs: (attempt) => asked.push(attempt) * Infinity, maxAttempts: 3 }))
        .subscribe();
      expect(asked).to.deep.equal([3]);
      subscription.unsubscribe();
    });

    it('at once and later, as the function says 0, a time or Infinity', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const delays = [0, 2, Infinity];
        const source$ = cold('------------');
        const hedged$ = source$.pipe(withHedge({ delayMs: (attempt) => delays[attempt - 2] ?? 0, maxAttempts: 5 }));
        expectObservable(hedged$, '^---------!').toBe('----------');
        expectSubscriptions(source$.subscriptions).toBe(['^---------!', '^---------!', '--^-------!']);
      });
    });

    it('at once when one fails, and waits anew before the next', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const sources = [cold('--#'), cold('---------'), cold('-----a|')];
        const hedged$ = successive(sources).pipe(withHedge({ delayMs: 3, maxAttempts: 3 }));
        expectObservable(hedged$).toBe('----------a|');
        ['^-!', '--^-------!', '-----^-----!'].forEach((row, attempt) => {
          expectSubscriptions(sources[attempt]?.subscriptions ?? []).toBe(row);
        });
      });
    });

    it('at once for each of two that fail in one frame', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const sources = [cold('--#'), cold('--#'), cold('-----'), cold('---(a|)')];
        const delayMs = (attempt: number): number => (attempt === 2 ? 0 : Infinity);
        expectObservable(successive(sources).pipe(withHedge({ delayMs, maxAttempts: 4 }))).toBe('-----(a|)');
        ['^-!', '^-!', '--^--!', '--^--!'].forEach((row, attempt) => {
          expectSubscriptions(sources[attempt]?.subscriptions ?? []).toBe(row);
        });
      });
    });

    it('by the scheduler that it is given', () => {
      virtually(({ scheduler, cold, expectObservable }) => {
        const source$ = successive([cold('---------'), cold('-(a|)')]);
        expectObservable(source$.pipe(withHedge({ delayMs: 4, scheduler }))).toBe('-----(a|)');
      });
    });

    it('after a delay longer than 31 bits can count', () => {
      virtually(({ cold, scheduler, expectObservable }) => {
        const source$ = successive([cold('-'), cold('(a|)')]);
        const hedged$ = source$.pipe(withHedge({ delayMs: 40 * day, scheduler: new FaultyScheduler(scheduler) }));
        expectObservable(hedged$).toBe('57600m (a|)');
      });
    });
  });

  describe('when all have failed', () => {
    for (const [title, sources, output] of [
      ['one after the other', ['--#', '-#', '-#'], '----#'],
      ['the first one last', ['-------#', '-#', '-#'], '-------#'],
      ['at once', ['#', '#', '#'], '#'],
    ] as const) {
      it(`forwards the error of the first attempt: ${title}`, () => {
        virtually(({ cold, expectObservable }) => {
          const source$ = successive(sources.map((marbles, index) => cold(marbles, {}, `error ${String(index + 1)}`)));
          expectObservable(source$.pipe(withHedge({ delayMs: 2, maxAttempts: 3 }))).toBe(output, {}, 'error 1');
        });
      });
    }

    it('forwards an error of undefined as well', () => {
      const seen: unknown[] = [];
      throwError(() => undefined)
        .pipe(withHedge({ delayMs: 5 }))
        .subscribe({ error: (error) => seen.push(error) });
      expect(seen).to.deep.equal([undefined]);
    });
  });

  it('waits for those that still run when there may be no more', () => {
    virtually(({ cold, expectObservable }) => {
      const source$ = successive([cold('------a|'), cold('-#')]);
      expectObservable(source$.pipe(withHedge({ delayMs: 2 }))).toBe('------a|');
    });
  });

  for (const delayMs of [0, 5, Infinity]) {
    it(`comes to the end of 100,000 synchronous failures, and gives the first error (delayMs ${String(delayMs)})`, () => {
      let attempts = 0;
      const seen: unknown[] = [];
      const failing$ = defer(() => throwError(() => ++attempts));
      failing$.pipe(withHedge({ delayMs, maxAttempts: 100_000 })).subscribe({ error: (error) => seen.push(error) });
      expect({ attempts, seen }).to.deep.equal({ attempts: 100_000, seen: [1] });
    }).timeout(30_000);
  }

  it('hedges each of two subscribers apart', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('------(a|)');
      const hedged$ = source$.pipe(withHedge({ delayMs: 4 }));
      expectObservable(hedged$, '^').toBe('------(a|)');
      expectObservable(hedged$, '-^').toBe('-------(a|)');
      expectSubscriptions(source$.subscriptions).toBe(['^-----!', '-^-----!', '----^-!', '-----^-!']);
    });
  });

  it('begins no second attempt beside one that answers synchronously', () => {
    for (const answer$ of [of('a'), EMPTY]) {
      const source = counted(answer$);
      source.counted$.pipe(withHedge({ delayMs: 0 })).subscribe();
      expect([source.starts, source.ends]).to.deep.equal([1, 1]);
    }
  });

  for (const [options, error, message] of [
    [{}, TypeError, 'delayMs: expected milliseconds, 0 or more, got undefined'],
    [{ delayMs: -1 }, RangeError, 'delayMs: expected milliseconds, 0 or more, got -1'],
    [{ delayMs: Number.NaN }, RangeError, 'delayMs: expected milliseconds, 0 or more, got NaN'],
    [{ delayMs: '5' }, TypeError, 'delayMs: expected milliseconds, 0 or more, got "5"'],
    [{ delayMs: 5, maxAttempts: 1 }, RangeError, 'maxAttempts: expected a whole number of at least 2, got 1'],
    [
      { delayMs: 5, maxAttempts: Infinity },
      RangeError,
      'maxAttempts: expected a whole number of at least 2, got Infinity',
    ],
    [80, TypeError, 'hedge: expected an object, got 80'],
    [undefined, TypeError, 'hedge: expected an object, got undefined'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withHedge(options as never)).to.throw(error, message);
    });
  }
});
