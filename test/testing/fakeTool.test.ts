import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { right } from 'fp-ts/Either';
import * as t from 'io-ts';
import { type Observable, of, timer } from 'rxjs';
import { chain, defineTool, type Tool } from '../../src/index.js';
import { marbles } from '../../src/testing/index.js';

const search = defineTool({
  name: 'search',
  description: 'Search the documentation.',
  input: t.type({ query: t.string }),
  output: t.array(t.string),
  concurrency: 1,
  run: () => timer(3_600_000),
});

describe('fakeTool', () => {
  it('does what its diagram says, from each call on', () => {
    marbles(({ createOrchestrator, expectStream, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--a-b|', { a: [1], b: [2] })] });
      expectStream(orchestrator.execute('search', {}), '-^').toBe('---a-b|', { a: [1], b: [2] });
      expectStream(orchestrator.execute('search', {}), '----^').toBe('------a-b|', { a: [1], b: [2] });
    });
  });

  it('does what a function makes of its arguments and its call', () => {
    marbles(({ createOrchestrator, expectStream, fakeTool }) => {
      const tool = fakeTool(
        { name: 'search', retry: { maxAttempts: 2, backoff: () => 2 } },
        (args: { ms: number }, { attempt }) => (attempt === 1 ? '-#' : `${'-'.repeat(args.ms)}(a|)`),
      );
      const orchestrator = createOrchestrator({ tools: [tool] });
      expectStream(orchestrator.execute('search', { ms: 4 })).toBe('-------(a|)');
    });
  });

  it('throws the error of its diagram, as a tool does', () => {
    marbles(({ createOrchestrator, expectStream, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool('search', '-#', {}, new Error('gone'))] });
      const fails$ = orchestrator.execute('search', {});
      expectStream(fails$).toBe('-#', {}, { _tag: 'ToolFailed', message: "'search' failed: gone" });
    });
  });

  it('stands for a tool with its codecs and its limits', () => {
    marbles(({ createOrchestrator, expectStatus, expectStream, fakeTool }) => {
      const fake = fakeTool(search, '--(h|)', { h: ['/a'] });
      expect(fake).to.include({
        name: 'search',
        description: search.description,
        concurrency: 1,
        output: search.output,
      });
      const orchestrator = createOrchestrator({ tools: [fake] });
      expectStream(orchestrator.execute('search', { query: 'a' })).toBe('--(h|)', { h: ['/a'] });
      expectStream(orchestrator.execute('search', { query: 'b' })).toBe('----(h|)', { h: ['/a'] });
      expectStream(orchestrator.execute({ tool: 'search', arguments: { query: 5 } })).toBe('#', {}, 'InvalidArguments');
      expectStatus(orchestrator, 'search').toBe('b---a');
    });
  });

  it('has its values checked by the codec of the tool that it stands for', () => {
    marbles(({ createOrchestrator, expectStream, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool(search, '-(h|)', { h: 'no array' as never })] });
      expectStream(orchestrator.execute('search', { query: 'a' })).toBe('-#', {}, 'InvalidResult');
    });
  });

  it('has types that flows build on', () => {
    marbles(({ createOrchestrator, expectStream, fakeTool }) => {
      const count = fakeTool('count', '(n|)', { n: 5 });
      expectTypeOf(count).toExtend<Tool<'count', unknown, number>>();
      expectTypeOf(fakeTool(search, '|')).toEqualTypeOf(search);
      const flow = chain('flow').step('n', count, () => ({ any: 'thing' }));
      const orchestrator = createOrchestrator({ tools: [count] });
      expectTypeOf(orchestrator.run(flow)).toExtend<Observable<{ readonly n: number }>>();
      expectStream(orchestrator.run(flow)).toBe('(c|)', { c: { n: 5 } });
      expectStream(orchestrator.attempt('count', {})).toBe('(r|)', { r: right(5) });
    });
  });

  it('refuses a diagram that cannot be read when it is made', () => {
    marbles(({ fakeTool }) => {
      expect(() => fakeTool('search', '-a|', { b: 1 })).to.throw(TypeError, "values: expected one for 'a'");
      expect(() => fakeTool('search', 5 as never)).to.throw(
        TypeError,
        'marbles: expected a diagram or a function that gives one, got 5',
      );
      expect(() => fakeTool('', '|')).to.throw(TypeError, 'name: expected a text that is not empty');
      expect(() => fakeTool('search', '-!')).to.throw('cannot have the unsubscription marker');
    });
  });
});

describe('expectSubscriptions', () => {
  it('knows when a fake tool was at work, attempt by attempt', () => {
    marbles(({ createOrchestrator, expectSubscriptions, fakeTool, subscribe }) => {
      const tool = fakeTool({ name: 'search', concurrency: 1, timeoutMs: 4 }, '9ms |');
      const orchestrator = createOrchestrator({ tools: [tool] });
      subscribe(orchestrator.attempt('search', {}), '-^');
      subscribe(orchestrator.attempt('search', {}), '--^----!');
      subscribe(orchestrator.attempt('search', {}), '---^!');
      expectSubscriptions(tool).toBe(['-^---!', '-----^-!']);
    });
  });

  it('expects none where there is no diagram', () => {
    marbles(({ cold, expectSubscriptions }) => {
      expectSubscriptions(cold('a|')).toBe([]);
      expectSubscriptions(cold('a|')).toBe('');
    });
  });

  it('knows a source that is still subscribed to', () => {
    marbles(({ expectStream, expectSubscriptions, hot }) => {
      const source$ = hot('-a-');
      expectStream(source$).toBe('-a');
      expectSubscriptions(source$).toBe('^');
    });
  });

  it('refuses what is no source of the test', () => {
    marbles(({ expectSubscriptions }) => {
      expect(() => expectSubscriptions(of(1) as never)).to.throw(
        TypeError,
        'expectSubscriptions: expected what cold(…), hot(…) or fakeTool(…) of this test gave, got Observable',
      );
    });
  });
});
