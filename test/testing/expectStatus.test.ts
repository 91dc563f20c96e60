import { expect } from 'chai';
import { marbles } from '../../src/testing/index.js';

describe('expectStatus', () => {
  it('shows what a status is at the end of each frame in which it has changed', () => {
    marbles(({ createOrchestrator, expectStatus, fakeTool, subscribe }) => {
      const search = fakeTool('search', '---a|');
      const orchestrator = createOrchestrator({ tools: [search] });
      subscribe(orchestrator.execute('search', {}), '--^');
      expectStatus(orchestrator, 'search').toBe('a-b---a');
    });
  });

  it('hears of what the test does at once, in whatever order it is written', () => {
    marbles(({ createOrchestrator, expectStatus, expectStream, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--|')] });
      expectStream(orchestrator.execute('search', {})).toBe('--|');
      expectStatus(orchestrator, 'search').toBe('b-a');
    });
  });

  it('does not see that a slot is given back and taken again in one frame', () => {
    marbles(({ createOrchestrator, expectStatus, fakeTool, subscribe }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool({ name: 'search', concurrency: 1 }, '--|')] });
      subscribe(orchestrator.execute('search', {}));
      subscribe(orchestrator.execute('search', {}));
      expectStatus(orchestrator, 'search').toBe('b---a');
    });
  });

  it('knows the letters of all states', () => {
    marbles(({ createOrchestrator, expectStatus, fakeTool, subscribe }) => {
      const limited = fakeTool({ name: 'limited', rateLimit: { limit: 1, perMs: 5 } }, '|');
      const failing = fakeTool('failing', '-#');
      const orchestrator = createOrchestrator({ tools: [limited, failing] });
      for (const tool of ['limited', 'failing'] as const) subscribe(orchestrator.attempt(tool, {}), '-^');
      subscribe(orchestrator.execute('limited', {}), '-^');
      expectStatus(orchestrator, 'limited').toBe('ar----a');
      expectStatus(orchestrator, 'failing').toBe('abe');
    });
  });

  it('compares what the values speak of, and nothing else', () => {
    marbles(({ createOrchestrator, expectStatus, fakeTool, subscribe }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool({ name: 'search', concurrency: 1 }, '---|')] });
      subscribe(orchestrator.execute('search', {}), '-^');
      subscribe(orchestrator.execute('search', {}), '--^');
      expectStatus(orchestrator, 'search').toBe('ab-----a');
      expectStatus(orchestrator, 'search').toBe('axy-x--a', {
        x: { state: 'busy', queued: 0 },
        y: { state: 'busy', queued: 1 },
      });
      expectStatus(orchestrator, 'search').toBe('xb-----x', { x: 'available' });
    });
  });

  it('waits for a tool that is registered later, and ends when it is unregistered', () => {
    marbles(({ at, createOrchestrator, expectStatus, fakeTool }) => {
      const orchestrator = createOrchestrator();
      at(2, () => orchestrator.register(fakeTool('search', '|')));
      at(5, () => orchestrator.unregister('search'));
      expectStatus(orchestrator, 'search').toBe('--a--|');
    });
  });

  it('refuses a letter that is no state', () => {
    expect(() => {
      marbles(({ createOrchestrator, expectStatus }) => {
        expectStatus(createOrchestrator(), 'search').toBe('a-x');
      });
    }).to.throw(TypeError, "values: expected one for 'x' of the diagram 'a-x', got only a, b, r, e");
    expect(() => {
      marbles(({ createOrchestrator, expectStatus }) => {
        expectStatus(createOrchestrator(), 'search').toBe('a-x', { x: 5 as never });
      });
    }).to.throw(TypeError, 'expected a state or fields of a status');
  });
});
