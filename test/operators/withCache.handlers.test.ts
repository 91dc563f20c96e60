import { expect } from 'chai';
import { defer, EMPTY, finalize, Observable, of, Subject, type Subscription, take, takeUntil, throwError } from 'rxjs';
import { ResultCache, withCache } from '../../operators/index.js';
import { upstreamOf } from '../../operators/upstream.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

/** Writes down what a subscriber is told. */
function listen(log: unknown[], source$: Observable<unknown>): void {
  source$.subscribe({
    next: (value) => log.push(String(value)),
    error: (error) => log.push(`error ${String(error)}`),
    complete: () => log.push('end'),
  });
}

describe('withCache, entered again', () => {
  it('lets its handlers join it, who miss nothing and get nothing twice', () => {
    for (const at of [0, 1, 2]) {
      const source$ = new Subject<number>();
      const cached$ = source$.pipe(withCache({}));
      const log: string[] = [];
      cached$.subscribe((value) => {
        if (value === at) listen(log, cached$);
      });
      for (const value of [0, 1, 2]) source$.next(value);
      source$.complete();
      expect(log).to.deep.equal(['0', '1', '2', 'end']);
    }
  });

  it('gives every listener the values in the order in which they came, also one that a handler brings about', () => {
    const source$ = new Subject<string>();
    const cached$ = source$.pipe(withCache({}));
    const [first, second, joined]: [string[], string[], string[]] = [[], [], []];
    listen(first, cached$);
    cached$.subscribe((value) => {
      if (value !== 'a') return;
      source$.next('b');
      listen(joined, cached$);
      source$.complete();
    });
    listen(second, cached$);
    source$.next('a');
    for (const log of [first, second, joined]) expect(log).to.deep.equal(['a', 'b', 'end']);
  });

  it('tells a listener of what its handler brings about when that handler is done', () => {
    const source$ = new Subject<string>();
    const log: string[] = [];
    source$.pipe(withCache({})).subscribe({
      next: (value) => {
        log.push(`${value} begins`);
        if (value === 'a') {
          source$.next('b');
          source$.complete();
        }
        log.push(`${value} is done`);
      },
      complete: () => log.push('end'),
    });
    source$.next('a');
    expect(log).to.deep.equal(['a begins', 'a is done', 'b begins', 'b is done', 'end']);
  });

  it('does not begin for one who leaves while it is asked for the key', () => {
    const results = new ResultCache();
    const source = counted(of('a'));
    const leave$ = new Subject<void>();
    const key = (): string => {
      leave$.next();
      return 'a';
    };
    const log: unknown[] = [];
    listen(log, source.counted$.pipe(withCache(results, { key }), takeUntil(leave$)));
    expect([log, source.starts, results.running, results.size]).to.deep.equal([['end'], 0, 0, 0]);
  });

  it('has kept the result when a complete handler asks for it, and has forgotten it when an error handler does', () => {
    const results = new ResultCache();
    let starts = 0;
    const ends = [of('result'), throwError(() => 'broken'), of('other')];
    const cached = (key: string): Observable<string> =>
      defer(() => ends[starts++] ?? EMPTY).pipe(withCache(results, { key }));
    const log: unknown[] = [];
    cached('a').subscribe({ complete: () => listen(log, cached('a')) });
    cached('b').subscribe({ error: () => listen(log, cached('b')) });
    expect([log, starts, results.running]).to.deep.equal([['result', 'end', 'other', 'end'], 3, 0]);
  });

  it('begins anew for a handler that leaves as the last, and then asks again', () => {
    const results = new ResultCache();
    const source$ = new Subject<string>();
    const source = counted(source$);
    const cached$ = source.counted$.pipe(withCache(results));
    const log: unknown[] = [];
    const first: Subscription = cached$.subscribe(() => {
      first.unsubscribe();
      listen(log, cached$);
    });
    source$.next('a');
    source$.next('b');
    expect([log, source.starts, source.ends, results.running]).to.deep.equal([['b'], 2, 1, 1]);
  });

  it('begins anew for a source that asks for its own key as it is torn down', () => {
    const results = new ResultCache();
    const log: unknown[] = [];
    let starts = 0;
    const source$: Observable<number> = new Observable((subscriber) => {
      subscriber.next(++starts);
      if (starts > 1) subscriber.complete();
      return () => {
        if (starts === 1) listen(log, source$.pipe(withCache(results)));
      };
    });
    source$.pipe(withCache(results)).subscribe().unsubscribe();
    expect([log, starts, results.running, results.size]).to.deep.equal([['2', 'end'], 2, 0, 1]);
  });

  it('goes on for a handler that asks again and then leaves', () => {
    const results = new ResultCache();
    const source$ = new Subject<string>();
    const cached$ = source$.pipe(withCache(results));
    const log: unknown[] = [];
    const first: Subscription = cached$.subscribe(() => {
      listen(log, cached$);
      first.unsubscribe();
    });
    source$.next('a');
    source$.next('b');
    source$.complete();
    expect([log, results.size]).to.deep.equal([['a', 'b', 'end'], 1]);
  });
});

describe('withCache, when something goes wrong in one who listens', () => {
  it('gives the others what comes, and the end, and the host the error', () => {
    virtually(({ flush }) => {
      const results = new ResultCache();
      const source$ = new Subject<number>();
      const cached$ = source$.pipe(withCache(results));
      const careless = finalize(() => {
        throw new Error('teardown');
      });
      const log: unknown[] = [];
      cached$.pipe(take(1), careless).subscribe();
      cached$.pipe(careless).subscribe();
      listen(log, cached$);
      source$.next(1);
      source$.next(2);
      source$.complete();
      expect([log, results.size, results.running]).to.deep.equal([['1', '2', 'end'], 1, 0]);
      expect(flush).to.throw('teardown');
    });
  });

  it('gives the others a value that an operator of ours throws at', () => {
    virtually(({ flush }) => {
      const source$ = new Subject<number>();
      const cached$ = source$.pipe(withCache({}));
      const log: unknown[] = [];
      const throwing$ = new Observable((subscriber) => {
        const throws = (): never => {
          throw new Error('broken operator');
        };
        upstreamOf(subscriber, { next: throws, error: throws, complete: throws }).start(cached$);
      });
      throwing$.subscribe();
      listen(log, cached$);
      source$.next(1);
      source$.complete();
      expect(log).to.deep.equal(['1', 'end']);
      expect(flush).to.throw('broken operator');
    });
  });

  it('gives the others the error of the source', () => {
    virtually(({ flush }) => {
      const source$ = new Subject<number>();
      const cached$ = source$.pipe(withCache({}));
      const log: unknown[] = [];
      cached$
        .pipe(
          finalize(() => {
            throw new Error('teardown');
          }),
        )
        .subscribe({ error: () => undefined });
      listen(log, cached$);
      source$.error('broken');
      expect(log).to.deep.equal(['error broken']);
      expect(flush).to.throw('teardown');
    });
  });

  it('ends with an error for a value that refuses to be frozen, and tears the source down', () => {
    const results = new ResultCache();
    const stubborn = new Proxy({}, { preventExtensions: () => false });
    const source$ = new Subject<unknown>();
    const source = counted(source$);
    const log: unknown[] = [];
    listen(log, source.counted$.pipe(withCache(results)));
    source$.next(1);
    source$.next(stubborn);
    expect(log[0]).to.equal('1');
    expect(log[1]).to.match(/^error TypeError: .*preventExtensions/);
    expect([log.length, source.ends, results.running, results.size]).to.deep.equal([2, 1, 0, 0]);
  });
});
