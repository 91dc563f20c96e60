import { expect } from 'chai';
import * as fc from 'fast-check';
import { delay, interval, observeOn, type SchedulerAction, Subscription, take, timer } from 'rxjs';
import { VirtualScheduler } from '../../src/testing/index.js';

describe('VirtualScheduler', () => {
  it('does what is due in the order of time, and at one time in the order of scheduling', () => {
    const scheduler = new VirtualScheduler();
    const done: string[] = [];
    for (const [name, ms] of [
      ['c', 5],
      ['a', 1],
      ['d', 5],
      ['b', 1],
    ] as const) {
      scheduler.schedule(() => done.push(`${scheduler.now()} ${name}`), ms);
    }
    scheduler.flush();
    expect(done).to.deep.equal(['1 a', '1 b', '5 c', '5 d']);
  });

  it('goes by the times of RxJS', () => {
    const scheduler = new VirtualScheduler();
    const seen: string[] = [];
    interval(10, scheduler)
      .pipe(take(3), delay(3, scheduler), observeOn(scheduler))
      .subscribe({
        next: (value) => seen.push(`${scheduler.now()} ${value}`),
        complete: () => seen.push(`${scheduler.now()} end`),
      });
    timer(5, 8, scheduler)
      .pipe(take(2))
      .subscribe((value) => seen.push(`${scheduler.now()} timer ${value}`));
    scheduler.flush();
    expect(seen).to.deep.equal(['5 timer 0', '13 timer 1', '13 0', '23 1', '33 2', '33 end']);
    expect(scheduler.pending).to.equal(0);
  });

  it('stops at the time that it is told, with what is due then done', () => {
    const scheduler = new VirtualScheduler(1_000);
    const done: number[] = [];
    for (const ms of [0, 5, 6]) scheduler.schedule(() => done.push(scheduler.now()), ms);
    scheduler.flush(1_005);
    expect({ done, now: scheduler.now(), pending: scheduler.pending, next: scheduler.next }).to.deep.equal({
      done: [1_000, 1_005],
      now: 1_005,
      pending: 1,
      next: 1_006,
    });
    scheduler.flush(900);
    expect(scheduler.now()).to.equal(1_005);
  });

  it('never does what is due in an endless time, and does at once what is due before now', () => {
    const scheduler = new VirtualScheduler();
    const done: string[] = [];
    scheduler.schedule(() => done.push('never'), Infinity);
    scheduler.schedule(() => done.push('back'), -5);
    scheduler.schedule(() => done.push('no number'), NaN);
    scheduler.flush();
    expect({ done, now: scheduler.now(), pending: scheduler.pending, next: scheduler.next }).to.deep.equal({
      done: ['back', 'no number'],
      now: 0,
      pending: 1,
      next: undefined,
    });
  });

  it('forgets a task that was cancelled, and lets go of one that is over', () => {
    const scheduler = new VirtualScheduler();
    const parent = new Subscription();
    const done: number[] = [];
    const tasks = [3, 1, 2].map((ms) => scheduler.schedule(() => done.push(ms), ms));
    for (const task of tasks) parent.add(task);
    tasks[1]?.unsubscribe();
    expect(scheduler.pending).to.equal(2);
    scheduler.flush();
    expect(done).to.deep.equal([2, 3]);
    expect(tasks.map(({ closed }) => closed)).to.deep.equal([true, true, true]);
  });

  it('leaves a task that schedules itself again scheduled, with the state that it gave', () => {
    const scheduler = new VirtualScheduler();
    const states: number[] = [];
    const task = scheduler.schedule<number>(
      function (state = 0) {
        states.push(state);
        if (state < 3) this.schedule(state + 1, 2);
      },
      1,
      1,
    );
    scheduler.flush(3);
    expect({ states: [...states], closed: task.closed }).to.deep.equal({ states: [1, 2], closed: false });
    scheduler.flush();
    expect({ states, closed: task.closed, now: scheduler.now() }).to.deep.equal({
      states: [1, 2, 3],
      closed: true,
      now: 5,
    });
    task.unsubscribe();
    (task as SchedulerAction<number>).schedule(1);
    expect(scheduler.pending).to.equal(0);
  });

  it('throws what a task throws, and goes on with the others', () => {
    const scheduler = new VirtualScheduler();
    const done: string[] = [];
    scheduler.schedule(() => {
      throw new Error('broken');
    }, 1);
    scheduler.schedule(() => done.push('other'), 1);
    expect(() => {
      scheduler.flush();
    }).to.throw('broken');
    scheduler.flush();
    expect(done).to.deep.equal(['other']);
  });

  it('does the same as a list that is sorted whenever it is looked at', () => {
    const action = fc.record({
      delay: fc.nat(20),
      cancels: fc.option(fc.nat(60)),
      spawns: fc.array(fc.nat(9), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const run = (schedule: (work: () => void, ms: number) => () => void, now: () => number): string[] => {
          const done: string[] = [];
          const cancels = actions.map(({ delay: ms, spawns, cancels: other }, index) =>
            schedule(() => {
              done.push(`${now()} ${index}`);
              if (other !== null) cancels[other]?.();
              for (const spawned of spawns) schedule(() => done.push(`${now()} ${index}+${spawned}`), spawned);
            }, ms),
          );
          return done;
        };
        const scheduler = new VirtualScheduler();
        const actual = run(
          (work, ms) => {
            const task = scheduler.schedule(work, ms);
            return () => {
              task.unsubscribe();
            };
          },
          () => scheduler.now(),
        );
        scheduler.flush();

        let tasks: { due: number; order: number; work: () => void }[] = [];
        let [time, order] = [0, 0];
        const expected = run(
          (work, ms) => {
            const task = { due: time + ms, order: order++, work };
            tasks.push(task);
            return () => {
              tasks = tasks.filter((other) => other !== task);
            };
          },
          () => time,
        );
        while (tasks.length > 0) {
          tasks.sort((a, b) => a.due - b.due || a.order - b.order);
          const task = tasks.shift();
          time = task?.due ?? time;
          task?.work();
        }
        expect(actual).to.deep.equal(expected);
      }),
      { numRuns: 300 },
    );
  });
});
