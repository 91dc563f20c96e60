import { expect } from 'chai';
import { concat, EMPTY, NEVER, of, throwError } from 'rxjs';
import { type Backoff, constant, linear, type RetryOptions, withRetry } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { relays } from '../support/relay.js';
import { repeatedRowsOf } from '../support/repeatedRows.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

/** `constant 2` as it stands in a diagram. */
function backoffOf(text: string): Backoff {
  const [name, ms] = text.split(' ');
  if (name !== 'constant') throw new Error(`expected "constant" and a number in a diagram, got "${text}"`);
  return constant(Number(ms));
}

describe('withRetry', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withRetry.ts');
    const rowsOfEach = repeatedRowsOf('operators/withRetry.ts');

    it('has a diagram', () => {
      expect(diagrams).to.have.length(1);
    });

    diagrams.forEach(({ options, title }, index) => {
      it(`does as the diagram shows (${title})`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const rows = rowsOfEach[index] ?? (() => []);
          const sources = rows('source').map((marbles) => cold(marbles));
          expect(rows('subs')).to.have.length(sources.length);
          const retried = withRetry({ ...options, backoff: backoffOf(String(options['backoff'])) });
          expectObservable(successive(sources).pipe(retried)).toBe(rows('output')[0] ?? '');
          sources.forEach(({ subscriptions }, attempt) => {
            expectSubscriptions(subscriptions).toBe(rows('subs')[attempt] ?? '');
          });
        });
      });
    });
  });

  relays(() => ({ operator: () => withRetry({ retryIf: () => false }), held: () => 0 }));

  describe('with a source that fails at first', () => {
    for (const [name, second, output] of [
      ['a source that never emits', '------', '--------'],
      ['an empty source', '--|', '-----|'],
      ['one value', '-a|', '----a|'],
      ['many values, also of one frame', '-a(bc)-d|', '----a(bc)-d|'],
      ['an error after values', '-a-b#', '----a-b#'],
    ] as const) {
      it(`passes on ${name} of the second attempt`, () => {
        virtually(({ cold, expectObservable }) => {
          const source$ = successive([cold('-#'), cold(second)]);
          const unsubscribed = /[|#]/.test(second) ? undefined : '^-------!';
          expectObservable(source$.pipe(withRetry({ backoff: constant(2) })), unsubscribed).toBe(output);
        });
      });
    }

    it('passes on what comes synchronously from the second attempt', () => {
      for (const [second$, expected] of [
        [EMPTY, ['complete']],
        [of('a', 'b'), ['a', 'b', 'complete']],
        [concat(of('a'), NEVER), ['a']],
      ] as const) {
        const seen: string[] = [];
        const source$ = successive([throwError(() => 'broken'), second$]);
        source$
          .pipe(withRetry({ backoff: constant(0) }))
          .subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
        expect(seen).to.deep.equal(expected);
      }
    });
  });

  it('makes as many attempts in total as maxAttempts says, and ends with the error of the last', () => {
    for (const [maxAttempts, frames] of [
      [1, ['^-!']],
      [2, ['^-!', '---^-!']],
      [4, ['^-!', '---^-!', '------^-!', '---------^-!']],
    ] as const) {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const sources = frames.map((_, index) => cold('--#', {}, `error ${String(index + 1)}`));
        const output$ = successive(sources).pipe(withRetry({ maxAttempts, backoff: constant(1) }));
        const end = (maxAttempts - 1) * 3 + 2;
        expectObservable(output$).toBe(`${'-'.repeat(end)}#`, {}, `error ${String(maxAttempts)}`);
        sources.forEach(({ subscriptions }, index) => {
          expectSubscriptions(subscriptions).toBe(frames[index] ?? '');
        });
      });
    }
  });

  it('makes three attempts by default, with full jitter over 100 and 200 ms between them', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('#');
      expectObservable(source$.pipe(withRetry({ random: () => 0.5 }))).toBe('150ms #');
      expectSubscriptions(source$.subscriptions).toBe(['(^!)', '50ms (^!)', '150ms (^!)']);
    });
  });

  it('goes on retrying for as long as it takes when maxAttempts is Infinity', () => {
    virtually(({ cold, expectObservable }) => {
      const sources = [...Array.from({ length: 500 }, () => cold('#')), cold('(a|)')];
      const output$ = successive(sources).pipe(withRetry({ maxAttempts: Infinity, backoff: constant(2) }));
      expectObservable(output$).toBe('1000ms (a|)');
    });
  });

  it('counts the attempts and the waits of each subscriber apart', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-#');
      const retried$ = source$.pipe(withRetry({ maxAttempts: 3, backoff: linear({ baseMs: 1 }) }));
      expectObservable(retried$, '^').toBe('------#');
      expectObservable(retried$, '--^').toBe('--------#');
      expectSubscriptions(source$.subscriptions).toBe(['^!', '--^!', '--^!', '----^!', '-----^!', '-------^!']);
    });
  });

  it('lets one subscriber leave without the other noticing', () => {
    virtually(({ cold, expectObservable }) => {
      const retried$ = cold('--#').pipe(withRetry({ maxAttempts: 2, backoff: constant(3) }));
      expectObservable(retried$, '^---!').toBe('----');
      expectObservable(retried$).toBe('-------#');
    });
  });

  describe('waits', () => {
    it('by the backoff, which is told of the retry, of the wait before and of the random source', () => {
      virtually(({ cold, expectObservable, flush }) => {
        const told: unknown[] = [];
        const delays = [3, 1, 4];
        const random = (): number => 0.25;
        const backoff: Backoff = (retry) => {
          told.push(retry);
          return delays[retry.retry - 1] ?? 0;
        };
        expectObservable(cold('#').pipe(withRetry({ maxAttempts: 4, backoff, random }))).toBe('--------#');
        flush();
        expect(told).to.deep.equal([
          { retry: 1, previousMs: 0, random },
          { retry: 2, previousMs: 3, random },
          { retry: 3, previousMs: 1, random },
        ]);
      });
    });

    it('by Math.random when no random source is given', () => {
      const seen: unknown[] = [];
      const backoff: Backoff = ({ random }) => {
        seen.push(random);
        return 0;
      };
      throwError(() => 'broken')
        .pipe(withRetry({ maxAttempts: 2, backoff }))
        .subscribe({ error: () => undefined });
      expect(seen).to.deep.equal([Math.random]);
    });

    it('not at all after 0 ms: the next attempt begins within the same frame', () => {
      virtually(({ cold, expectObservable, scheduled }) => {
        const source$ = successive([throwError(() => 'broken'), cold('-a|')]);
        expectObservable(source$.pipe(withRetry({ backoff: constant(0) }))).toBe('-a|');
        expect(scheduled()).to.equal(1);
      });
    });

    it('by the scheduler that it is given', () => {
      virtually(({ scheduler, cold, expectObservable }) => {
        const source$ = successive([cold('-#'), cold('-a|')]);
        expectObservable(source$.pipe(withRetry({ backoff: constant(4), scheduler }))).toBe('------a|');
      });
    });
  });

  for (const [options, error, message] of [
    [{ maxAttempts: 0 }, RangeError, 'maxAttempts: expected a whole number of at least 1 or Infinity, got 0'],
    [{ maxAttempts: 2.5 }, RangeError, 'maxAttempts: expected a whole number of at least 1 or Infinity, got 2.5'],
    [{ maxAttempts: '3' }, TypeError, 'maxAttempts: expected a whole number of at least 1 or Infinity, got "3"'],
    [{ backoff: 100 }, TypeError, 'backoff: expected a function, got 100'],
    [{ retryIf: true }, TypeError, 'retryIf: expected a function, got true'],
    [{ maxElapsedMs: -1 }, RangeError, 'maxElapsedMs: expected milliseconds, 0 or more, got -1'],
    [{ maxElapsedMs: Number.NaN }, RangeError, 'maxElapsedMs: expected milliseconds, 0 or more, got NaN'],
    [{ random: 0.5 }, TypeError, 'random: expected a function, got 0.5'],
    [{ onRetry: {} }, TypeError, 'onRetry: expected a function, got an object'],
    [5, TypeError, 'retry: expected an object, got 5'],
    [null, TypeError, 'retry: expected an object, got null'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withRetry(options as RetryOptions)).to.throw(error, message);
    });
  }
});
