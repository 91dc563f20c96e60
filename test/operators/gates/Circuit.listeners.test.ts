import { expect } from 'chai';
import { Circuit, type CircuitAnswer, type CircuitTransition } from '../../../operators/gates/Circuit.js';
import { CircuitTrial } from '../../support/CircuitTrial.js';

const failsOnce = { window: { kind: 'consecutive', failures: 1 }, openMs: 10 } as const;

describe('Circuit, held open by hand', () => {
  it('refuses until all handles are released, each of which counts once', () => {
    const trial = new CircuitTrial(failsOnce);
    const [first, second] = [trial.circuit.isolate(), trial.circuit.isolate()];
    first.release();
    first.release();
    expect([trial.state, trial.ask()]).to.deep.equal(['isolated', 'isolated']);
    second.release();
    expect([trial.state, trial.ask()]).to.deep.equal(['closed', 'permit']);
    first.release();
    expect(trial.transitions).to.deep.equal(['closed > isolated', 'isolated > closed']);
  });

  it('is not let go by a handle of an earlier time', () => {
    const trial = new CircuitTrial(failsOnce);
    const early = trial.circuit.isolate();
    early.release();
    trial.circuit.isolate();
    early.release();
    expect(trial.state).to.equal('isolated');
  });

  it('is closed afterwards, with nothing remembered, from whatever state', () => {
    const trial = new CircuitTrial({ ...failsOnce, openMs: (reopenings) => 10 * (reopenings + 1) });
    trial.calls('f');
    trial.clock.advance(10);
    trial.calls('f');
    expect(trial.ask()).to.equal('open, 20');
    const handle = trial.circuit.isolate();
    expect(trial.circuit.retryAt).to.equal(undefined);
    trial.clock.advance(1_000);
    expect(trial.ask()).to.equal('isolated');
    handle.release();
    trial.calls('sf');
    expect(trial.ask()).to.equal('open, 10');
  });

  it('forgets the outcomes from before, and takes none of a call from before or meanwhile', () => {
    const trial = new CircuitTrial({ window: { kind: 'consecutive', failures: 2 } });
    const [before, late] = [trial.permit(), trial.permit()];
    trial.calls('f');
    const handle = trial.circuit.isolate();
    before.failed();
    handle.release();
    late.failed();
    expect(trial.calls('f')).to.equal('closed');
    expect(trial.calls('f')).to.equal('open');
  });
});

describe('Circuit, its transitions', () => {
  it('are told with the time of the next probe where there is one', () => {
    const told: CircuitTransition[] = [];
    const trial = new CircuitTrial({ ...failsOnce, maxHalfOpenMs: 5 });
    trial.circuit.onTransition((transition) => told.push(transition));
    trial.calls('f');
    trial.clock.advance(10);
    trial.permit();
    trial.clock.advance(6);
    trial.ask();
    trial.clock.advance(9);
    trial.calls('s');
    expect(told).to.deep.equal([
      { from: 'closed', to: 'open', retryAt: 5_010 },
      { from: 'open', to: 'halfOpen' },
      { from: 'halfOpen', to: 'open', retryAt: 5_025 },
      { from: 'open', to: 'halfOpen' },
      { from: 'halfOpen', to: 'closed' },
    ]);
  });

  it('are told once they are made, and with the permit given that brought them about', () => {
    const trial = new CircuitTrial(failsOnce);
    const answers: CircuitAnswer[] = [];
    const states: string[] = [];
    trial.circuit.onTransition(({ to }) => {
      states.push(trial.state);
      if (to === 'halfOpen') answers.push(trial.circuit.acquire(trial.clock));
    });
    trial.calls('f');
    trial.clock.advance(10);
    const probe = trial.permit();
    expect(answers).to.deep.equal([{ refusal: 'halfOpen', retryAfterMs: undefined }]);
    probe.succeeded();
    expect(states).to.deep.equal(['open', 'halfOpen', 'closed']);
  });

  it('reach every listener in the order in which they were made, also those that a listener makes', () => {
    const trial = new CircuitTrial(failsOnce);
    const told: string[] = [];
    trial.circuit.onTransition(({ to }) => {
      if (to === 'open') trial.circuit.isolate().release();
    });
    trial.circuit.onTransition(({ to }) => told.push(to));
    trial.calls('f');
    expect(told).to.deep.equal(['open', 'isolated', 'closed']);
    expect(trial.transitions).to.deep.equal(['closed > open', 'open > isolated', 'isolated > closed']);
  });

  it('reach no listener that has ended that, also from within another, and none that came after them', () => {
    const { circuit } = new CircuitTrial();
    const told: string[] = [];
    const stopFirst = circuit.onTransition(({ to }) => told.push(`first ${to}`));
    circuit.onTransition(({ to }) => {
      if (to !== 'isolated') return;
      stopSecond();
      circuit.onTransition((later) => told.push(`third ${later.to}`));
    });
    const stopSecond = circuit.onTransition(({ to }) => told.push(`second ${to}`));
    const handle = circuit.isolate();
    stopFirst();
    handle.release();
    expect(told).to.deep.equal(['first isolated', 'third closed']);
  });

  it('reach a function that was given twice twice, and once when one of the two has ended', () => {
    const { circuit } = new CircuitTrial();
    const told: string[] = [];
    const listener = ({ to }: CircuitTransition): number => told.push(to);
    const stop = circuit.onTransition(listener);
    circuit.onTransition(listener);
    const handle = circuit.isolate();
    stop();
    stop();
    handle.release();
    expect(told).to.deep.equal(['isolated', 'isolated', 'closed']);
  });

  it('reach the others when a listener throws, of which the host hears and the caller does not', () => {
    const trial = new CircuitTrial(failsOnce);
    const told: string[] = [];
    const stop = trial.circuit.onTransition(() => {
      throw new Error('broken listener');
    });
    trial.circuit.onTransition(({ to }) => told.push(to));
    trial.calls('f');
    expect(trial.ask()).to.equal('open, 10');
    expect(() => {
      trial.clock.advance(10);
    }).to.throw('broken listener');
    trial.clock.advance(10);
    stop();
    trial.calls('s');
    expect(told).to.deep.equal(['open', 'halfOpen', 'closed']);
  });

  it('give whoever isolates the handle when a listener throws, though nobody has asked and there is no clock', async () => {
    const circuit = new Circuit();
    circuit.onTransition(() => {
      throw new Error('broken listener');
    });
    const unhandled = hostErrors();
    const handle = circuit.isolate();
    expect(await unhandled).to.have.property('message', 'broken listener');
    const again = hostErrors();
    handle.release();
    expect(await again).to.have.property('message', 'broken listener');
  });
});

/** The next error that reaches the host; in place of what mocha does with it. */
function hostErrors(): Promise<unknown> {
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of others) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
}
