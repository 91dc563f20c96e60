import { expect } from 'chai';
import { HeadTimer } from '../../../operators/gates/HeadTimer.js';
import { MonotonicTime } from '../../../operators/gates/MonotonicTime.js';
import { VirtualClock } from '../../support/VirtualClock.js';

const hour = 3_600_000;

/** A timer, and when it reported, in the time that has really passed. */
function headTimer(clock: VirtualClock): {
  readonly timer: HeadTimer;
  readonly reports: number[];
  readonly in: (ms: number) => void;
} {
  const reports: number[] = [];
  const time = new MonotonicTime();
  const timer = new HeadTimer(time, () => reports.push(clock.elapsedMs));
  return {
    timer,
    reports,
    in: (ms) => {
      timer.arm(clock, time.at(clock.now()) + ms);
    },
  };
}

describe('HeadTimer', () => {
  it('reports once, on time', () => {
    const clock = new VirtualClock({ startMs: 1e12 });
    const { timer, reports, in: arm } = headTimer(clock);
    arm(50);
    expect(timer.armed).to.equal(true);
    clock.advance(200);
    expect(reports).to.deep.equal([50]);
    expect([timer.armed, clock.pending]).to.deep.equal([false, 0]);
  });

  it('reports on time when the timer of the host goes off early', () => {
    const clock = new VirtualClock({ earlyMs: 1 });
    const { reports, in: arm } = headTimer(clock);
    arm(50);
    clock.advance(200);
    expect(reports).to.deep.equal([50]);
  });

  it('gives the host only delays that it can count, and waits out the rest', () => {
    const clock = new VirtualClock();
    const { reports, in: arm } = headTimer(clock);
    arm(100 * 24 * hour);
    clock.advance(100 * 24 * hour - 1);
    expect(reports).to.deep.equal([]);
    clock.advance(1);
    expect(reports).to.deep.equal([100 * 24 * hour]);
    expect(clock.timersSet).to.equal(5);
  });

  it('takes an earlier time in place of a later one', () => {
    const clock = new VirtualClock();
    const { reports, in: arm } = headTimer(clock);
    arm(50);
    arm(20);
    expect(clock.pending).to.equal(1);
    clock.advance(200);
    expect(reports).to.deep.equal([20]);
  });

  it('keeps the timer that is set for an earlier time', () => {
    const clock = new VirtualClock();
    const { reports, in: arm } = headTimer(clock);
    arm(20);
    arm(50);
    expect(clock.timersSet).to.equal(1);
    clock.advance(200);
    expect(reports).to.deep.equal([20]);
  });

  it('sets no timer for what never comes', () => {
    const clock = new VirtualClock();
    const { timer, in: arm } = headTimer(clock);
    arm(Infinity);
    expect([timer.armed, clock.pending]).to.deep.equal([false, 0]);
  });

  it('reports nothing after it was cleared, and can be set again', () => {
    const clock = new VirtualClock();
    const { timer, reports, in: arm } = headTimer(clock);
    arm(20);
    timer.clear();
    expect([timer.armed, clock.pending]).to.deep.equal([false, 0]);
    arm(50);
    clock.advance(200);
    expect(reports).to.deep.equal([50]);
  });

  for (const [name, waitMs, passedMs, jumpMs] of [
    ['an hour, while it waits for seconds', 5_000, 2_000, -hour],
    ['less than has passed since it was set', 5_000, 3_000, -2_000],
    ['an hour, while it waits for two', 2 * hour, 1.5 * hour, -hour],
    ['an hour, right after it was set', 5_000, 0, -hour],
    [
      'a month, while it waits for longer than a timer of the host can',
      60 * 24 * hour,
      40 * 24 * hour,
      -30 * 24 * hour,
    ],
  ] as const) {
    it(`is not early, and late by no more than hosts round, when the clock is set back by ${name}`, () => {
      for (const earlyMs of [0, 1]) {
        const clock = new VirtualClock({ startMs: 1e12, earlyMs });
        const { reports, in: arm } = headTimer(clock);
        arm(waitMs);
        clock.advance(passedMs);
        clock.jump(jumpMs);
        clock.advance(2 * waitMs);
        expect(reports).to.have.length(1);
        expect(reports[0]).to.be.within(waitMs, waitMs + 3);
      }
    });
  }

  it('reports when its timer goes off, if the clock was set forward meanwhile', () => {
    const clock = new VirtualClock();
    const { reports, in: arm } = headTimer(clock);
    arm(5_000);
    clock.jump(hour);
    clock.advance(hour);
    expect(reports).to.deep.equal([5_000]);
  });
});
