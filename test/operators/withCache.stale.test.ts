import { expect } from 'chai';
import { concat, defer, mergeMap, NEVER, Observable, of, Subject, throwError, timer } from 'rxjs';
import { ResultCache, withCache } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

const options = { ttlMs: 4, staleWhileRevalidateMs: 6 };

describe('withCache, with staleWhileRevalidateMs', () => {
  it('gives the old result at once and fetches a new one, which it gives from then on', () => {
    virtually(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [old$, new$] = [cold('(a|)'), cold('--(b|)')];
      const cached$ = successive([old$, new$]).pipe(withCache(options));
      // Stored at 0 and good until 4; asked for at 5, the new one is stored at 7 and good until 11.
      expectObservable(hot('a--a-a--a-a|').pipe(mergeMap(() => cached$))).toBe('a--a-a--b-b|');
      expectSubscriptions(old$.subscriptions).toBe('(^!)');
      expectSubscriptions(new$.subscriptions).toBe('-----^-!');
    });
  });

  it('fetches it once, whoever asks meanwhile, and goes on when those have left', () => {
    virtually(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [old$, new$] = [cold('(a|)'), cold('---(b|)')];
      const cached$ = successive([old$, new$]).pipe(withCache(options));
      expectObservable(hot('a---(aa)-a-|').pipe(mergeMap(() => cached$))).toBe('a---(aa)-b-|');
      expectSubscriptions(new$.subscriptions).toBe('----^--!');
    });
  });

  it('lets those who come when the old one is of no more use join what is fetched', () => {
    virtually(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [old$, new$] = [cold('(a|)'), cold('-b----(c|)')];
      const cached$ = successive([old$, new$]).pipe(withCache(options));
      expectObservable(hot('a-------a-a--|').pipe(mergeMap(() => cached$))).toBe('a-------a-b---(c|)');
      expectSubscriptions(new$.subscriptions).toBe('--------^-----!');
    });
  });

  it('keeps the old one until its time is over when fetching fails, tries again for the next, and nobody hears', () => {
    virtually(({ hot, cold, expectObservable }) => {
      const failing = [cold('-#'), cold('#'), cold('--#')];
      const cached$ = successive([cold('(a|)'), ...failing]).pipe(withCache(options));
      const output$ = hot('a----a-a-aa|').pipe(mergeMap(() => cached$));
      expectObservable(output$).toBe('a----a-a-a-#');
    });
  });

  it('fetches anew, for the one who asks, when the time of the old one is over', () => {
    virtually(({ hot, cold, expectObservable }) => {
      const cached$ = successive([cold('(a|)'), cold('--(b|)')]).pipe(withCache(options));
      expectObservable(hot('a---------a|').pipe(mergeMap(() => cached$))).toBe('a-----------(b|)');
    });
  });

  it('gives the old one also when the new one is there at once, and when fetching throws at once', () => {
    for (const second$ of [
      of('new'),
      throwError(() => 'broken'),
      defer((): Observable<string> => {
        throw new Error('broken');
      }),
    ]) {
      virtually(({ flush }) => {
        const results = new ResultCache(options);
        const cached$ = successive<string>([of('old'), second$]).pipe(withCache(results));
        const seen: string[] = [];
        cached$.subscribe();
        timer(5).subscribe(() => cached$.subscribe((value) => seen.push(value)));
        flush();
        expect([seen, results.running]).to.deep.equal([['old'], 0]);
      });
    }
  });

  it('lets the last of those who joined what is fetched tear it down, so that one that hangs is not joined for ever', () => {
    virtually(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [hanging$, working$] = [cold('---'), cold('-(c|)')];
      const results = new ResultCache(options);
      const cached$ = successive([cold('(a|)'), hanging$, working$]).pipe(withCache(results));
      expectObservable(hot('a----a|').pipe(mergeMap(() => cached$))).toBe('a----a|');
      expectObservable(cached$, '----------^--!').toBe('-');
      expectObservable(cached$, '-----------^-!').toBe('-');
      expectObservable(cached$, '--------------^').toBe('---------------(c|)');
      expectSubscriptions(hanging$.subscriptions).toBe('-----^-------!');
      expectSubscriptions(working$.subscriptions).toBe('--------------^!');
    });
  });

  it('tears down what is fetched for nobody when its key is invalidated, or all are', () => {
    for (const forget of [
      (results: ResultCache) => {
        results.invalidate('a');
      },
      (results: ResultCache) => {
        results.clear();
      },
    ]) {
      virtually(({ flush }) => {
        const results = new ResultCache(options);
        const fetching = counted(NEVER);
        const cached$ = successive<unknown>([of('old'), fetching.counted$]).pipe(withCache(results, { key: 'a' }));
        cached$.subscribe();
        timer(5).subscribe(() => {
          cached$.subscribe();
          expect([results.running, fetching.starts, fetching.ends]).to.deep.equal([1, 1, 0]);
          forget(results);
          expect([results.running, results.size, fetching.ends]).to.deep.equal([0, 0, 1]);
        });
        flush();
      });
    }
  });

  it('tears all of them down when all are forgotten, though one throws at that, of which the host hears', () => {
    virtually(({ flush }) => {
      const results = new ResultCache(options);
      const careless$ = new Observable<string>(() => () => {
        throw new Error('teardown');
      });
      const fetching = counted(NEVER);
      const cached = [careless$, fetching.counted$].map((second$, key) =>
        successive<unknown>([of('old'), second$]).pipe(withCache(results, { key })),
      );
      for (const cached$ of cached) cached$.subscribe();
      timer(5).subscribe(() => {
        for (const cached$ of cached) cached$.subscribe();
        expect(results.running).to.equal(2);
        expect(() => {
          results.clear();
        }).not.to.throw();
      });
      expect(flush).to.throw('teardown');
      expect([results.running, fetching.ends]).to.deep.equal([0, 1]);
    });
  });
});

