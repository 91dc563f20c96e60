import { expect } from 'chai';
import { of } from 'rxjs';
import { call, createOrchestrator, type ToolEventOf } from '../src/index.js';
import { countedIds, echo, errorOf, lastOf, linesOf } from './support/flowTools.js';
import { toolOf } from './support/stage.js';
import { eventsOf, orchestratorOf, twoSteps } from './support/twoSteps.js';
import { virtually } from './support/virtually.js';

describe('the events of a run', () => {
  it('tell of its beginning, each step that is done, and its end, around the calls', () => {
    virtually(({ flush }) => {
      const orchestrator = orchestratorOf();
      const lines = linesOf(orchestrator);
      orchestrator.run({ steps: twoSteps }).subscribe();
      flush();
      expect(lines).to.deep.equal([
        '0 run.started r1',
        '0 call.started r1.a',
        '3 call.emitted r1.a',
        '3 call.succeeded r1.a',
        '3 run.advanced r1.a',
        '3 call.started r1.b',
        '8 call.emitted r1.b',
        '8 call.succeeded r1.b',
        '8 run.advanced r1.b',
        '8 run.succeeded r1',
      ]);
    });
  });

  it('say what is run, in which steps, and how long it took', () => {
    virtually(({ flush }) => {
      const orchestrator = orchestratorOf();
      const events = eventsOf(orchestrator);
      orchestrator.run({ name: 'two', steps: twoSteps }).subscribe();
      flush();
      expect(events[0]).to.deep.include({
        type: 'run.started',
        runId: 'r1',
        kind: 'chain',
        name: 'two',
        steps: ['a', 'b'],
      });
      expect(events.at(-1)).to.deep.include({ type: 'run.succeeded', runId: 'r1', durationMs: 8 });
    });
  });

  it('give each call the id of its run and its step, and the run’s id with the step’s key for its own', () => {
    virtually(({ flush }) => {
      const orchestrator = orchestratorOf();
      const events = eventsOf(orchestrator);
      orchestrator.run({ steps: twoSteps }).subscribe();
      flush();
      const calls = events.filter((event) => event.type === 'call.started');
      expect(calls.map(({ callId, runId, step }) => [callId, runId, step])).to.deep.equal([
        ['r1.a', 'r1', 'a'],
        ['r1.b', 'r1', 'b'],
      ]);
    });
  });

  it('hand the same ids to the tool', () => {
    const ids: unknown[] = [];
    const asking = toolOf((_args, { callId, runId, step }) => of(ids.push([callId, runId, step])));
    lastOf(
      createOrchestrator({ tools: [asking], createId: countedIds() }).run({ steps: [{ tool: 't', outputKey: 'k' }] }),
    );
    expect(ids).to.deep.equal([['r1.k', 'r1', 'k']]);
  });

  it('begin anew, with a new id, for each subscription', () => {
    const orchestrator = orchestratorOf();
    const lines = linesOf(orchestrator);
    const run$ = orchestrator.run({ steps: [] });
    lastOf(run$);
    lastOf(run$);
    expect(lines.map((line) => line.split(' ').slice(1).join(' '))).to.deep.equal([
      'run.started r1',
      'run.succeeded r1',
      'run.started r2',
      'run.succeeded r2',
    ]);
  });

  it('name the call or run on whose behalf it is run, in each of them', () => {
    const orchestrator = orchestratorOf();
    const events = eventsOf(orchestrator);
    lastOf(orchestrator.run({ steps: [{ tool: 'echo' }] }, {}, { parentId: 'above' }));
    errorOf(orchestrator.run({ steps: [{ tool: 'failing' }] }, {}, { parentId: 'above' }));
    orchestrator
      .run({ steps: [{ tool: 'never' }] }, {}, { parentId: 'above' })
      .subscribe()
      .unsubscribe();
    lastOf(orchestrator.parallel([call(echo, 1)], { parentId: 'above' }));
    const ofRun = events.filter(({ type }) => type.startsWith('run.'));
    expect(new Set(ofRun.map(({ type }) => type))).to.have.property('size', 5);
    expect(ofRun.map((event) => (event as { readonly parentId?: string }).parentId)).to.deep.equal(
      ofRun.map(() => 'above'),
    );
  });

  it('lead from an inner run to the call that it is run for', () => {
    const outer: ReturnType<typeof toolOf> = toolOf((_args, { callId }) =>
      orchestrator.run({ name: 'inner', steps: [{ tool: 'echo', outputKey: 'x' }] }, {}, { parentId: callId }),
    );
    const orchestrator = createOrchestrator({ tools: [echo, outer], createId: countedIds() });
    const events = eventsOf(orchestrator);
    lastOf(orchestrator.run({ name: 'outer', steps: [{ tool: 't', outputKey: 'o' }] }));
    const started = events.filter((event) => event.type === 'run.started');
    expect(started.map(({ name, runId, parentId }) => [name, runId, parentId])).to.deep.equal([
      ['outer', 'r1', undefined],
      ['inner', 'r2', 'r1.o'],
    ]);
    expect(events.some((event) => event.type === 'call.started' && event.callId === 'r2.x')).to.equal(true);
  });

  it('come with the error of a run that failed, before its subscriber is told', () => {
    const orchestrator = orchestratorOf();
    const order: string[] = [];
    orchestrator.events$.subscribe(({ type }) => order.push(type));
    const events = eventsOf(orchestrator);
    let error: unknown;
    orchestrator.run({ steps: [{ tool: 'failing' }] }).subscribe({
      error: (told: unknown) => {
        order.push('told');
        error = told;
      },
    });
    expect(order).to.deep.equal(['run.started', 'call.started', 'call.failed', 'run.failed', 'told']);
    const shown = (events.at(-1) as ToolEventOf<'run.failed'>).error;
    expect([shown._tag, shown.message]).to.deep.equal(['ChainFailed', (error as Error).message]);
  });

  it('tell of success before the subscriber is told of the end', () => {
    const orchestrator = orchestratorOf();
    const order: string[] = [];
    orchestrator.events$.subscribe(({ type }) => order.push(type));
    orchestrator.run({ steps: [] }).subscribe({ next: () => order.push('next'), complete: () => order.push('end') });
    expect(order).to.deep.equal(['run.started', 'next', 'run.succeeded', 'end']);
  });
});
