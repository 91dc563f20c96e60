import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { defer, Observable, Subject, takeUntil, throwError } from 'rxjs';
import { constant, withRetry } from '../../operators/index.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { virtually } from '../support/virtually.js';

/**
 * Retries a source without a wait, in a process of its own, where no runner has used up stack or turns of the host, and
 * counts those turns until the end.
 */
function inFreshProcess(source: string, maxAttempts: number): Record<'attempts' | 'turns' | 'timers', number> {
  const program = `
    const { defer, throwError } = require('rxjs');
    const { constant, withRetry } = require('./operators/index.ts');
    let attempts = 0, turns = 0, timers = 0, done = false;
    const turn = () => { turns++; if (!done) setImmediate(turn); };
    setImmediate(turn);
    const interval = setInterval(() => timers++, 1);
    defer(() => { attempts++; return ${source}; })
      .pipe(withRetry({ maxAttempts: ${String(maxAttempts)}, backoff: constant(0) }))
      .subscribe({ error: (error) => {
        done = true;
        clearInterval(interval);
        console.log(JSON.stringify({ attempts, turns, timers }));
      } });`;
  const child = spawnSync(process.execPath, ['--require', 'tsx', '--eval', program], { encoding: 'utf8' });
  expect(child.stderr).to.equal('');
  return JSON.parse(child.stdout) as ReturnType<typeof inFreshProcess>;
}

describe('withRetry, with 100,000 failures and no wait between them', () => {
  it('comes to the last attempt of a synchronous source without overflowing, and lets timers and I/O go in between', () => {
    const { attempts, turns, timers } = inFreshProcess("throwError(() => 'broken')", 100_000);
    expect(attempts).to.equal(100_000);
    expect(turns).to.be.at.least(390);
    expect(timers).to.be.at.least(100);
  }).timeout(30_000);

  it('lets timers and I/O go also where each failure comes with a promise', () => {
    const { attempts, turns } = inFreshProcess("Promise.reject('broken')", 10_000);
    expect(attempts).to.equal(10_000);
    expect(turns).to.be.at.least(39);
  }).timeout(30_000);

  it('asks for the next turn after every 256 attempts, and only then', () => {
    virtually(({ scheduler, flush }) => {
      const timers = new FaultyScheduler(scheduler);
      let attempts = 0;
      const failing$ = defer(() => {
        attempts++;
        return throwError(() => 'broken');
      });
      let told: unknown;
      failing$
        .pipe(withRetry({ maxAttempts: 100_000, backoff: constant(0), scheduler: timers }))
        .subscribe({ error: (error: unknown) => (told = error) });
      expect(attempts).to.equal(256);
      const attemptsAt: number[] = [];
      scheduler.schedule(() => attemptsAt.push(attempts));
      flush();
      expect({ attempts, told, attemptsAt }).to.deep.equal({ attempts: 100_000, told: 'broken', attemptsAt: [512] });
      expect(timers.delays).to.deep.equal(Array.from({ length: 390 }, () => 0));
    });
  });

  it('stops in between when its subscriber leaves in that turn', () => {
    virtually(({ scheduled }) => {
      let attempts = 0;
      const failing$ = defer(() => {
        attempts++;
        return throwError(() => 'broken');
      });
      const subscription = failing$.pipe(withRetry({ maxAttempts: Infinity, backoff: constant(0) })).subscribe();
      subscription.unsubscribe();
      expect({ attempts, scheduled: scheduled() }).to.deep.equal({ attempts: 256, scheduled: 0 });
    });
  });

  it('stops at once when its subscriber leaves from within an attempt', () => {
    const stop$ = new Subject<void>();
    let attempts = 0;
    const failing$ = new Observable((subscriber) => {
      if (++attempts === 5) stop$.next();
      subscriber.error('broken');
    });
    failing$.pipe(withRetry({ maxAttempts: 100, backoff: constant(0) }), takeUntil(stop$)).subscribe();
    expect(attempts).to.equal(5);
  });

  it('leaves nothing of the failed attempts behind in the subscription', () => {
    let held = 0;
    let most = 0;
    const watched$ = new Observable((subscriber) => {
      const add = subscriber.add.bind(subscriber);
      const remove = subscriber.remove.bind(subscriber);
      subscriber.add = (teardown) => {
        most = Math.max(most, ++held);
        add(teardown);
      };
      subscriber.remove = (teardown) => {
        held--;
        remove(teardown);
      };
      const failing$ = throwError(() => 'broken').pipe(withRetry({ maxAttempts: 200, backoff: constant(0) }));
      // Observable.subscribe takes a Subscriber as it is: what the operator adds is added to this one.
      failing$.subscribe(subscriber);
    });
    watched$.subscribe({ error: () => undefined });
    expect(most).to.be.within(2, 5);
  });
});
