import * as chai from 'chai';
import { of } from 'rxjs';
import { Semaphore } from '../../../operators/index.js';
import { ToolFailed, type ToolEvent, ToolTimeout } from '../../../src/index.js';
import { marbles, toolstreamChai } from '../../../src/testing/index.js';

const { expect } = chai.use(toolstreamChai);

const timeout = new ToolTimeout({
  tool: 'search',
  callId: 'c1',
  attempt: 1,
  limit: 'timeoutMs',
  ms: 100,
  outstanding: 'the first value',
});
const events = (): readonly ToolEvent[] => {
  const seen: ToolEvent[] = [];
  marbles(({ createOrchestrator, fakeTool, subscribe }) => {
    const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--a|')] });
    orchestrator.events$.subscribe((event) => seen.push(event));
    subscribe(orchestrator.execute('search', { query: 'rxjs' }));
  });
  return seen;
};
const heldSemaphore = (): Semaphore => {
  const semaphore = new Semaphore({ concurrency: 1 });
  const clock = { now: () => 0, setTimer: () => () => undefined, defer: () => () => undefined };
  for (let asked = 0; asked < 3; asked++) {
    semaphore.acquire(clock, { granted: () => undefined, refused: () => undefined });
  }
  return semaphore;
};

it('emitMarbles of another stream', () => {
  marbles(({ cold }) => {
    expect(cold('--a|')).to.emitMarbles('-a|');
  });
});

it('not emitMarbles of the same stream', () => {
  marbles(({ cold }) => {
    expect(cold('--a|', { a: 1 })).not.to.emitMarbles('--a|', { a: 1 });
  });
});

it('emitMarbles outside of a test', () => {
  expect(of(1)).to.emitMarbles('(a|)');
});

it('toolError of another error', () => {
  expect(new Error('no')).to.be.toolError('ToolTimeout');
});

it('toolError with another tag', () => {
  expect(timeout).to.be.toolError('ToolFailed');
});

it('toolError with other fields', () => {
  expect(timeout).to.be.toolError('ToolTimeout', { tool: 'search', ms: 50 });
});

it('not toolError', () => {
  expect(new ToolFailed({ tool: 'search', callId: 'c1', attempt: 1, cause: new Error('no') })).not.to.be.toolError(
    'ToolFailed',
  );
});

it('containCall of another call', () => {
  expect(events()).to.containCall({ tool: 'search', end: 'failed' });
});

it('not containCall', () => {
  expect(events()).not.to.containCall('search');
});

it('containCall without any', () => {
  expect([]).to.containCall('search');
});

it('hold.nothing of a gate that holds', () => {
  expect(heldSemaphore()).to.hold.nothing;
});

it('not hold.nothing of a gate that does not', () => {
  expect(new Semaphore({ concurrency: 1 })).not.to.hold.nothing;
});

it('hold.nothing of what is no gate', () => {
  expect({ size: 0 }).to.hold.nothing;
});

it('nothing without hold', () => {
  expect(new Semaphore({ concurrency: 1 })).to.be.nothing;
});
