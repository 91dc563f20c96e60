import { expect } from 'chai';
import { defer, Observable, of, Subject, type Subscription, throwError } from 'rxjs';
import { constant, type RetryOptions, Semaphore, withBulkhead, withRetry } from '../../operators/index.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { HostScheduler } from '../support/HostScheduler.js';
import { counted } from '../support/relay.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

const day = 24 * 3_600_000;

describe('withRetry, what it holds', () => {
  it('has torn the failed attempt down, once, before the next begins, and has nothing open during the wait', () => {
    virtually(({ cold, scheduler, flush }) => {
      const log: string[] = [];
      const source$ = new Observable((subscriber) => {
        log.push(`begins at ${String(scheduler.frame)}`);
        subscriber.add(cold('--#').subscribe(subscriber));
        subscriber.add(() => log.push(`torn down at ${String(scheduler.frame)}`));
      });
      source$.pipe(withRetry({ maxAttempts: 2, backoff: constant(3) })).subscribe({ error: () => log.push('told') });
      flush();
      expect(log).to.deep.equal(['begins at 0', 'torn down at 2', 'begins at 5', 'told', 'torn down at 7']);
    });
  });

  it('tears a failed attempt down before it sets the timer of the wait', () => {
    virtually(({ scheduler }) => {
      const timers = new FaultyScheduler(scheduler);
      const failing$ = new Subject();
      let timersAtTeardown = -1;
      const source$ = new Observable((subscriber) => {
        subscriber.add(failing$.subscribe(subscriber));
        subscriber.add(() => (timersAtTeardown = timers.delays.length));
      });
      const subscription = source$.pipe(withRetry({ backoff: constant(3), scheduler: timers })).subscribe();
      failing$.error('broken');
      expect({ timersAtTeardown, delays: timers.delays }).to.deep.equal({ timersAtTeardown: 0, delays: [3] });
      subscription.unsubscribe();
    });
  });

  it('tears a synchronous failure down before the next attempt, also where the teardown comes last', () => {
    const log: string[] = [];
    const source$ = new Observable((subscriber) => {
      log.push('begins');
      subscriber.error('broken');
      return () => log.push('torn down');
    });
    source$.pipe(withRetry({ backoff: constant(0) })).subscribe({ error: () => log.push('told') });
    expect(log).to.deep.equal(['begins', 'torn down', 'begins', 'torn down', 'begins', 'told', 'torn down']);
  });

  it('gives a slot back during the wait', () => {
    virtually(({ cold, expectObservable }) => {
      const semaphore = new Semaphore({ concurrency: 1 });
      const source$ = successive([cold('-#'), cold('(a|)')]);
      expectObservable(source$.pipe(withBulkhead(semaphore), withRetry({ backoff: constant(5) }))).toBe('------(a|)');
      expectObservable(cold('--(b|)').pipe(withBulkhead(semaphore))).toBe('---(b|)');
    });
  });

  describe('when it is cancelled', () => {
    it('ends at once at every frame, has nothing scheduled, and never subscribes again', () => {
      for (let frame = 0; frame <= 11; frame++) {
        let starts = 0;
        virtually(({ cold, scheduler, scheduled, flush }) => {
          const source = counted(successive([cold('-#'), cold('---#'), cold('-(a|)')]));
          const subscription = source.counted$.pipe(withRetry({ backoff: constant(2) })).subscribe();
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
          expect(starts).to.equal(frame <= 3 ? 1 : frame <= 8 ? 2 : 3);
        });
      }
    });

    for (const leavesIn of ['retryIf', 'backoff', 'onRetry'] as const) {
      it(`from within ${leavesIn}, waits for nothing, and tells of no retry that is not made`, () => {
        virtually(({ scheduled }) => {
          const failing$ = new Subject();
          const source = counted(failing$);
          const asked: string[] = [];
          const ask = (name: string): number => {
            if (name === leavesIn) subscription.unsubscribe();
            return asked.push(name);
          };
          const options: RetryOptions = {
            retryIf: () => ask('retryIf') > 0,
            backoff: () => ask('backoff'),
            onRetry: () => ask('onRetry'),
          };
          const subscription = source.counted$.pipe(withRetry(options)).subscribe();
          failing$.error('broken');
          expect({ scheduled: scheduled(), starts: source.starts, ends: source.ends }).to.deep.equal({
            scheduled: 0,
            starts: 1,
            ends: 1,
          });
          expect(asked.includes('onRetry')).to.equal(leavesIn === 'onRetry');
        });
      });
    }

    it('from within the teardown of a failed attempt, waits for nothing', () => {
      virtually(({ scheduled }) => {
        const failing$ = new Subject();
        let starts = 0;
        const source$ = new Observable((subscriber) => {
          starts++;
          subscriber.add(failing$.subscribe(subscriber));
          subscriber.add(() => {
            subscription.unsubscribe();
          });
        });
        const subscription: Subscription = source$.pipe(withRetry({ backoff: constant(2) })).subscribe();
        failing$.error('broken');
        expect({ starts, scheduled: scheduled() }).to.deep.equal({ starts: 1, scheduled: 0 });
      });
    });

    it('from within its next handler, leaves the attempt that emits', () => {
      virtually(({ cold, scheduled, flush }) => {
        const source = counted<string>(successive([cold('-#'), cold('-a-b-#')]));
        const seen: string[] = [];
        const subscription = source.counted$
          .pipe(withRetry<string>({ backoff: constant(2), afterValue: true }))
          .subscribe((value) => {
            seen.push(value);
            subscription.unsubscribe();
            expect(scheduled()).to.equal(0);
          });
        flush();
        expect({ seen, starts: source.starts, ends: source.ends }).to.deep.equal({ seen: ['a'], starts: 2, ends: 2 });
      });
    });
  });

  it('can be subscribed to again from its next, error and complete handlers, each time with all its attempts', () => {
    let starts = 0;
    const seen: string[] = [];
    const flaky$ = defer(() => (++starts % 2 ? throwError(() => 'broken') : of('a')));
    const retried$ = flaky$.pipe(withRetry({ maxAttempts: 2, backoff: constant(0) }));
    const again = (from: string) => (): void => {
      retried$.subscribe({ next: (value) => seen.push(`${from} ${value}`), error: () => seen.push(`${from} fails`) });
    };
    retried$.subscribe({ next: again('next'), complete: again('complete') });
    const failing$ = throwError(() => 'broken').pipe(withRetry({ maxAttempts: 2, backoff: constant(0) }));
    failing$.subscribe({ error: again('error') });
    expect(seen).to.deep.equal(['next a', 'complete a', 'error a']);
    expect(starts).to.equal(8);
  });

  describe('when a source throws as it is torn down', () => {
    for (const delayMs of [0, 3]) {
      it(`retries it all the same after ${String(delayMs)} ms, and the fault reaches the host`, () => {
        virtually(({ scheduler, flush }) => {
          const host = new HostScheduler(scheduler);
          const failing$ = new Subject();
          const starts: number[] = [];
          const careless$ = new Observable((subscriber) => {
            if (starts.push(scheduler.frame) === 2) return;
            subscriber.add(failing$.subscribe(subscriber));
            subscriber.add(() => {
              throw new Error('teardown');
            });
          });
          const seen: unknown[] = [];
          careless$
            .pipe(withRetry({ backoff: constant(delayMs), scheduler: host }))
            .subscribe({ error: (error) => seen.push(error) });
          failing$.error('broken');
          flush();
          expect({ starts, seen }).to.deep.equal({ starts: [0, delayMs], seen: [] });
          expect(host.faults).to.have.length(1);
          expect(String(host.faults[0])).to.contain('teardown');
        });
      });

      it(`does so also where it fails while it is subscribed to (${String(delayMs)} ms)`, () => {
        virtually(({ scheduler, flush }) => {
          const host = new HostScheduler(scheduler);
          const starts: number[] = [];
          const careless$ = new Observable((subscriber) => {
            starts.push(scheduler.frame);
            subscriber.error(`error ${String(starts.length)}`);
            return () => {
              throw new Error('teardown');
            };
          });
          const seen: unknown[] = [];
          careless$
            .pipe(withRetry({ backoff: constant(delayMs), scheduler: host }))
            .subscribe({ error: (error) => seen.push(error) });
          flush();
          expect({ starts, seen }).to.deep.equal({ starts: [0, delayMs, 2 * delayMs], seen: ['error 3'] });
          expect(host.faults).to.have.length(3);
        });
      });
    }
  });

  describe('with a faulty clock', () => {
    it('waits out delays longer than 31 bits can count', () => {
      virtually(({ cold, scheduler, expectObservable }) => {
        const source$ = successive([cold('#'), cold('(a|)')]);
        const faulty = new FaultyScheduler(scheduler);
        const output$ = source$.pipe(withRetry({ backoff: constant(40 * day), scheduler: faulty }));
        expectObservable(output$).toBe('57600m (a|)');
      });
    });

    it('is cancelled in the middle of one, too', () => {
      virtually(({ scheduler, scheduled }) => {
        const retried$ = throwError(() => 'broken').pipe(withRetry({ backoff: constant(40 * day) }));
        const subscription = retried$.subscribe();
        scheduler.schedule(() => {
          subscription.unsubscribe();
          expect(scheduled()).to.equal(0);
        }, 30 * day);
      });
    });

    it('waits at most 1 ms longer when the clock is set back meanwhile', () => {
      virtually(({ scheduler, flush }) => {
        const faulty = new FaultyScheduler(scheduler);
        scheduler.schedule(() => (faulty.shiftMs = -day), 2);
        const starts: number[] = [];
        const failing$ = defer(() => {
          starts.push(scheduler.frame);
          return throwError(() => 'broken');
        });
        failing$
          .pipe(withRetry({ maxAttempts: 2, backoff: constant(5), scheduler: faulty }))
          .subscribe({ error: () => undefined });
        flush();
        expect(starts).to.have.length(2);
        expect(starts[1]).to.be.within(5, 6);
      });
    });

    it('still ends by maxElapsedMs when the clock is set back', () => {
      virtually(({ cold, scheduler, flush }) => {
        const faulty = new FaultyScheduler(scheduler);
        scheduler.schedule(() => (faulty.shiftMs = -day), 25);
        let endedAt = -1;
        cold('#')
          .pipe(withRetry({ maxAttempts: 1_000, backoff: constant(10), maxElapsedMs: 100, scheduler: faulty }))
          .subscribe({ error: () => (endedAt = scheduler.frame) });
        flush();
        expect(endedAt).to.be.within(90, 110);
      });
    });
  });
});
