import * as chai from 'chai';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { conformance, describeConformance, toolstreamChai, virtualTime } from 'toolstream/testing';
import { slowLibrary } from '../src/slowLibrary.js';
import { readTool, searchTool } from '../src/tools.js';

const { expect } = chai.use(toolstreamChai);

describeConformance(
  'the search tool',
  conformance(() => {
    const library = slowLibrary();
    return { tool: searchTool(library), args: { query: 'rxjs' }, begun: library.requests };
  }),
);

describe('the search tool', () => {
  it('tries again after 200 ms, and then after 400', () =>
    virtualTime(async ({ createOrchestrator, expectEvents, now }) => {
      const orchestrator = createOrchestrator({ tools: [searchTool(slowLibrary(2))] });
      expectEvents(orchestrator).toBe('s 299ms r 199ms s 299ms r 399ms s 299ms (eS)');
      const hits = await lastValueFrom(orchestrator.execute('search', { query: 'rxjs' }));
      expect(hits).to.deep.equal(['/docs/rxjs', '/docs']);
      expect(now()).to.equal(1_500);
    }));

  it('fails when the third attempt fails', () =>
    virtualTime(async ({ createOrchestrator }) => {
      const orchestrator = createOrchestrator({ tools: [searchTool(slowLibrary(9))] });
      const result = await firstValueFrom(orchestrator.attempt('search', { query: 'rxjs' }));
      expect(result).to.be.toolError('ToolFailed', { tool: 'search', attempt: 3 });
      expect(orchestrator).to.hold.nothing;
    }));
});

describe('the read tool', () => {
  it('reads two pages at a time', () =>
    virtualTime(({ createOrchestrator, expectStatus, subscribe }) => {
      const orchestrator = createOrchestrator({ tools: [readTool(slowLibrary())] });
      for (const url of ['/a', '/b', '/c']) subscribe(orchestrator.execute('read', { url }));
      expectStatus(orchestrator, 'read').toBe('q 49ms o 49ms a', {
        q: { running: 2, queued: 1 },
        o: { running: 1, queued: 0 },
      });
    }));
});
