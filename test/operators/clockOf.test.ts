import { install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { asapScheduler, asyncScheduler, VirtualTimeScheduler } from 'rxjs';
import { clockOf } from '../../operators/index.js';
import { virtually } from '../support/virtually.js';

describe('clockOf', () => {
  it('is the same clock for the same scheduler', () => {
    const scheduler = new VirtualTimeScheduler();
    expect(clockOf(scheduler)).to.equal(clockOf(scheduler));
    expect(clockOf(scheduler)).not.to.equal(clockOf(new VirtualTimeScheduler()));
    expect(clockOf()).to.equal(clockOf(asyncScheduler));
  });

  it("tells the scheduler's time, and calls back by it", () => {
    const scheduler = new VirtualTimeScheduler();
    const clock = clockOf(scheduler);
    const calls: number[] = [];
    clock.setTimer(() => calls.push(clock.now()), 5);
    clock.setTimer(() => calls.push(clock.now()), -1);
    clock.setTimer(() => calls.push(clock.now()), 7)();
    scheduler.flush();
    expect(calls).to.deep.equal([0, 5]);
  });

  it('runs by default in the virtual time of a test, too', () => {
    virtually(({ scheduler, flush }) => {
      const calls: number[] = [];
      clockOf().setTimer(() => calls.push(clockOf().now(), scheduler.frame), 5);
      flush();
      expect(calls).to.deep.equal([5, 5]);
    });
  });

  it('defers to the end of the instant, behind what is due at it', () => {
    for (const given of [true, false]) {
      virtually(({ scheduler, flush }) => {
        const clock = clockOf(given ? scheduler : undefined);
        const log: string[] = [];
        clock.setTimer(() => {
          log.push('first');
          clock.defer(() => log.push('deferred'));
          clock.defer(() => log.push('cancelled'))();
        }, 5);
        clock.setTimer(() => log.push('second'), 5);
        flush();
        expect(log).to.deep.equal(['first', 'second', 'deferred']);
        expect(scheduler.frame).to.equal(5);
      });
    }
  });

  it('lets what it defers to cancel a timer that is due at the same time', () => {
    virtually(({ flush }) => {
      const clock = clockOf();
      const log: string[] = [];
      let cancelLater = (): void => undefined;
      clock.setTimer(() => {
        clock.setTimer(() => {
          cancelLater();
          log.push('cancels');
        }, 0);
        cancelLater = clock.setTimer(() => log.push('cancelled'), 0);
      }, 5);
      flush();
      expect(log).to.deep.equal(['cancels']);
    });
  });

  describe('does not see', () => {
    const atDate = Date.UTC(2025, 0);

    it("part of a millisecond of the host's clock, which counts whole ones", () => {
      // Those made from others are new to it: it remembers the clocks of the others.
      for (const scheduler of [undefined, asapScheduler, Object.create(asyncScheduler) as typeof asyncScheduler]) {
        const clock = clockOf(scheduler);
        expect(clock.unseenMs?.(clock.now())).to.equal(1);
      }
    });

    it('nothing of virtual time, whatever the scheduler and the date', () => {
      const late = new VirtualTimeScheduler();
      late.frame = atDate;
      for (const scheduler of [new VirtualTimeScheduler(), late]) {
        const clock = clockOf(scheduler);
        expect(clock.unseenMs?.(clock.now())).to.equal(0);
      }
      virtually(() => {
        expect(clockOf().unseenMs?.(clockOf().now())).to.equal(0);
      });
    });

    it('nothing of the time of fake timers, whatever their date', () => {
      const host = install({ now: atDate, toFake: ['Date'] });
      try {
        expect(clockOf().unseenMs?.(clockOf().now())).to.equal(0);
      } finally {
        host.uninstall();
      }
    });
  });

  describe('puts off until the present turn is over', () => {
    it('nothing in virtual time, of whatever scheduler: there are no turns', () => {
      const log: string[] = [];
      const late = new VirtualTimeScheduler();
      late.frame = Date.UTC(2025, 0);
      for (const scheduler of [new VirtualTimeScheduler(), late])
        clockOf(scheduler).afterTurn?.(() => log.push('virtual'));
      virtually(() => {
        clockOf().afterTurn?.(() => log.push('test'));
      });
      expect(log).to.deep.equal(['virtual', 'virtual', 'test']);
    });

    it('what it is asked to on the clock of the host', () => {
      const host = install({ now: Date.UTC(2025, 0), toFake: ['setInterval', 'clearInterval', 'Date'] });
      try {
        const log: string[] = [];
        clockOf().afterTurn?.(() => log.push('afterwards'));
        log.push('this turn');
        host.tick(1);
        expect(log).to.deep.equal(['this turn', 'afterwards']);
      } finally {
        host.uninstall();
      }
    });
  });
});
