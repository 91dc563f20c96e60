import { expect } from 'chai';
import { catchError, EMPTY } from 'rxjs';
import { chain } from '../../src/index.js';
import { fullName, shortName } from '../../src/testing/eventDiagram.js';
import { marbles } from '../../src/testing/index.js';

describe('expectEvents', () => {
  it('has a letter for all that happens to a call', () => {
    marbles(({ createOrchestrator, expectEvents, fakeTool, subscribe }) => {
      const flaky = fakeTool({ name: 'flaky', retry: { maxAttempts: 2, backoff: () => 7 } }, (_args, call) => {
        call.progress('begun');
        return call.attempt === 1 ? '----#' : '-----a-|';
      });
      const orchestrator = createOrchestrator({ tools: [flaky] });
      subscribe(orchestrator.attempt('flaky', {}));
      expectEvents(orchestrator).toBe('(sp)r------(sp)-e-S');
    });
  });

  it('is about the events of one tool, or of some types', () => {
    marbles(({ createOrchestrator, expectEvents, fakeTool, subscribe }) => {
      const slow = fakeTool({ name: 'slow', timeoutMs: 6, concurrency: 1 }, '9ms |');
      const fallsBack = fakeTool({ name: 'fallsBack', fallback: { value: 'b' } }, '-#');
      const orchestrator = createOrchestrator({ tools: [slow, fallsBack] });
      subscribe(orchestrator.attempt('slow', {}), '-^');
      subscribe(orchestrator.attempt('slow', {}), '--^');
      subscribe(orchestrator.attempt('slow', {}), '---^-!');
      subscribe(orchestrator.attempt('fallsBack', {}));
      expectEvents(orchestrator, { tool: 'slow' }).toBe('-sqq-C-(Ts)--T');
      expectEvents(orchestrator, { tool: 'fallsBack' }).toBe('s(feS)');
    });
  });

  it('has names with the tool in front, for letters of the test’s own', () => {
    marbles(({ createOrchestrator, expectEvents, fakeTool, subscribe }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--|'), fakeTool('fetch', '--|')] });
      subscribe(orchestrator.execute('search', {}));
      subscribe(orchestrator.execute('fetch', {}), '-^');
      const names = { x: 'search started', y: 'fetch started', z: 'succeeded' };
      expectEvents(orchestrator).toBe('xyzz', names);
      expectEvents(orchestrator, { types: ['call.started'] }).toBe('xs', names);
    });
  });

  it('tells of runs, tools and circuits too', () => {
    marbles(({ at, createOrchestrator, expectEvents, fakeTool, subscribe }) => {
      const search = fakeTool(
        { name: 'search', circuitBreaker: { window: { kind: 'consecutive', failures: 1 } } },
        '-#',
      );
      const orchestrator = createOrchestrator({ tools: [search] });
      const flow = chain('flow').step('hits', search, () => ({}));
      expectEvents(orchestrator, { types: ['run.started', 'run.failed', 'circuit.opened', 'tool.unregistered'] }).toBe(
        'a(bc)-d',
        { a: 'run started', b: 'search circuit opened', c: 'run failed', d: 'search unregistered' },
      );
      subscribe(orchestrator.run(flow).pipe(catchError(() => EMPTY)));
      at(6, () => orchestrator.unregister('search'));
    });
  });

  it('hears of what the test does at once', () => {
    marbles(({ createOrchestrator, expectEvents, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool('search', '|')] });
      expectEvents(orchestrator).toBe('(sS)');
      orchestrator.execute('search', {}).subscribe();
    });
  });

  it('refuses a name that is none', () => {
    expect(() => {
      marbles(({ createOrchestrator, expectEvents }) => {
        expectEvents(createOrchestrator()).toBe('x', { x: 1 as never });
      });
    }).to.throw(TypeError, "values: expected the name of an event, 'started' or 'search started', got 1");
  });
});

describe('the names of events', () => {
  for (const [type, name] of [
    ['call.started', 'started'],
    ['call.retryScheduled', 'retry scheduled'],
    ['tool.registered', 'registered'],
    ['run.succeeded', 'run succeeded'],
    ['circuit.halfOpened', 'circuit half opened'],
    ['approval.requested', 'approval requested'],
  ] as const) {
    it(`call ${type} ${name}`, () => {
      expect(shortName({ type })).to.equal(name);
    });
  }

  it('have the tool in front where there is one', () => {
    const common = { v: 1, seq: 1, at: 0 } as const;
    expect(fullName({ ...common, type: 'tool.unregistered', tool: 'search' })).to.equal('search unregistered');
    expect(fullName({ ...common, type: 'run.succeeded', runId: 'r', durationMs: 1 })).to.equal('run succeeded');
  });
});
