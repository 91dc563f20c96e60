import { expect } from 'chai';
import { concat, EMPTY, forkJoin, NEVER, Observable, of, repeat, retry, Subject, throwError } from 'rxjs';
import { Semaphore, withBulkhead } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

/** A source whose start and teardown are noted. */
function noted(log: string[], name: string, source$: Observable<unknown>): Observable<unknown> {
  return new Observable((subscriber) => {
    log.push(`${name} starts`);
    subscriber.add(() => log.push(`${name} torn down`));
    subscriber.add(source$.subscribe(subscriber));
  });
}

describe('withBulkhead, when a slot is given back', () => {
  it('begins each of those that leave together, and ends it in its turn, when the one that runs leaves first', () => {
    const log: string[] = [];
    const semaphore = new Semaphore({ concurrency: 1 });
    const all = [...'abc'].map((name) => noted(log, name, NEVER).pipe(withBulkhead(semaphore)));
    forkJoin(all).subscribe().unsubscribe();
    expect(log).to.deep.equal([...'abc'].flatMap((name) => [`${name} starts`, `${name} torn down`]));
    expect([semaphore.permits, semaphore.queued]).to.deep.equal([0, 0]);
  });

  it('begins none of those that leave together when the latest leaves first', () => {
    const log: string[] = [];
    const semaphore = new Semaphore({ concurrency: 1 });
    const all = [...'abc'].map((name) => noted(log, name, NEVER).pipe(withBulkhead(semaphore)).subscribe());
    for (const one of all.reverse()) one.unsubscribe();
    expect(log).to.deep.equal(['a starts', 'a torn down']);
    expect([semaphore.permits, semaphore.queued]).to.deep.equal([0, 0]);
  });

  for (const [kind, end] of [
    [
      'complete',
      (source$: Subject<unknown>) => {
        source$.complete();
      },
    ],
    [
      'error',
      (source$: Subject<unknown>) => {
        source$.error('broken');
      },
    ],
  ] as const) {
    it(`has a slot for whoever subscribes again from the ${kind} handler`, () => {
      const limited = withBulkhead({ concurrency: 1, maxQueue: 0 });
      const source$ = new Subject();
      const seen: unknown[] = [];
      const again = (): void => {
        of('again')
          .pipe(limited)
          .subscribe({ next: (value) => seen.push(value), error: (error) => seen.push(error) });
      };
      source$.pipe(limited).subscribe({ complete: again, error: again });
      end(source$);
      expect(seen).to.deep.equal(['again']);
    });

    it(`tells of the ${kind}, then tears the source down, then lets the next in`, () => {
      for (const releaseOn of ['teardown', 'settle'] as const) {
        const log: string[] = [];
        const limited = withBulkhead(1, { releaseOn });
        const source$ = new Subject();
        const told = (): void => {
          log.push('a told');
        };
        noted(log, 'a', source$).pipe(limited).subscribe({ complete: told, error: told });
        noted(log, 'b', NEVER).pipe(limited).subscribe();
        end(source$);
        expect(log, releaseOn).to.deep.equal(['a starts', 'a told', 'a torn down', 'b starts']);
      }
    });
  }

  it('tears the source down before it lets the next in, when the subscriber leaves', () => {
    const log: string[] = [];
    const limited = withBulkhead(1);
    const first = noted(log, 'a', NEVER).pipe(limited).subscribe();
    noted(log, 'b', NEVER).pipe(limited).subscribe();
    first.unsubscribe();
    expect(log).to.deep.equal(['a starts', 'a torn down', 'b starts']);
  });

  it('puts whoever subscribes again from its handlers behind those who wait', () => {
    virtually(({ cold, flush }) => {
      const limited = withBulkhead<string>(1);
      const seen: string[] = [];
      cold('-(a|)')
        .pipe(limited)
        .subscribe({
          complete: () =>
            of('again')
              .pipe(limited)
              .subscribe((value) => seen.push(value)),
        });
      for (const name of 'bc')
        cold('-(x|)')
          .pipe(limited)
          .subscribe({ complete: () => seen.push(name) });
      flush();
      expect(seen).to.deep.equal(['b', 'c', 'again']);
    });
  });

  it('repeats and retries in its only slot', () => {
    const semaphore = new Semaphore({ concurrency: 1, maxQueue: 0 });
    let starts = 0;
    const source$ = new Observable<number>((subscriber) => {
      subscriber.next(++starts);
      if (starts % 2) subscriber.error('broken');
      else subscriber.complete();
    });
    const seen: number[] = [];
    source$.pipe(withBulkhead(semaphore), retry(), repeat(500)).subscribe((value) => seen.push(value));
    expect([seen.length, starts, semaphore.permits]).to.deep.equal([1_000, 1_000, 0]);
  });

  it('serves 100,000 waiters that all complete synchronously', () => {
    const limited = withBulkhead<never>({ concurrency: 1, maxQueue: 100_000 });
    const gate$ = new Subject<never>();
    gate$.pipe(limited).subscribe();
    let completed = 0;
    const observer = { complete: () => completed++ };
    const waiter$ = EMPTY.pipe(limited);
    for (let count = 0; count < 100_000; count++) waiter$.subscribe(observer);
    gate$.complete();
    expect(completed).to.equal(100_000);
  }).timeout(30_000);

  it('serves those who wait when a source that is let in throws as it is torn down', () => {
    virtually(({ flush }) => {
      const semaphore = new Semaphore({ concurrency: 1 });
      const gate$ = new Subject();
      const careless$ = new Observable<never>((subscriber) => {
        subscriber.complete();
        return () => {
          throw new Error('teardown');
        };
      });
      const seen: string[] = [];
      gate$.pipe(withBulkhead(semaphore)).subscribe();
      careless$.pipe(withBulkhead(semaphore)).subscribe({ complete: () => seen.push('careless') });
      of('next')
        .pipe(withBulkhead(semaphore))
        .subscribe((value) => seen.push(value));
      gate$.complete();
      expect(flush).to.throw('teardown');
      expect(seen).to.deep.equal(['careless', 'next']);
      expect([semaphore.permits, semaphore.queued]).to.deep.equal([0, 0]);
    });
  });

  describe("with releaseOn: 'settle'", () => {
    it('keeps the slot of one who has left until the source ends', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const limited = withBulkhead<string>(1, { releaseOn: 'settle' });
        const first$ = cold('--a--b|');
        const second$ = cold('-(c|)');
        expectObservable(first$.pipe(limited), '^--!').toBe('--a');
        expectObservable(second$.pipe(limited)).toBe('-------(c|)');
        expectSubscriptions(first$.subscriptions).toBe('^-----!');
        expectSubscriptions(second$.subscriptions).toBe('------^!');
      });
    });

    it('keeps it until the source fails, too, and nobody hears of the failure', () => {
      virtually(({ cold, expectObservable }) => {
        const limited = withBulkhead<string>(1, { releaseOn: 'settle' });
        expectObservable(cold('----#').pipe(limited), '^-!').toBe('--');
        expectObservable(of('b').pipe(limited)).toBe('----(b|)');
      });
    });

    it('passes on the stream as it is to one who stays', () => {
      virtually(({ cold, expectObservable }) => {
        const limited = withBulkhead<string>(1, { releaseOn: 'settle' });
        expectObservable(cold('-a-b|').pipe(limited)).toBe('-a-b|');
        expectObservable(
          concat(
            of('c'),
            throwError(() => 'error'),
          ).pipe(limited),
        ).toBe('----(c#)');
      });
    });

    it('takes one out of the queue at once who leaves while waiting', () => {
      const semaphore = new Semaphore({ concurrency: 1, maxWaitMs: 1_000 });
      const limited = withBulkhead(semaphore, { releaseOn: 'settle' });
      const gate$ = new Subject();
      gate$.pipe(limited).subscribe();
      const source = counted(of('b'));
      source.counted$.pipe(limited).subscribe().unsubscribe();
      expect([semaphore.queued, semaphore.timers]).to.deep.equal([0, 0]);
      gate$.complete();
      expect([source.starts, semaphore.permits]).to.deep.equal([0, 0]);
    });

    it('gives the slot back once, also when the subscriber leaves from the last value', () => {
      const semaphore = new Semaphore({ concurrency: 2 });
      const limited = withBulkhead(semaphore, { releaseOn: 'settle' });
      const source$ = new Subject();
      NEVER.pipe(limited).subscribe();
      const subscription = source$.pipe(limited).subscribe(() => {
        subscription.unsubscribe();
      });
      source$.next('last');
      expect(semaphore.permits).to.equal(2);
      source$.complete();
      expect(semaphore.permits).to.equal(1);
    });
  });
});
