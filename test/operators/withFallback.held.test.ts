import { expect } from 'chai';
import { NEVER, Observable, of, Subject, type Subscription } from 'rxjs';
import { Semaphore, withBulkhead, withFallback } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

describe('withFallback, what it holds', () => {
  describe('tears the source down before the fallback', () => {
    it('is begun, or the function is called', () => {
      const log: string[] = [];
      const failing$ = new Subject();
      const source$ = new Observable((subscriber) => {
        subscriber.add(failing$.subscribe(subscriber));
        subscriber.add(() => log.push('torn down'));
      });
      const other$ = new Observable<string>((subscriber) => {
        log.push('fallback begins');
        subscriber.complete();
      });
      source$.pipe(withFallback(other$)).subscribe();
      const called = (): Observable<string> => {
        log.push('function called');
        return other$;
      };
      source$.pipe(withFallback(called)).subscribe();
      failing$.error('broken');
      expect(log).to.deep.equal(['torn down', 'fallback begins', 'torn down', 'function called', 'fallback begins']);
    });

    it('is begun, also where the source fails while it is subscribed to, and its teardown comes last', () => {
      const log: string[] = [];
      const source$ = new Observable((subscriber) => {
        subscriber.error('broken');
        log.push('source returns');
        return () => log.push('torn down');
      });
      const other$ = new Observable<string>((subscriber) => {
        log.push('fallback begins');
        subscriber.complete();
      });
      source$.pipe(withFallback(other$)).subscribe({ complete: () => log.push('told') });
      expect(log).to.deep.equal(['source returns', 'torn down', 'fallback begins', 'told']);
    });

    it('wants the only slot of the bulkhead that the source is in', () => {
      virtually(({ cold, expectObservable }) => {
        const semaphore = new Semaphore({ concurrency: 1, maxQueue: 0 });
        const limited = withBulkhead<string>(semaphore);
        const other$ = cold('-(b|)').pipe(limited);
        expectObservable(cold('--#').pipe(limited, withFallback(other$))).toBe('---(b|)');
        expectObservable(
          cold('-----#').pipe(
            withBulkhead<string>(1),
            withFallback(() => other$),
          ),
        ).toBe('------(b|)');
      });
    });

    it('wants the only slot, also where the source holds it up to its teardown', () => {
      const slots: string[] = ['slot'];
      const take = (source$: Observable<string>): Observable<string> =>
        new Observable((subscriber) => {
          const slot = slots.pop();
          if (slot === undefined) subscriber.error('no slot');
          subscriber.add(() => slot !== undefined && slots.push(slot));
          subscriber.add(source$.subscribe(subscriber));
        });
      const failing$ = new Subject<string>();
      const seen: unknown[] = [];
      take(failing$)
        .pipe(withFallback(take(of('b'))))
        .subscribe({ next: (value) => seen.push(value), error: (error) => seen.push(error) });
      failing$.error('broken');
      expect({ seen, slots }).to.deep.equal({ seen: ['b'], slots: ['slot'] });
    });

    it('begins, even if that teardown throws, and the fault reaches the host', () => {
      for (const synchronous of [true, false]) {
        virtually(({ flush }) => {
          const failing$ = new Subject();
          const careless$ = new Observable((subscriber) => {
            if (synchronous) subscriber.error('broken');
            else subscriber.add(failing$.subscribe(subscriber));
            return () => {
              throw new Error('teardown');
            };
          });
          const seen: unknown[] = [];
          careless$
            .pipe(withFallback('b'))
            .subscribe({ next: (value) => seen.push(value), error: (error) => seen.push(error) });
          failing$.error('broken');
          expect(seen).to.deep.equal(['b']);
          expect(flush).to.throw('teardown');
        });
      }
    });
  });

  describe('when it is cancelled', () => {
    it('stops whichever is running at every frame, with nothing scheduled, and begins no fallback later', () => {
      for (let frame = 0; frame <= 9; frame++) {
        virtually(({ cold, scheduler, scheduled, flush }) => {
          const source = counted(cold('-a--#'));
          const other = counted(cold('--b-|'));
          const subscription = source.counted$.pipe(withFallback(other.counted$)).subscribe();
          scheduler.schedule(() => {
            subscription.unsubscribe();
            expect({
              frame,
              scheduled: scheduled(),
              ends: source.ends,
              running: other.starts - other.ends,
            }).to.deep.equal({ frame, scheduled: 0, ends: 1, running: 0 });
          }, frame);
          flush();
          expect(other.starts, `left at ${String(frame)}`).to.equal(frame < 4 ? 0 : 1);
        });
      }
    });

    for (const leavesIn of ['when', 'the function', 'the teardown of the source'] as const) {
      it(`from within ${leavesIn}, begins no fallback`, () => {
        const failing$ = new Subject();
        const other = counted(NEVER);
        const asked: string[] = [];
        const ask = (name: string): void => {
          asked.push(name);
          if (name === leavesIn) subscription.unsubscribe();
        };
        const source$ = new Observable((subscriber) => {
          subscriber.add(failing$.subscribe(subscriber));
          subscriber.add(() => {
            ask('the teardown of the source');
          });
        });
        const fallback = (): Observable<never> => {
          ask('the function');
          return other.counted$;
        };
        const when = (): boolean => {
          ask('when');
          return true;
        };
        const subscription: Subscription = source$.pipe(withFallback(fallback, { when })).subscribe();
        failing$.error('broken');
        expect({ starts: other.starts, last: asked.at(-1) }).to.deep.equal({ starts: 0, last: leavesIn });
      });
    }
  });
});
