import * as chai from 'chai';
import type { ToolEvent } from 'toolstream';
import { marbles, toolstreamChai } from 'toolstream/testing';
import { research } from '../src/research.js';
import { slowLibrary } from '../src/slowLibrary.js';
import { readTool, searchTool } from '../src/tools.js';

const { expect } = chai.use(toolstreamChai);
const library = slowLibrary();
const search = searchTool(library);
const read = readTool(library);
const flow = research(search, read);

describe('research', () => {
  it('reads the first page that the search has found', () => {
    marbles(({ createOrchestrator, expectRun, fakeTool }) => {
      const tools = [
        fakeTool(search, '--(h|)', { h: ['/a', '/b'] }),
        fakeTool(read, ({ url }: { url: string }) => (url === '/a' ? '---(p|)' : '#'), { p: 'the page' }),
      ];
      expectRun(createOrchestrator({ tools }), flow, { topic: 'rxjs' }).toBe('--h--(p|)', {
        h: 'hits',
        p: { page: 'the page' },
      });
    });
  });

  it('ends with what it has when a page cannot be read', () => {
    const events: ToolEvent[] = [];
    marbles(({ createOrchestrator, expectStream, fakeTool }) => {
      const tools = [fakeTool(search, '--(h|)', { h: ['/a'] }), fakeTool(read, '---#')];
      const orchestrator = createOrchestrator({ tools });
      orchestrator.events$.subscribe((event) => events.push(event));
      expectStream(orchestrator.run(flow, { topic: 'rxjs' })).toBe(
        '--h--#',
        { h: { topic: 'rxjs', hits: ['/a'] } },
        { _tag: 'ChainFailed', step: 'page' },
      );
    });
    expect(events).to.containCall({ tool: 'read', step: 'page', args: { url: '/a' }, end: 'failed' });
    expect(events).not.to.containCall({ tool: 'search', end: 'failed' });
  });

  it('holds back the fourth search of a second', () => {
    marbles(({ createOrchestrator, expectStatus, expectStream, fakeTool, subscribe }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool(search, '(h|)', { h: [] })] });
      for (const at of ['^', '-^', '--^']) subscribe(orchestrator.execute('search', { query: 'a' }), at);
      expectStream(orchestrator.execute('search', { query: 'b' }), '---^').toBe('1s (h|)', { h: [] });
      expectStatus(orchestrator, 'search').toBe('a--r 996ms a');
    });
  });
});
