import { expect } from 'chai';
import type { CircuitOptions, CircuitWindow } from '../../../operators/gates/Circuit.js';
import { CircuitTrial } from '../../support/CircuitTrial.js';

/** A circuit that has been open for as long as it should, and lets probes through from now on. */
function halfOpen(options: CircuitOptions, window: CircuitWindow = { kind: 'consecutive', failures: 1 }): CircuitTrial {
  const trial = new CircuitTrial({ window, openMs: 10, ...options });
  trial.calls('f');
  trial.clock.advance(10);
  return trial;
}

const rates: CircuitWindow = { kind: 'count', size: 10, minimumCalls: 1, failureRate: 0.5 };

describe('Circuit, half-open', () => {
  it('lets as many through as there are probes, and refuses others for as long as those take', () => {
    const trial = halfOpen({ probes: 2 });
    expect([trial.ask(), trial.ask(), trial.ask()]).to.deep.equal(['permit', 'permit', 'halfOpen']);
    trial.clock.advance(1_000_000);
    expect(trial.ask()).to.equal('halfOpen');
    expect(trial.transitions).to.deep.equal(['closed > open', 'open > halfOpen']);
  });

  it('lets no more through for those that have ended', () => {
    const trial = halfOpen({ probes: 2 });
    trial.calls('s');
    expect([trial.ask(), trial.ask()]).to.deep.equal(['permit', 'halfOpen']);
  });

  it('closes when all probes have succeeded, with nothing remembered', () => {
    const trial = halfOpen({ probes: 2 }, { kind: 'count', size: 4, minimumCalls: 1, failureRate: 0.5 });
    expect([trial.calls('s'), trial.calls('s')]).to.deep.equal(['halfOpen', 'closed']);
    expect(trial.calls('f')).to.equal('open');
  });

  it('opens at the first probe that fails, where failures in a row count, and the others change nothing', () => {
    const trial = halfOpen({ probes: 3 });
    const [first, second, third] = [trial.permit(), trial.permit(), trial.permit()];
    first.succeeded();
    second.failed();
    expect(trial.ask()).to.equal('open, 10');
    third.succeeded();
    trial.clock.advance(3);
    expect(trial.ask()).to.equal('open, 7');
  });

  for (const [outcomes, state] of [
    ['sf', 'open'],
    ['fs', 'open'],
    ['ssf', 'closed'],
    ['ffs', 'open'],
    ['fss', 'closed'],
  ] as const) {
    it(`is ${state} after probes with "${outcomes}", where half of them are to fail for it to open`, () => {
      const trial = halfOpen({ probes: outcomes.length }, rates);
      expect(trial.calls(outcomes.slice(0, -1))).to.equal('halfOpen');
      expect(trial.calls(outcomes.slice(-1))).to.equal(state);
    });
  }

  it('opens when probes succeed too slowly', () => {
    const trial = halfOpen({ probes: 2 }, { ...rates, slowCallRate: 0.5, slowCallMs: 20 });
    expect([trial.calls('s', 19), trial.calls('s', 20)]).to.deep.equal(['halfOpen', 'open']);
  });

  describe('when outcomes come late', () => {
    for (const end of ['failed', 'succeeded', 'ignored'] as const) {
      it(`does not take one that ${end} for that of a probe, when it was let through before the circuit opened`, () => {
        const trial = new CircuitTrial({ window: { kind: 'consecutive', failures: 1 }, openMs: 10 });
        const late = trial.permit();
        trial.calls('f');
        trial.clock.advance(10);
        const probe = trial.permit();
        late[end]();
        expect([trial.state, trial.ask()]).to.deep.equal(['halfOpen', 'halfOpen']);
        probe.succeeded();
        expect(trial.state).to.equal('closed');
        late[end]();
        expect(trial.state).to.equal('closed');
      });
    }

    it('does not take a probe of an earlier time for one of now', () => {
      const trial = halfOpen({ probes: 2 });
      const [late, failing] = [trial.permit(), trial.permit()];
      failing.failed();
      trial.clock.advance(10);
      trial.permit();
      late.failed();
      expect([trial.state, trial.ask(), trial.ask()]).to.deep.equal(['halfOpen', 'permit', 'halfOpen']);
    });

    it('does not take a probe for a call of the closed circuit that follows', () => {
      const window = { kind: 'time', ms: 1_000, minimumCalls: 1, failureRate: 0.5 } as const;
      const trial = halfOpen({}, window);
      const probe = trial.permit();
      trial.circuit.isolate().release();
      probe.failed();
      expect(trial.state).to.equal('closed');
    });
  });

  describe('when a probe is given back', () => {
    it('lets another through in its place, once', () => {
      const trial = halfOpen({});
      for (let count = 0; count < 3; count++) {
        const probe = trial.permit();
        probe.ignored();
        probe.ignored();
        probe.failed();
      }
      expect([trial.ask(), trial.ask()]).to.deep.equal(['permit', 'halfOpen']);
    });

    it('decides by the probes that were not', () => {
      expect(halfOpen({ probes: 2 }).calls('isis')).to.equal('closed');
      expect(halfOpen({ probes: 2 }, rates).calls('isif')).to.equal('open');
    });

    it('takes the first of the three ends for the end', () => {
      const trial = halfOpen({ probes: 2 });
      const probe = trial.permit();
      probe.succeeded();
      probe.ignored();
      probe.failed();
      expect([trial.state, trial.ask(), trial.ask()]).to.deep.equal(['halfOpen', 'permit', 'halfOpen']);
    });
  });

  describe('with maxHalfOpenMs', () => {
    it('opens again when the probes take that long, and counts openMs from then', () => {
      const trial = halfOpen({ maxHalfOpenMs: 20 });
      trial.permit();
      trial.clock.advance(19);
      expect([trial.state, trial.ask()]).to.deep.equal(['halfOpen', 'halfOpen, 1']);
      trial.clock.advance(4);
      expect([trial.state, trial.circuit.retryAt, trial.ask()]).to.deep.equal(['open', 5_040, 'open, 7']);
      trial.clock.advance(7);
      expect(trial.ask()).to.equal('permit');
      expect(trial.transitions.slice(1)).to.deep.equal(['open > halfOpen', 'halfOpen > open', 'open > halfOpen']);
    });

    it('lets a probe through at once, when the time to be open is over as well by the time that somebody asks', () => {
      const trial = halfOpen({ maxHalfOpenMs: 20 });
      trial.permit();
      trial.clock.advance(1_000);
      expect([trial.ask(), trial.ask()]).to.deep.equal(['permit', 'halfOpen, 20']);
      trial.clock.advance(19);
      expect(trial.state).to.equal('halfOpen');
    });

    for (const end of ['failed', 'succeeded', 'ignored'] as const) {
      it(`does not count a probe that ${end} at that very time or later, though nobody has asked meanwhile`, () => {
        for (const lateMs of [0, 1, 500]) {
          const trial = halfOpen({ maxHalfOpenMs: 20, openMs: 1_000 });
          trial.clock.advance(1_000);
          const probe = trial.permit();
          trial.clock.advance(20 + lateMs);
          probe[end]();
          expect(trial.ask()).to.equal(`open, ${String(1_000 - lateMs)}`);
        }
      });
    }

    it('counts a probe that ends right before', () => {
      const trial = halfOpen({ maxHalfOpenMs: 20 });
      const probe = trial.permit();
      trial.clock.advance(19);
      probe.succeeded();
      expect(trial.state).to.equal('closed');
    });

    it('counts the time from the first probe, whenever the later ones begin', () => {
      const trial = halfOpen({ maxHalfOpenMs: 20, probes: 2 });
      trial.permit();
      trial.clock.advance(15);
      trial.permit();
      trial.clock.advance(5);
      expect(trial.ask()).to.equal('open, 10');
    });

    it('does not open for probes that were all given back', () => {
      const trial = halfOpen({ maxHalfOpenMs: 20 });
      trial.permit().ignored();
      trial.clock.advance(20);
      expect([trial.state, trial.ask()]).to.deep.equal(['halfOpen', 'permit']);
      trial.clock.advance(19);
      expect(trial.ask()).to.equal('halfOpen, 1');
      trial.clock.advance(1);
      expect(trial.ask()).to.equal('open, 10');
    });

    it('tells whom it refuses when the probes will have been judged at the latest, counted from the first', () => {
      const trial = halfOpen({ maxHalfOpenMs: 20, probes: 2 });
      trial.permit();
      trial.clock.advance(15);
      trial.permit();
      expect(trial.ask()).to.equal('halfOpen, 5');
      trial.clock.advance(5);
      expect(trial.ask()).to.equal('open, 10');
    });

    it('counts as one more reopening', () => {
      const trial = halfOpen({ maxHalfOpenMs: 20, openMs: (reopenings) => 10 + reopenings });
      trial.permit();
      trial.clock.advance(20);
      expect(trial.ask()).to.equal('open, 11');
    });
  });
});
