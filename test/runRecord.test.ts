import { expect } from 'chai';
import { of, throwError } from 'rxjs';
import { runRecordOf } from '../src/runRecord.js';
import { Stage, toolOf } from './support/stage.js';

describe('runRecordOf', () => {
  it('knows the members of a group that have failed, after which the group goes on', () => {
    const tools = [toolOf(() => of(1), { name: 'a' }), toolOf(() => throwError(() => new Error('no')), { name: 'b' })];
    const stage = new Stage(tools, { createId: () => 'g' });
    stage.orchestrator.parallel({ good: { tool: 'a', arguments: 0 }, bad: { tool: 'b', arguments: 0 } }).subscribe();
    const { kind, end, steps } = runRecordOf(stage.events, { runId: 'g' });
    expect([kind, end]).to.deep.equal(['parallel', 'succeeded']);
    expect([...steps.values()].map(({ step, state }) => [step, state])).to.deep.equal([
      ['good', 'succeeded'],
      ['bad', 'failed'],
    ]);
  });

  it('knows the member that has ended a group', () => {
    const tools = [toolOf(() => throwError(() => new Error('no')), { name: 'b' })];
    const stage = new Stage(tools, { createId: () => 'g' });
    stage.orchestrator
      .parallel(
        [
          { tool: 'b', arguments: 0 },
          { tool: 'b', arguments: 0 },
        ],
        { failFast: true },
      )
      .subscribe({ error: () => undefined });
    const { end, steps } = runRecordOf(stage.events, { runId: 'g' });
    expect([end, ...[...steps.values()].map(({ state }) => state)]).to.deep.equal(['failed', 'failed', 'pending']);
  });

  it('reads events that can be gone through once', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    stage.orchestrator.run({ steps: [{ tool: 't' }] }).subscribe();
    const once = stage.events.values();
    expect(runRecordOf(once, { name: 'flow' }).steps.get('t')?.state).to.equal('succeeded');
  });
});
