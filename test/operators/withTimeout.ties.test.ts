import { expect } from 'chai';
import { catchError, delay, firstValueFrom, NEVER, Observable, of, timer } from 'rxjs';
import { Deadlines, type TimeoutExceeded, withTimeout } from '../../operators/index.js';
import { virtually } from '../support/virtually.js';

describe('withTimeout, in the frame of the deadline', () => {
  it('lets a value in, which then counts as in time for firstMs and eachMs', () => {
    virtually(({ cold, expectObservable }) => {
      expectObservable(cold('---a--b--|').pipe(withTimeout({ firstMs: 3, eachMs: 3 }))).toBe('---a--b--|');
    });
  });

  it('lets the end in', () => {
    virtually(({ cold, expectObservable }) => {
      expectObservable(cold('-----|').pipe(withTimeout(5))).toBe('-----|');
      expectObservable(cold('-----#').pipe(withTimeout(5))).toBe('-----#');
    });
  });

  it('lets a value of a hot source in, whose frame was set before the deadline', () => {
    virtually(({ hot, expectObservable }) => {
      expectObservable(hot('-----(a|)').pipe(withTimeout(5))).toBe('-----(a|)');
    });
  });

  it('lets the values of all in who share the deadlines', () => {
    virtually(({ cold, hot, expectObservable }) => {
      const deadlines = new Deadlines();
      const limited = withTimeout<string>(5, { deadlines });
      expectObservable(cold('-----(a|)').pipe(limited)).toBe('-----(a|)');
      expectObservable(hot('-----(b|)').pipe(limited)).toBe('-----(b|)');
      expectObservable(cold('-----(c|)').pipe(limited)).toBe('-----(c|)');
      expectObservable(
        NEVER.pipe(
          limited,
          catchError((error: TimeoutExceeded) => of(error.ms)),
        ),
      ).toBe('-----(t|)', { t: 5 });
    });
  });

  it('lets a value in that comes by a timer of RxJS, set before or after the deadline', () => {
    virtually(({ expectObservable }) => {
      expectObservable(timer(5).pipe(withTimeout(5))).toBe('-----(0|)', { 0: 0 });
      expectObservable(of('a').pipe(delay(5), withTimeout(5))).toBe('-----(a|)');
    });
  });

  it('lets a value in when a scheduler is given', () => {
    virtually(({ cold, scheduler, expectObservable }) => {
      expectObservable(cold('-----(a|)').pipe(withTimeout(5, { scheduler }))).toBe('-----(a|)');
      expectObservable(timer(5, scheduler).pipe(withTimeout(5, { scheduler }))).toBe('-----(0|)', { 0: 0 });
    });
  });

  it('does not end what was cancelled in that frame', () => {
    virtually(({ scheduler, flush }) => {
      const deadlines = new Deadlines();
      const seen: unknown[] = [];
      const subscription = NEVER.pipe(withTimeout(5, { deadlines })).subscribe({ error: (error) => seen.push(error) });
      scheduler.schedule(() => {
        subscription.unsubscribe();
        expect(deadlines.pending + deadlines.timers).to.equal(0);
      }, 5);
      flush();
      expect(seen).to.deep.equal([]);
    });
  });

  it('ends those who share the deadlines in the order of their subscriptions', () => {
    virtually(({ flush }) => {
      const limited = withTimeout<never>(5);
      const seen: string[] = [];
      for (const name of ['a', 'b', 'c']) NEVER.pipe(limited).subscribe({ error: () => seen.push(name) });
      flush();
      expect(seen).to.deep.equal(['a', 'b', 'c']);
    });
  });

  it('does not end the one whom the first to be told has cancelled', () => {
    virtually(({ flush }) => {
      const limited = withTimeout<never>(5);
      const seen: string[] = [];
      NEVER.pipe(limited).subscribe({
        error: () => {
          seen.push('a');
          second.unsubscribe();
        },
      });
      const second = NEVER.pipe(limited).subscribe({ error: () => seen.push('b') });
      flush();
      expect(seen).to.deep.equal(['a']);
    });
  });

  it('ends the others on time when one of them throws as it is torn down', () => {
    virtually(({ flush, scheduler }) => {
      const limited = withTimeout<never>(5);
      const seen: unknown[] = [];
      const careless$ = new Observable<never>(() => () => {
        throw new Error('teardown');
      });
      careless$.pipe(limited).subscribe({ error: () => seen.push('a') });
      NEVER.pipe(limited).subscribe({ error: () => seen.push('b', scheduler.frame) });
      expect(flush).to.throw('teardown');
      flush();
      expect(seen).to.deep.equal(['a', 'b', 5]);
    });
  });

  it('lets a value in on the very millisecond on the clock of the host', async () => {
    // The one test in real time: how the host's timers of one millisecond follow each other cannot be simulated.
    expect(await firstValueFrom(timer(10).pipe(withTimeout(10)))).to.equal(0);
  });
});
