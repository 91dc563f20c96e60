import { expect } from 'chai';
import { EMPTY, of } from 'rxjs';
import { chain, plan } from '../../src/index.js';
import { marbles, type TestContext } from '../../src/testing/index.js';

/** A chain of two steps, of 2 and 3 ms. */
function research({ fakeTool }: TestContext) {
  const search = fakeTool('search', '--(h|)', { h: ['/a'] });
  const page = fakeTool('page', '---(p|)', { p: { title: 'Home' } });
  const flow = chain<{ topic: string }>('research')
    .step('hits', search, ($) => ({ query: $.topic }))
    .step('page', page, ($) => ({ url: $.hits }));
  return { tools: [search, page] as const, flow };
}

describe('expectRun', () => {
  it('writes a step by the first letter of its key', () => {
    marbles((context) => {
      const { tools, flow } = research(context);
      context.expectRun(context.createOrchestrator({ tools }), flow, { topic: 'rxjs' }).toBe('--h--(p|)');
    });
  });

  it('writes it by its key, or by its output, where the test says so', () => {
    marbles((context) => {
      const { tools, flow } = research(context);
      const orchestrator = context.createOrchestrator({ tools });
      context.expectRun(orchestrator, flow, { topic: 'rxjs' }).toBe('--x--(y|)', {
        x: 'hits',
        y: { page: { title: 'Home' } },
      });
    });
  });

  it('subscribes when it is told to, and knows errors by their tag', () => {
    marbles((context) => {
      const { createOrchestrator, expectRun, expectSubscriptions, fakeTool } = context;
      const search = fakeTool('search', '--(h|)', { h: ['/a'] });
      const broken = fakeTool('page', '-#');
      const orchestrator = createOrchestrator({ tools: [search, broken] });
      const { flow } = research(context);
      expectRun(orchestrator, flow, { topic: 'rxjs' }, '---^').toBe(
        '-----h#',
        {},
        { _tag: 'ChainFailed', step: 'page' },
      );
      expectSubscriptions(search).toBe('---^-!');
    });
  });

  it('writes steps of a plan that end together one after the other', () => {
    marbles(({ createOrchestrator, expectRun, fakeTool }) => {
      const one = fakeTool('one', '--(a|)');
      const flow = plan('both')
        .step('first', one, () => ({}))
        .step('second', one, () => ({}));
      expectRun(createOrchestrator({ tools: [one] }), flow).toBe('--(fs|)');
    });
  });

  it('takes flows from data', () => {
    marbles(({ createOrchestrator, expectRun, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool('one', '--(a|)')] });
      expectRun(orchestrator, { steps: [{ tool: 'one', arguments: {} }] }).toBe('--(o|)', { o: { one: 'a' } });
    });
  });

  it('takes a run that something else begins', () => {
    marbles(({ createOrchestrator, expectRun, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool('one', '--(a|)')] });
      const steps$ = of({ tool: 'one', arguments: {}, outputKey: 'k' });
      expectRun(orchestrator.runSteps(steps$, { topic: 1 }), { topic: 1 }).toBe('--(k|)');
    });
  });

  it('has nothing to write of a flow without steps but its input', () => {
    marbles(({ createOrchestrator, expectRun }) => {
      expectRun(createOrchestrator(), { steps: [] }, { topic: 1 }).toBe('(x|)', { x: {} });
    });
  });

  it('refuses what is neither a key nor outputs', () => {
    expect(() => {
      marbles(({ expectRun }) => {
        expectRun(EMPTY).toBe('(x|)', { x: 5 });
      });
    }).to.throw(TypeError, 'values: expected the key of a step, or { key: output }, got 5');
  });
});
