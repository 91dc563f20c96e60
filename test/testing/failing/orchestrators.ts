import { chain } from '../../../src/index.js';
import { marbles } from '../../../src/testing/index.js';

it('a status that stays too long', () => {
  marbles(({ createOrchestrator, expectStatus, fakeTool, subscribe }) => {
    const orchestrator = createOrchestrator({ tools: [fakeTool('search', '---a|')] });
    subscribe(orchestrator.execute('search', {}), '--^');
    expectStatus(orchestrator, 'search').toBe('a-b--a');
  });
});

it('a status whose fields are others', () => {
  marbles(({ createOrchestrator, expectStatus, fakeTool, subscribe }) => {
    const orchestrator = createOrchestrator({ tools: [fakeTool({ name: 'search', concurrency: 1 }, '-----|')] });
    subscribe(orchestrator.execute('search', {}), '-^');
    subscribe(orchestrator.execute('search', {}), '--^');
    expectStatus(orchestrator, 'search').toBe('abc--b----a', {
      b: { state: 'busy', queued: 0 },
      c: { state: 'busy', queued: 1 },
    });
  });
});

it('a rate limit that lasts longer', () => {
  marbles(({ createOrchestrator, expectStatus, fakeTool, subscribe }) => {
    const search = fakeTool({ name: 'search', rateLimit: { limit: 1, perMs: 10 } }, '-|');
    const orchestrator = createOrchestrator({ tools: [search] });
    subscribe(orchestrator.execute('search', {}), '-^');
    subscribe(orchestrator.execute('search', {}), '--^');
    expectStatus(orchestrator, 'search').toBe('abr---ba');
  });
});

it('events in another order', () => {
  marbles(({ createOrchestrator, expectEvents, fakeTool, subscribe }) => {
    const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--a-#', undefined, new Error('gone'))] });
    subscribe(orchestrator.attempt('search', {}));
    expectEvents(orchestrator).toBe('s-e-S');
  });
});

it('events of another tool', () => {
  marbles(({ createOrchestrator, expectEvents, fakeTool, subscribe }) => {
    const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--a|'), fakeTool('fetch', '-a|')] });
    subscribe(orchestrator.execute('search', {}));
    subscribe(orchestrator.execute('fetch', {}), '-----^');
    expectEvents(orchestrator, { types: ['call.started'] }).toBe('x----x', { x: 'search started' });
  });
});

it('a run whose second step fails', () => {
  marbles(({ createOrchestrator, expectRun, fakeTool }) => {
    const search = fakeTool('search', '--(h|)', { h: ['/a'] });
    const page = fakeTool('page', '---#', undefined, new Error('404'));
    const research = chain<{ topic: string }>('research')
      .step('hits', search, ($) => ({ query: $.topic }))
      .step('page', page, ($) => ({ url: $.hits }));
    const orchestrator = createOrchestrator({ tools: [search, page] });
    expectRun(orchestrator, research, { topic: 'rxjs' }).toBe('--h--(p|)', { p: { page: { title: 'Home' } } });
  });
});

it('a run whose letters are ambiguous', () => {
  marbles(({ createOrchestrator, expectRun, fakeTool }) => {
    const search = fakeTool('search', '(a|)');
    const flow = chain('flow')
      .step('first', search, () => ({}))
      .step('final', search, () => ({}));
    expectRun(createOrchestrator({ tools: [search] }), flow).toBe('(ff|)');
  });
});