describe('ResultCache, when it is told to forget', () => {
  const forgetting = [
    [
      'a key',
      (results: ResultCache) => {
        results.invalidate({ b: 2, a: 1 });
      },
    ],
    [
      'everything',
      (results: ResultCache) => {
        results.clear();
      },
    ],
  ] as const;
  const cachedIn = <T>(results: ResultCache, source$: Observable<T>): Observable<T> =>
    source$.pipe(withCache(results, { key: { a: 1, b: 2 } }));

  for (const [what, forget] of forgetting) {
    it(`asks the source again (${what})`, () => {
      const results = new ResultCache();
      const source = counted(of(1));
      for (let count = 0; count < 2; count++) {
        cachedIn(results, source.counted$).subscribe();
        expect(results.size).to.equal(1);
        forget(results);
        expect(results.size).to.equal(0);
      }
      expect(source.starts).to.equal(2);
    });

    it(`lets those who listen have what comes, and does not keep it (${what})`, () => {
      const results = new ResultCache();
      const source$ = new Subject<number>();
      const seen: unknown[] = [];
      for (let count = 0; count < 2; count++) {
        cachedIn(results, source$).subscribe({ next: (value) => seen.push(value), complete: () => seen.push('end') });
      }
      source$.next(1);
      forget(results);
      expect(results.running).to.equal(1);
      source$.next(2);
      source$.complete();
      expect([seen, results.size, results.running]).to.deep.equal([[1, 1, 2, 2, 'end', 'end'], 0, 0]);
    });

    it(`begins a source of its own for who asks next, which the one from before leaves alone (${what})`, () => {
      const results = new ResultCache();
      const [before$, after$] = [new Subject<string>(), new Subject<string>()];
      const seen: string[] = [];
      const ask = (source$: Observable<string>): unknown =>
        cachedIn(results, source$).subscribe((value) => seen.push(value));
      ask(before$);
      forget(results);
      ask(after$);
      before$.next('before');
      before$.complete();
      ask(NEVER);
      expect([results.running, results.size]).to.deep.equal([1, 0]);
      after$.next('after');
      after$.complete();
      ask(NEVER);
      expect(seen).to.deep.equal(['before', 'after', 'after', 'after']);
      expect([results.running, results.size]).to.deep.equal([0, 1]);
    });

    it(`still tears down the one from before with the last who listens to it (${what})`, () => {
      const results = new ResultCache();
      const source = counted(concat(of(1), NEVER));
      const subscription = cachedIn(results, source.counted$).subscribe();
      forget(results);
      subscription.unsubscribe();
      expect([source.ends, results.running]).to.deep.equal([1, 0]);
    });
  }

  it('leaves other keys alone when it is a key', () => {
    const results = new ResultCache();
    for (const key of ['1', 1, ['1']]) of(key).pipe(withCache(results, { key })).subscribe();
    results.invalidate('1');
    results.invalidate('unknown');
    expect(results.size).to.equal(2);
    expect(() => {
      results.invalidate(() => '1');
    }).to.throw(TypeError, 'key: expected plain data, got a function');
  });

  it('may be told by a handler that is being told', () => {
    const results = new ResultCache();
    const source$ = new Subject<number>();
    const seen: unknown[] = [];
    const cached$ = cachedIn(results, source$);
    cached$.subscribe((value) => {
      results.clear();
      seen.push(value);
    });
    cached$.subscribe((value) => seen.push(value));
    source$.next(1);
    source$.next(2);
    source$.complete();
    expect([seen, results.size, results.running]).to.deep.equal([[1, 1, 2, 2], 0, 0]);
  });
});
