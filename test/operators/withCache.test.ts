import { expect } from 'chai';
import { concat, defer, mergeMap, NEVER, type Observable, of, take, throwError } from 'rxjs';
import { type CacheOptions, ResultCache, withCache } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { counted, relays } from '../support/relay.js';
import { repeatedRowsOf } from '../support/repeatedRows.js';
import { virtually } from '../support/virtually.js';

/** A source that gives 1 the first time, 2 the second, and so on. */
const counting = (): Observable<number> => {
  let starts = 0;
  return defer(() => of(++starts));
};

/** What comes at once. */
function valuesOf(source$: Observable<unknown>): unknown[] {
  const values: unknown[] = [];
  source$.subscribe((value) => values.push(value));
  return values;
}

describe('withCache', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withCache.ts');
    const rowsOfEach = repeatedRowsOf('operators/withCache.ts');

    it('has one diagram', () => {
      expect(diagrams).to.have.length(1);
    });

    diagrams.forEach(({ options, title }, index) => {
      it(`does as the diagram shows (${title})`, () => {
        virtually(({ hot, cold, expectObservable, expectSubscriptions }) => {
          const rows = rowsOfEach[index] ?? (() => []);
          const [calls = '', source = '', output = ''] = ['calls', 'source', 'output'].flatMap(rows);
          const source$ = cold(source);
          const cached$ = source$.pipe(withCache(options as CacheOptions));
          expectObservable(hot(calls).pipe(mergeMap(() => cached$))).toBe(output);
          expectSubscriptions(source$.subscriptions).toBe([...rows('subs')]);
        });
      });
    });
  });

  describe('with a key of its own for each subscription', () => {
    relays(() => {
      const results = new ResultCache();
      let subscriptions = 0;
      return { operator: () => withCache(results, { key: () => ++subscriptions }), held: () => results.running };
    });
  });

  describe('its key', () => {
    it('is one for all that the operator is applied to, unless it is given', () => {
      const cached = withCache<string>({});
      expect([of('a'), of('b')].map((source$) => valuesOf(source$.pipe(cached)))).to.deep.equal([['a'], ['a']]);
    });

    it('tells apart what a shared cache keeps', () => {
      const results = new ResultCache();
      const ask = (key: unknown, value: string): unknown => valuesOf(of(value).pipe(withCache(results, { key })))[0];
      expect([ask('x', 'a'), ask('y', 'b'), ask('x', 'c')]).to.deep.equal(['a', 'b', 'a']);
      expect(results.size).to.equal(2);
    });

    it('is the same for equal plain data, and no other', () => {
      const results = new ResultCache();
      const keys = [{ a: 1, b: [2] }, { b: [2], a: 1 }, { a: 1, b: ['2'] }, '{"a":1,"b":[2]}', 1, '1', null, 'null'];
      const cached = keys.map((key, index) => valuesOf(of(index).pipe(withCache(results, { key })))[0]);
      expect(cached).to.deep.equal([0, 0, 2, 3, 4, 5, 6, 7]);
    });

    it('may be one that objects have by nature', () => {
      const results = new ResultCache();
      const keys = ['__proto__', 'constructor', JSON.parse('{ "__proto__": 1 }') as unknown, {}];
      const cached = keys.map((key, index) => valuesOf(of(index).pipe(withCache(results, { key })))[0]);
      expect(cached).to.deep.equal([0, 1, 2, 3]);
    });

    it('is asked for at each subscription, when it is a function', () => {
      let user = 'ann';
      const cached$ = defer(() => of(`for ${user}`)).pipe(withCache({}, { key: () => ({ user }) }));
      const seen = ['ann', 'bob', 'ann'].flatMap((name) => {
        user = name;
        return valuesOf(cached$);
      });
      expect(seen).to.deep.equal(['for ann', 'for bob', 'for ann']);
    });

    for (const [name, key, message] of [
      [
        'throws',
        () => {
          throw new Error('no key');
        },
        'no key',
      ],
      ['is no plain data', new Map(), 'key: expected plain data, got an instance of a class; give a key function'],
    ] as const) {
      it(`is an error of the subscription when it ${name}, and the source is not subscribed to`, () => {
        const results = new ResultCache();
        const source = counted(of(1));
        const seen: unknown[] = [];
        source.counted$.pipe(withCache(results, { key })).subscribe({
          error: (error) => seen.push((error as Error).message),
        });
        expect([seen, source.starts, results.running]).to.deep.equal([[message], 0, 0]);
      });
    }
  });

  describe('what it keeps', () => {
    it('is a result with all its values, in their order, also when there is none', () => {
      for (const values of [[], [1], [1, undefined, 3]]) {
        const source = counted(of(...values));
        const cached$ = source.counted$.pipe(withCache({}));
        expect([valuesOf(cached$), valuesOf(cached$), source.starts]).to.deep.equal([values, values, 1]);
      }
    });

    it('is shared as it is where it is no plain object or array: a change of one is seen by all', () => {
      const model = new (class Model {
        inner = { changed: false };
      })();
      const result = { at: new Date(0), kinds: new Map([[1, 'a']]), model };
      const cached$ = of(result).pipe(withCache({}));
      const [mine, theirs] = [valuesOf(cached$)[0], valuesOf(cached$)[0]] as (typeof result | undefined)[];
      mine?.at.setTime(5);
      mine?.kinds.set(2, 'b');
      model.inner.changed = true;
      expect(theirs).to.deep.equal({
        at: new Date(5),
        kinds: new Map([
          [1, 'a'],
          [2, 'b'],
        ]),
        model,
      });
      expect(theirs?.model.inner.changed).to.equal(true);
      expect(Object.isFrozen(theirs)).to.equal(true);
    });

    it('is no error, nor what came before one', () => {
      let starts = 0;
      const fails$ = defer(() => {
        starts++;
        return concat(
          of(starts),
          throwError(() => `broken ${String(starts)}`),
        );
      });
      const results = new ResultCache();
      const seen: unknown[] = [];
      for (let count = 0; count < 2; count++) {
        fails$.pipe(withCache(results)).subscribe({
          next: (value) => seen.push(value),
          error: (error) => seen.push(error),
        });
      }
      expect([seen, results.size, results.running]).to.deep.equal([[1, 'broken 1', 2, 'broken 2'], 0, 0]);
    });

    it('is no result that was cut short', () => {
      const results = new ResultCache();
      const source = counted(concat(of(1, 2), NEVER));
      expect(valuesOf(source.counted$.pipe(withCache(results), take(1)))).to.deep.equal([1]);
      expect(valuesOf(source.counted$.pipe(withCache(results), take(2)))).to.deep.equal([1, 2]);
      expect([results.size, results.running, source.starts, source.ends]).to.deep.equal([0, 0, 2, 2]);
    });

    it('is for ttlMs, from the completion on, by the scheduler that it is given', () => {
      virtually(({ scheduler, hot, cold, expectObservable, expectSubscriptions }) => {
        const faulty = new FaultyScheduler(scheduler);
        const source$ = cold('--(x|)');
        const cached$ = source$.pipe(withCache({ ttlMs: 5 }, { scheduler: faulty }));
        scheduler.schedule(() => (faulty.shiftMs = -1_000), 4);
        // It is read at 3 and at 5, and set back between: those two milliseconds go unseen.
        const output$ = hot('a--b-c-d|').pipe(mergeMap(() => cached$));
        expectObservable(output$).toBe('--xx-x-x|');
        expectObservable(cached$, '---------^').toBe('-----------(x|)');
        expectSubscriptions(source$.subscriptions).toBe(['^-!', '---------^-!']);
      });
    });

    it('cannot be changed by who gets it', () => {
      const results = new ResultCache();
      const cached$ = of({ list: [{ name: 'ann' }] }).pipe(withCache(results));
      for (let count = 0; count < 2; count++) {
        cached$.subscribe((value) => {
          expect(() => {
            (value.list[0] as { name: string }).name = 'bob';
          }).to.throw(TypeError);
          expect(() => value.list.push({ name: 'eve' })).to.throw(TypeError);
        });
      }
      expect(valuesOf(cached$)).to.deep.equal([{ list: [{ name: 'ann' }] }]);
    });

    it('is least recently used when it has to go', () => {
      const source$ = counting();
      const results = new ResultCache({ maxSize: 2 });
      const ask = (key: string): unknown => valuesOf(source$.pipe(withCache(results, { key })))[0];
      expect([...'abacab'].map(ask)).to.deep.equal([1, 2, 1, 3, 1, 4]);
    });
  });

  it('makes one cache from options, and none that others have', () => {
    const source$ = counting();
    const [one, other] = [withCache<number>({}), withCache<number>({})];
    expect([one, one, other].flatMap((cached) => valuesOf(source$.pipe(cached)))).to.deep.equal([1, 1, 2]);
  });

  it('gives what it keeps to a subscriber that has enough after the first value', () => {
    const results = new ResultCache();
    const cached$ = of(1, 2, 3).pipe(withCache(results));
    valuesOf(cached$);
    expect([valuesOf(cached$.pipe(take(1))), valuesOf(cached$)]).to.deep.equal([[1], [1, 2, 3]]);
  });

  for (const [cache, error, message] of [
    [null, TypeError, 'cache: expected an object, got null'],
    [{ ttlMs: 0 }, RangeError, 'ttlMs: expected milliseconds above 0, got 0'],
    [{ maxSize: 0.5 }, RangeError, 'maxSize: expected a whole number of at least 1, got 0.5'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withCache(cache as never)).to.throw(error, message);
    });
  }
});
