import { expect } from 'chai';
import { NEVER, Observable, of, Subject, type Subscription, takeUntil } from 'rxjs';
import { Semaphore, withBulkhead, withHedge } from '../../operators/index.js';
import { HostScheduler } from '../support/HostScheduler.js';
import { counted } from '../support/relay.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

describe('withHedge, what it holds', () => {
  describe('when it is cancelled', () => {
    it('tears all down at once at every frame, has nothing scheduled, and begins none any more', () => {
      for (let frame = 0; frame <= 11; frame++) {
        let starts = 0;
        virtually(({ cold, scheduler, scheduled, flush }) => {
          const source = counted(successive([cold('-----#'), cold('--------'), cold('-----#'), cold('--a-----|')]));
          const subscription = source.counted$.pipe(withHedge({ delayMs: 2, maxAttempts: 4 })).subscribe();
          scheduler.schedule(() => {
            subscription.unsubscribe();
            starts = source.starts;
            expect({ frame, scheduled: scheduled(), running: starts - source.ends }).to.deep.equal({
              frame,
              scheduled: 0,
              running: 0,
            });
          }, frame);
          flush();
          expect(source.starts, `left at ${String(frame)}`).to.equal(starts);
          expect(source.ends).to.equal(starts);
        });
      }
    });

    it('lets no attempt in anywhere by tearing another down', () => {
      const semaphore = new Semaphore({ concurrency: 1 });
      const source = counted(NEVER);
      const limited$ = source.counted$.pipe(withBulkhead(semaphore));
      const subscription = limited$.pipe(withHedge({ delayMs: 0, maxAttempts: 3 })).subscribe();
      expect([source.starts, semaphore.queued]).to.deep.equal([1, 2]);
      subscription.unsubscribe();
      expect([source.starts, source.ends, semaphore.permits, semaphore.queued]).to.deep.equal([1, 1, 0, 0]);
    });

    it('from within its next handler, tears the winner down too', () => {
      const answer$ = new Subject<string>();
      const source = counted(answer$);
      const subscription: Subscription = source.counted$.pipe(withHedge({ delayMs: 0 })).subscribe(() => {
        subscription.unsubscribe();
        expect([source.starts, source.ends]).to.deep.equal([2, 2]);
      });
      answer$.next('x');
      expect(answer$.observed).to.equal(false);
    });

    it('from within delayMs, sets no timer', () => {
      virtually(({ scheduled }) => {
        const leave$ = new Subject<void>();
        const source = counted(NEVER);
        const delayMs = (): number => {
          leave$.next();
          return 5;
        };
        source.counted$.pipe(withHedge({ delayMs }), takeUntil(leave$)).subscribe();
        expect({ scheduled: scheduled(), starts: source.starts, ends: source.ends }).to.deep.equal({
          scheduled: 0,
          starts: 1,
          ends: 1,
        });
      });
    });
  });

  describe('when a source throws as it is torn down', () => {
    const careless = (source$: Observable<string>): Observable<string> =>
      new Observable((subscriber) => {
        subscriber.add(source$.subscribe(subscriber));
        subscriber.add(() => {
          throw new Error('teardown');
        });
      });

    it('forwards the value of the winner, tears the other losers down, and the fault reaches the host', () => {
      virtually(({ scheduler, flush }) => {
        const host = new HostScheduler(scheduler);
        const winner$ = new Subject<string>();
        const other = counted(NEVER);
        const seen: string[] = [];
        const subscription = successive<string>([winner$, other.counted$, careless(NEVER)])
          .pipe(withHedge({ delayMs: 0, maxAttempts: 3, scheduler: host }))
          .subscribe((value) => seen.push(value));
        winner$.next('a');
        winner$.next('b');
        expect({ seen, ends: other.ends }).to.deep.equal({ seen: ['a', 'b'], ends: 1 });
        flush();
        expect(String(host.faults)).to.contain('teardown');
        subscription.unsubscribe();
      });
    });

    it('begins the next attempt after a failure all the same', () => {
      virtually(({ scheduler, flush }) => {
        const host = new HostScheduler(scheduler);
        const failing$ = new Subject<string>();
        const seen: string[] = [];
        successive([careless(failing$), of('a')])
          .pipe(withHedge({ delayMs: Infinity, scheduler: host }))
          .subscribe((value) => seen.push(value));
        failing$.error('broken');
        expect(seen).to.deep.equal(['a']);
        flush();
        expect(String(host.faults)).to.contain('teardown');
      });
    });

    it('does so also after one that fails as it is subscribed to', () => {
      virtually(({ scheduler, flush }) => {
        const host = new HostScheduler(scheduler);
        const starts: number[] = [];
        const careless$ = new Observable<string>((subscriber) => {
          if (starts.push(scheduler.frame) === 2) {
            subscriber.error('broken');
            return () => {
              throw new Error('teardown');
            };
          }
          if (starts.length === 3) subscriber.next('a');
          return undefined;
        });
        const seen: string[] = [];
        const subscription = careless$
          .pipe(withHedge({ delayMs: 5, maxAttempts: 4, scheduler: host }))
          .subscribe((value) => seen.push(value));
        flush();
        expect({ starts, seen }).to.deep.equal({ starts: [0, 5, 5], seen: ['a'] });
        expect(String(host.faults)).to.contain('teardown');
        subscription.unsubscribe();
      });
    });
  });
});
