import { expect } from 'chai';
import { concat, delay, map, NEVER, Observable, of, take } from 'rxjs';
import { expireStatus } from '../../operators/expireStatus.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { virtually } from '../support/virtually.js';

interface Value {
  readonly name: string;
  readonly until?: number;
}

describe('expireStatus', () => {
  const values: Record<string, Value> = {
    a: { name: 'a' },
    b: { name: 'b', until: 6 },
    c: { name: 'c', until: 9 },
    B: { name: 'B' },
    C: { name: 'C' },
  };
  const after = ({ name }: Value): Value => ({ name: name.toUpperCase() });

  for (const [title, source, output] of [
    ['passes on what holds for good', '-a-a-|', '-a-a-|'],
    ['follows a value by the next when its time has come', '-b-------|', '-b----B--|'],
    ['follows the latest only', '-b-c-------|', '-b-c-----C-|'],
    ['does not follow one that another has replaced by then', '-b-a------|', '-b-a------|'],
    ['lets a value of the same frame replace it', '-b----a--|', '-b----a--|'],
    ['tells at once what is true when the time of a value is over', '-------b--|', '-------B--|'],
    ['tells at once what is true when the time of a value is over in this very frame', '------b--|', '------B--|'],
    ['follows nothing after the end', '-b-|', '-b-|'],
    ['follows nothing after an error', '-b-#', '-b-#'],
  ] as const) {
    it(title, () => {
      virtually(({ hot, scheduler, expectObservable }) => {
        const output$ = hot(source, values).pipe(expireStatus<Value>(scheduler, ({ until }) => until, after));
        expectObservable(output$).toBe(output, values);
      });
    });
  }

  it('lets a value replace it that comes in the same frame by a timer that was set later', () => {
    virtually(({ scheduler, expectObservable }) => {
      const source$ = concat(of('b'), of('a').pipe(delay(6)), NEVER).pipe(map((name) => values[name] ?? { name }));
      const output$ = source$.pipe(expireStatus<Value>(scheduler, ({ until }) => until, after));
      expectObservable(output$).toBe('b-----a', values);
      const leaving$ = source$.pipe(expireStatus<Value>(scheduler, ({ until }) => until, after));
      expectObservable(leaving$, '^-----!').toBe('b', values);
    });
  });

  it('goes through several times in turn, and gives each its time', () => {
    virtually(({ cold, scheduler, expectObservable }) => {
      const times: Record<string, number> = { x: 4, y: 7 };
      const output$ = cold('x').pipe(
        expireStatus<string>(
          scheduler,
          (name) => times[name],
          (name, now) => ({ x: 'y', y: 'z' })[name] ?? String(now),
        ),
      );
      expectObservable(output$).toBe('x---y--z');
    });
  });

  it('has a timer only while it waits and somebody listens', () => {
    virtually(({ flush, hot, scheduled, scheduler }) => {
      const subscription = hot('-b-a-c', values)
        .pipe(expireStatus<Value>(scheduler, ({ until }) => until, after))
        .subscribe();
      const timersAt: Record<number, number> = {};
      // The three values of the source are scheduled from the beginning, and so are these.
      for (const frame of [2, 4, 6]) scheduler.schedule(() => (timersAt[frame] = scheduled()), frame);
      scheduler.schedule(() => {
        subscription.unsubscribe();
        expect(scheduled()).to.equal(0);
      }, 7);
      flush();
      expect(timersAt).to.deep.equal({ 2: 2 + 2 + 1 + 1, 4: 1 + 1 + 0 + 1, 6: 0 + 0 + 1 + 1 });
    });
  });

  it('leaves a synchronous source, and no timer, as soon as downstream has enough', () => {
    virtually(({ scheduler, scheduled }) => {
      let emitted = 0;
      const endless$ = new Observable<Value>((subscriber) => {
        while (!subscriber.closed && emitted < 100) {
          emitted++;
          subscriber.next({ name: 'b', until: 6 });
        }
      });
      endless$
        .pipe(
          expireStatus<Value>(scheduler, ({ until }) => until, after),
          take(2),
        )
        .subscribe();
      expect([emitted, scheduled()]).to.deep.equal([2, 0]);
    });
  });

  it('never asks the scheduler for a delay that a host cannot count', () => {
    virtually(({ hot, scheduler, flush }) => {
      const month = 30 * 24 * 3_600_000;
      const faulty = new FaultyScheduler(scheduler);
      const seen: number[] = [];
      const subscription = hot('-x')
        .pipe(
          expireStatus<string>(
            faulty,
            (name) => (name === 'x' ? month : undefined),
            () => 'done',
          ),
        )
        .subscribe(() => seen.push(scheduler.frame));
      flush();
      subscription.unsubscribe();
      expect(seen).to.deep.equal([1, month]);
      expect(Math.max(...faulty.delays)).to.be.below(2 ** 31);
    });
  });
});
