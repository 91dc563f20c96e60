import { expect } from 'chai';
import { Deadlines } from '../../../operators/gates/Deadlines.js';
import { VirtualClock } from '../../support/VirtualClock.js';

/** A clock of a host: it has turns, which the test ends. */
class HostClock extends VirtualClock {
  /** How many turns have been called for at the end of an instant. */
  turns = 0;
  /** What waits for the end of the present turn. */
  readonly afterwards: (() => void)[] = [];

  override defer(callback: () => void): () => void {
    return super.defer(() => {
      this.turns++;
      callback();
    });
  }

  afterTurn(callback: () => void): void {
    this.afterwards.push(callback);
  }

  endTurn(): void {
    for (const callback of this.afterwards.splice(0)) callback();
  }
}

/** In which turn each of 40 deadlines expires that are due at once; `takeMs` is how long the telling of each takes. */
function turnsOf(takeMs: (index: number) => number): readonly number[] {
  const clock = new HostClock({ startMs: 1_000 });
  const deadlines = new Deadlines();
  const turns: number[] = [];
  for (let index = 0; index < 40; index++) {
    deadlines.add(clock, 5, () => {
      clock.block(takeMs(index));
      turns.push(clock.turns);
    });
  }
  clock.advance(10_000);
  clock.endTurn();
  expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  return turns;
}

const times = (count: number, turn: number): readonly number[] => Array.from({ length: count }, () => turn);

describe('Deadlines that expire at once', () => {
  it('do so in one turn when that takes no time', () => {
    expect(turnsOf(() => 0)).to.deep.equal(times(40, 1));
  });

  it('leave the rest to the next turn when sixteen have taken a millisecond', () => {
    expect(turnsOf((index) => (index === 0 ? 1 : 0))).to.deep.equal([...times(16, 1), ...times(24, 2)]);
  });

  it('expire by sixteen a turn, at least, however long each takes', () => {
    expect(turnsOf(() => 50)).to.deep.equal([...times(16, 1), ...times(16, 2), ...times(8, 3)]);
  });

  it('leave the rest to the next turn as soon as a millisecond is over, after the first sixteen', () => {
    expect(turnsOf((index) => (index === 19 ? 1 : 0))).to.deep.equal([...times(20, 1), ...times(20, 2)]);
  });

  it('do not expire in the next turn when they were cancelled before it', () => {
    const clock = new HostClock();
    const deadlines = new Deadlines();
    const expired: number[] = [];
    const all = Array.from({ length: 20 }, (_, index) =>
      deadlines.add(clock, 5, () => {
        clock.block(1);
        expired.push(index);
        if (index === 15) for (const later of all.slice(16)) later.cancel();
      }),
    );
    clock.advance(100);
    clock.endTurn();
    expect([expired.length, deadlines.pending, clock.pending]).to.deep.equal([16, 0, 0]);
  });
});

describe('Deadlines of a host that has turns', () => {
  const nothing = (): void => undefined;

  it('keep the timer until the turn is over, for another of that length', () => {
    const clock = new HostClock();
    const deadlines = new Deadlines();
    for (let call = 0; call < 5; call++) deadlines.add(clock, 5, nothing).cancel();
    expect([clock.timersSet, clock.pending, clock.afterwards.length]).to.deep.equal([1, 1, 1]);
    expect([deadlines.pending, deadlines.timers]).to.deep.equal([0, 0]);
    clock.endTurn();
    expect(clock.pending).to.equal(0);
  });

  it('keep it beyond the turn when there is another by then', () => {
    const clock = new HostClock();
    const deadlines = new Deadlines();
    const expired: number[] = [];
    deadlines.add(clock, 5, nothing).cancel();
    deadlines.add(clock, 5, () => expired.push(clock.elapsedMs));
    clock.endTurn();
    expect([clock.timersSet, clock.pending, deadlines.timers]).to.deep.equal([1, 1, 1]);
    clock.advance(5);
    expect(expired).to.deep.equal([5]);
  });

  it('give it back at the end of a later turn, when that other one is cancelled', () => {
    const clock = new HostClock();
    const deadlines = new Deadlines();
    deadlines.add(clock, 5, nothing).cancel();
    const other = deadlines.add(clock, 5, nothing);
    clock.endTurn();
    other.cancel();
    expect(clock.pending).to.equal(1);
    clock.endTurn();
    expect(clock.pending).to.equal(0);
  });

  it('do so turn after turn', () => {
    const clock = new HostClock();
    const deadlines = new Deadlines();
    for (let turn = 1; turn <= 3; turn++) {
      deadlines.add(clock, 5, nothing).cancel();
      expect([clock.timersSet, clock.pending]).to.deep.equal([turn, 1]);
      clock.endTurn();
      expect(clock.pending).to.equal(0);
    }
  });

  it('expire nothing, and set no further timer, when the timer that was kept goes off before the turn is over', () => {
    const clock = new HostClock();
    const deadlines = new Deadlines();
    deadlines.add(clock, 5, nothing).cancel();
    clock.advance(50);
    clock.endTurn();
    expect([clock.timersSet, clock.pending, deadlines.pending]).to.deep.equal([1, 0, 0]);
  });
});
