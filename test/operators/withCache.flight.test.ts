import { expect } from 'chai';
import { Observable, take } from 'rxjs';
import { ResultCache, withCache } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

describe('withCache, while a source runs', () => {
  it('gives all who ask what has come and what comes, from one subscription', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b----c-|');
      const cached$ = source$.pipe(withCache({}));
      expectObservable(cached$).toBe('-a-b----c-|');
      expectObservable(cached$, '--^').toBe('--ab----c-|');
      expectObservable(cached$, '----^').toBe('----(ab)c-|');
      expectSubscriptions(source$.subscriptions).toBe('^---------!');
    });
  });

  it('gives a source to each key', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const results = new ResultCache();
      const a$ = cold('--a|');
      const b$ = cold('-b|');
      expectObservable(a$.pipe(withCache(results, { key: 'a' }))).toBe('--a|');
      expectObservable(b$.pipe(withCache(results, { key: 'b' }))).toBe('-b|');
      expectSubscriptions(a$.subscriptions).toBe('^--!');
      expectSubscriptions(b$.subscriptions).toBe('^-!');
    });
  });

  it('lets one leave without the others noticing, and tears the source down with the last', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b-c-|');
      const cached$ = source$.pipe(withCache({}));
      expectObservable(cached$, '^-!').toBe('-a');
      expectObservable(cached$, '^---!').toBe('-a-b');
      expectObservable(cached$, '--^--!').toBe('--ab-');
      expectSubscriptions(source$.subscriptions).toBe('^----!');
    });
  });

  it('begins anew for one who comes after the last has left', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b-|');
      const cached$ = source$.pipe(withCache({}));
      expectObservable(cached$, '^-!').toBe('-a');
      expectObservable(cached$, '--^').toBe('---a-b-|');
      expectSubscriptions(source$.subscriptions).toBe(['^-!', '--^----!']);
    });
  });

  it('gives its error to all who listen, and begins anew for the next', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-#');
      const cached$ = source$.pipe(withCache({}));
      expectObservable(cached$).toBe('-a-#');
      expectObservable(cached$, '--^').toBe('--a#');
      expectObservable(cached$, '----^').toBe('-----a-#');
      expectSubscriptions(source$.subscriptions).toBe(['^--!', '----^--!']);
    });
  });

  it('holds nothing, has torn the source down once and kept nothing, when all leave at whatever frame', () => {
    for (let frame = 0; frame <= 8; frame++) {
      for (const order of [1, -1]) {
        virtually(({ cold, scheduler, scheduled, flush }) => {
          const results = new ResultCache();
          const source = counted(cold('--a-b--|'));
          const cached$ = source.counted$.pipe(withCache(results));
          const all = [cached$.subscribe(), cached$.subscribe(), cached$.subscribe()];
          scheduler.schedule(() => {
            all
              .sort(() => order)
              .forEach((one, index) => {
                expect([frame, source.ends]).to.deep.equal([frame, frame >= 7 ? 1 : 0]);
                one.unsubscribe();
                if (index < 2) expect(source.ends).to.equal(frame >= 7 ? 1 : 0);
              });
            expect({
              frame,
              running: results.running,
              size: results.size,
              scheduled: scheduled(),
              starts: source.starts,
              ends: source.ends,
            }).to.deep.equal({ frame, running: 0, size: frame >= 7 ? 1 : 0, scheduled: 0, starts: 1, ends: 1 });
          }, frame);
          flush();
        });
      }
    }
  });

  it('stops an endless synchronous source when its only listener has enough', () => {
    const results = new ResultCache();
    let emitted = 0;
    const endless$ = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 1_000) subscriber.next(emitted++);
    });
    const log: unknown[] = [];
    endless$.pipe(withCache(results), take(2)).subscribe((value) => log.push(value));
    expect([log, emitted, results.running, results.size]).to.deep.equal([[0, 1], 2, 0, 0]);
  });
});
