import { expect } from 'chai';
import { Deadlines } from '../../../operators/gates/Deadlines.js';
import { VirtualClock } from '../../support/VirtualClock.js';

const hour = 3_600_000;

describe('Deadlines', () => {
  it('expires each once, on time', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    const expired: [string, number][] = [];
    for (const [name, ms] of [
      ['a', 5],
      ['b', 3],
      ['c', 5],
    ] as const) {
      deadlines.add(clock, ms, () => expired.push([name, clock.elapsedMs]));
    }
    clock.advance(100);
    expect(expired).to.deep.equal([
      ['b', 3],
      ['a', 5],
      ['c', 5],
    ]);
  });

  it('expires at the end of the instant, after whatever else is due at it', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    const log: string[] = [];
    deadlines.add(clock, 5, () => log.push('expired'));
    clock.setTimer(() => log.push('value'), 5);
    clock.advance(5);
    expect(log).to.deep.equal(['value', 'expired']);
  });

  it('does not expire what was cancelled, at whatever time', () => {
    for (let cancelAt = 0; cancelAt <= 5; cancelAt++) {
      const clock = new VirtualClock();
      const deadlines = new Deadlines();
      let expired = false;
      const deadline = deadlines.add(clock, 5, () => (expired = true));
      clock.setTimer(() => {
        deadline.cancel();
        expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([0, 0, 0]);
      }, cancelAt);
      clock.advance(100);
      expect(expired).to.equal(false);
    }
  });

  it('keeps one timer for each length, however many deadlines there are', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    for (let count = 0; count < 1_000; count++) deadlines.add(clock, count % 2 ? 5 : 7, () => undefined);
    expect([deadlines.pending, deadlines.timers, clock.pending, clock.timersSet]).to.deep.equal([1_000, 2, 2, 2]);
    clock.advance(5);
    expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([500, 1, 1]);
  });

  it('keeps nothing for a deadline that never comes', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    deadlines.add(clock, Infinity, () => undefined).cancel();
    expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('sets its timer for the next one when the head is cancelled', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    const expired: number[] = [];
    const head = deadlines.add(clock, 5, () => expired.push(clock.elapsedMs));
    clock.advance(2);
    deadlines.add(clock, 5, () => expired.push(clock.elapsedMs));
    head.cancel();
    clock.advance(100);
    expect(expired).to.deep.equal([7]);
  });

  it('lets a callback set a deadline of the same length', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    const expired: number[] = [];
    const again = (): void => {
      expired.push(clock.elapsedMs);
      if (expired.length < 4) deadlines.add(clock, 5, again);
    };
    deadlines.add(clock, 5, again);
    clock.advance(100);
    expect(expired).to.deep.equal([5, 10, 15, 20]);
    expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('lets a callback cancel those due with it, and set new ones after that', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    const expired: [string, number][] = [];
    deadlines.add(clock, 5, () => {
      expired.push(['a', clock.elapsedMs]);
      second.cancel();
      deadlines.add(clock, 5, () => expired.push(['c', clock.elapsedMs]));
    });
    const second = deadlines.add(clock, 5, () => expired.push(['b', clock.elapsedMs]));
    clock.advance(5);
    expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([1, 1, 1]);
    clock.advance(100);
    expect(expired).to.deep.equal([
      ['a', 5],
      ['c', 10],
    ]);
    expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('expires the others when a callback throws, whose error reaches the host', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    const expired: [string, number][] = [];
    deadlines.add(clock, 5, () => {
      throw new Error('broken');
    });
    deadlines.add(clock, 5, () => expired.push(['b', clock.elapsedMs]));
    deadlines.add(clock, 6, () => expired.push(['c', clock.elapsedMs]));
    clock.advance(1);
    deadlines.add(clock, 5, () => expired.push(['d', clock.elapsedMs]));
    expect(() => {
      clock.advance(100);
    }).to.throw('broken');
    clock.advance(100);
    expect(expired.sort()).to.deep.equal([
      ['b', 5],
      ['c', 6],
      ['d', 6],
    ]);
    expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  for (const [name, jumpMs] of [
    ['by an hour', -hour],
    ['by less than the deadline', -3_000],
  ] as const) {
    it(`delays nobody when the clock is set back ${name}`, () => {
      const clock = new VirtualClock({ startMs: 1e12 });
      const deadlines = new Deadlines();
      const expired: number[] = [];
      const add = (): void => {
        deadlines.add(clock, 5_000, () => expired.push(clock.elapsedMs));
      };
      add();
      clock.advance(4_000);
      add();
      clock.jump(jumpMs);
      add();
      clock.advance(4_000);
      add();
      clock.advance(hour);
      expect(expired.map((ms) => Math.round(ms / 10) * 10)).to.deep.equal([5_000, 9_000, 9_000, 13_000]);
    });
  }

  it('costs the same for the ten thousandth as for the first', () => {
    const clock = new VirtualClock();
    const deadlines = new Deadlines();
    let reads = 0;
    const now = clock.now.bind(clock);
    clock.now = () => {
      reads++;
      return now();
    };
    const all = Array.from({ length: 10_000 }, () => deadlines.add(clock, 5, () => undefined));
    for (const deadline of all) deadline.cancel();
    expect(reads).to.be.at.most(20_000);
    expect(clock.timersSet).to.equal(1);
  });
});
