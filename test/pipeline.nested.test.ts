import { expect } from 'chai';
import { of } from 'rxjs';
import { constant, isRejection } from '../operators/index.js';
import { Stage, toolOf } from './support/stage.js';

/** The stage of the test that runs. */
let stage: Stage;

describe('the retry of a tool that calls another', () => {
  /** `outer` calls `inner`, which lets one start in 50 ms, and has let it. */
  function nested(settings: Parameters<typeof toolOf>[1]): void {
    const inner = toolOf(() => of(1), { name: 'inner', rateLimit: { limit: 1, perMs: 50, overflow: 'reject' } });
    const outer = toolOf(() => stage.orchestrator.execute('inner', {}), { name: 'outer', ...settings });
    stage = new Stage([inner, outer]);
    stage.call('first', {}, { tool: 'inner' });
    stage.call('a', {}, { tool: 'outer' });
    stage.flush();
  }

  it('takes a refusal of the other for a failure of its own, and comes again when that says', () => {
    nested({ retry: { maxAttempts: 2, backoff: constant(3) } });
    expect(stage.log.filter((line) => line.includes(' a '))).to.deep.equal([
      '0 a started',
      '0 a retryScheduled',
      '50 a started',
      '50 a emitted',
      '50 a > 1',
      '50 a succeeded',
      '50 a > end',
    ]);
  });

  it('counts it for the circuit', () => {
    nested({ circuitBreaker: { window: { kind: 'consecutive', failures: 1 } } });
    expect(stage.event('circuit.opened').tool).to.equal('outer');
  });

  it('leaves it alone where retryIf looks at the cause', () => {
    nested({ retry: { retryIf: (error) => !isRejection((error as Error).cause) } });
    expect(stage.log.at(-1)).to.equal('0 a > ToolFailed');
  });
});
