import { expect } from 'chai';
import type { CircuitOptions } from '../../../operators/gates/Circuit.js';
import { CircuitTrial } from '../../support/CircuitTrial.js';

const consecutive = (failures: number): CircuitOptions => ({ window: { kind: 'consecutive', failures }, openMs: 10 });

describe('Circuit', () => {
  describe('by failures in a row', () => {
    it('opens at the last of them, not before', () => {
      const trial = new CircuitTrial(consecutive(3));
      expect(trial.calls('ff')).to.equal('closed');
      expect(trial.calls('f')).to.equal('open');
      expect(trial.transitions).to.deep.equal(['closed > open']);
    });

    it('begins to count again after a success', () => {
      const trial = new CircuitTrial(consecutive(2));
      expect(trial.calls('fsfsfs')).to.equal('closed');
      expect(trial.calls('ff')).to.equal('open');
    });

    it('passes over what is ignored', () => {
      expect(new CircuitTrial(consecutive(2)).calls('fif')).to.equal('open');
    });

    it('counts outcomes in the order in which they come, whoever asked first', () => {
      const trial = new CircuitTrial(consecutive(2));
      const [first, second, third] = [trial.permit(), trial.permit(), trial.permit()];
      third.failed();
      first.succeeded();
      second.failed();
      expect(trial.state).to.equal('closed');
    });
  });

  describe('by rates over the last outcomes', () => {
    for (const [name, window, outcomes, state] of [
      ['stays closed below failureRate', { size: 10, failureRate: 0.3 }, 'ssssssssff', 'closed'],
      ['opens at failureRate', { size: 10, failureRate: 0.3 }, 'sssssssfff', 'open'],
      [
        'opens at a failureRate that is no round number',
        { size: 3, minimumCalls: 3, failureRate: 1 / 3 },
        'fss',
        'open',
      ],
      ['stays closed at less than all for a failureRate of 1', { size: 3, failureRate: 1 }, 'ffs', 'closed'],
      ['opens at all for a failureRate of 1', { size: 3, failureRate: 1 }, 'fff', 'open'],
      ['looks at no rate before minimumCalls', { size: 10, minimumCalls: 4 }, 'fff', 'closed'],
      ['opens at minimumCalls, be that outcome a success', { size: 10, minimumCalls: 4 }, 'fffs', 'open'],
      ['takes what is ignored for no call', { size: 10, minimumCalls: 4 }, 'fffiiii', 'closed'],
      ['forgets all but the last outcomes', { size: 4, minimumCalls: 4, failureRate: 0.6 }, 'ffssf', 'closed'],
      ['judges by the last outcomes alone', { size: 4, minimumCalls: 4, failureRate: 0.75 }, 'sssfff', 'open'],
    ] as const) {
      it(name, () => {
        expect(new CircuitTrial({ window: { kind: 'count', ...window } }).calls(outcomes)).to.equal(state);
      });
    }

    it('takes a smaller window than 10 for minimumCalls', () => {
      const trial = new CircuitTrial({ window: { kind: 'count', size: 4 } });
      expect([trial.calls('fff'), trial.calls('f')]).to.deep.equal(['closed', 'open']);
    });
  });

  describe('by slowness', () => {
    const slow = { size: 4, minimumCalls: 4, failureRate: 1, slowCallRate: 0.5, slowCallMs: 20 } as const;

    it('opens at slowCallRate, counting from slowCallMs on', () => {
      const trial = new CircuitTrial({ window: { kind: 'count', ...slow } });
      trial.calls('sss', 19);
      expect(trial.calls('s', 20)).to.equal('closed');
      expect(trial.calls('s', 20)).to.equal('open');
    });

    it('counts failures that were slow as slow too', () => {
      const trial = new CircuitTrial({ window: { kind: 'count', ...slow } });
      trial.calls('ss');
      expect(trial.calls('ff', 20)).to.equal('open');
    });

    it('does not open for calls that take any time, unless told to', () => {
      for (const window of [
        { kind: 'count', size: 4 },
        { kind: 'consecutive', failures: 1 },
      ] as const) {
        expect(new CircuitTrial({ window }).calls('ssss', 1e12)).to.equal('closed');
      }
    });
  });

  describe('by the outcomes of the last while', () => {
    const lastSecond: CircuitOptions = { window: { kind: 'time', ms: 1_000, minimumCalls: 2 }, openMs: 10 };

    it('opens at the rate, as a window of a number of them does', () => {
      const trial = new CircuitTrial(lastSecond);
      expect([trial.calls('s'), trial.calls('f')]).to.deep.equal(['closed', 'open']);
    });

    it('has forgotten outcomes whose time is over, though nothing was called since', () => {
      const trial = new CircuitTrial(lastSecond);
      trial.calls('f');
      trial.clock.advance(3_600_000);
      expect(trial.calls('f')).to.equal('closed');
    });

    it('still knows them for nine tenths of its time', () => {
      const trial = new CircuitTrial(lastSecond);
      trial.calls('f');
      trial.clock.advance(900);
      expect(trial.calls('f')).to.equal('open');
    });

    it('opens for outcomes whose successes have left by then', () => {
      const trial = new CircuitTrial({ window: { kind: 'time', ms: 1_000, minimumCalls: 2, failureRate: 1 } });
      trial.calls('sss');
      trial.clock.advance(600);
      trial.calls('f');
      trial.clock.advance(600);
      expect(trial.calls('f')).to.equal('open');
    });
  });

  describe('while it is open', () => {
    it('refuses, and says to the millisecond when it will let a probe through', () => {
      const trial = new CircuitTrial(consecutive(1));
      trial.calls('f');
      expect(trial.ask()).to.equal('open, 10');
      trial.clock.advance(9);
      expect([trial.ask(), trial.state]).to.deep.equal(['open, 1', 'open']);
      trial.clock.advance(1);
      expect([trial.state, trial.ask()]).to.deep.equal(['halfOpen', 'permit']);
    });

    it('says when in the readings of the clock, and only then', () => {
      const trial = new CircuitTrial(consecutive(1));
      expect(trial.circuit.retryAt).to.equal(undefined);
      trial.calls('f');
      expect(trial.circuit.retryAt).to.equal(5_010);
      trial.clock.advance(10);
      trial.permit();
      expect(trial.circuit.retryAt).to.equal(undefined);
    });

    it('does not take it for failures that come late, nor open for longer', () => {
      const trial = new CircuitTrial(consecutive(1));
      const late = [trial.permit(), trial.permit()];
      trial.calls('f');
      trial.clock.advance(7);
      for (const permit of late) permit.failed();
      expect(trial.ask()).to.equal('open, 3');
      expect(trial.transitions).to.deep.equal(['closed > open']);
    });

    it('asks openMs how long, with the number of times that it opened again', () => {
      const asked: number[] = [];
      const openMs = (reopenings: number): number => {
        asked.push(reopenings);
        return 10 * 2 ** reopenings;
      };
      const trial = new CircuitTrial({ window: { kind: 'consecutive', failures: 1 }, openMs });
      const waits = [10, 20, 40].map((wait) => {
        trial.calls('f');
        const said = trial.ask();
        trial.clock.advance(wait);
        return said;
      });
      expect(waits).to.deep.equal(['open, 10', 'open, 20', 'open, 40']);
      expect(trial.calls('s')).to.equal('closed');
      trial.calls('f');
      expect(trial.ask()).to.equal('open, 10');
      expect(asked).to.deep.equal([0, 1, 2, 0]);
    });

    for (const [name, openMs, message] of [
      ['gives no time', () => 0, 'openMs: expected milliseconds above 0, got 0'],
      [
        'throws',
        () => {
          throw new Error('no idea');
        },
        'no idea',
      ],
    ] as const) {
      it(`opens for 30 s when openMs ${name}, of which the host hears`, () => {
        const trial = new CircuitTrial({ window: { kind: 'consecutive', failures: 1 }, openMs });
        trial.calls('f');
        expect(trial.ask()).to.equal('open, 30000');
        expect(() => {
          trial.clock.advance(0);
        }).to.throw(message);
      });
    }
  });

  describe('when the clock is set back', () => {
    it('lets a probe through no later', () => {
      const trial = new CircuitTrial(consecutive(1));
      trial.calls('f');
      trial.clock.jump(-4_000);
      expect(trial.ask()).to.equal('open, 10');
      expect(trial.circuit.retryAt).to.equal(1_010);
      trial.clock.advance(10);
      expect(trial.ask()).to.equal('permit');
    });

    it('still says in the readings of the clock when it will', () => {
      const trial = new CircuitTrial(consecutive(1));
      const permit = trial.permit();
      trial.clock.jump(-4_000);
      const said: unknown[] = [];
      trial.circuit.onTransition(({ retryAt }) => said.push(retryAt));
      permit.failed();
      expect(said).to.deep.equal([1_010]);
    });

    it('takes no call for slow, nor for one that ended before it began', () => {
      const window = { kind: 'count', size: 1, failureRate: 1, slowCallRate: 1, slowCallMs: 20 } as const;
      const trial = new CircuitTrial({ window });
      const permit = trial.permit();
      trial.clock.jump(-1_000_000);
      trial.clock.advance(19);
      permit.succeeded();
      expect(trial.state).to.equal('closed');
    });
  });

  it('without options goes by half of the last 100 outcomes, at least 10, for 30 s, with one probe', () => {
    expect(new CircuitTrial().calls('fffffffff')).to.equal('closed');
    expect(new CircuitTrial().calls('ssssssffff')).to.equal('closed');
    expect(new CircuitTrial().calls('sssssfffff')).to.equal('open');
    const trial = new CircuitTrial();
    expect(trial.calls('s'.repeat(1_000) + 'f'.repeat(49))).to.equal('closed');
    trial.calls('f');
    expect(trial.ask()).to.equal('open, 30000');
    trial.clock.advance(30_000);
    expect([trial.ask(), trial.ask()]).to.deep.equal(['permit', 'halfOpen']);
  });
});
