import * as chai from 'chai';
import { left } from 'fp-ts/Either';
import { lastValueFrom, timer, toArray } from 'rxjs';
import { Deadlines, RateLimiter, ResultCache, Semaphore } from '../../operators/index.js';
import {
  chain as chainOf,
  createOrchestrator,
  InvalidFlow,
  ToolError,
  type ToolEvent,
  ToolFailed,
  ToolTimeout,
} from '../../src/index.js';
import { callsOf, describeCall } from '../../src/testing/callsOf.js';
import { marbles, toolstreamChai, virtualTime } from '../../src/testing/index.js';

const { expect } = chai.use(toolstreamChai);

const timeout = new ToolTimeout({
  tool: 'search',
  callId: 'c1',
  attempt: 1,
  limit: 'timeoutMs',
  ms: 100,
  outstanding: 'the first value',
});
const clock = { now: () => 0, setTimer: () => () => undefined, defer: () => () => undefined };
const request = { granted: () => undefined, refused: () => undefined };

describe('the assertions for chai', () => {
  describe('emitMarbles', () => {
    it('expects a diagram of a stream', () => {
      marbles(({ cold }) => {
        expect(cold('--a-b|', { a: 1, b: 2 })).to.emitMarbles('--x-y|', { x: 1, y: 2 });
        expect(cold('--#', {}, new Error('no'))).to.emitMarbles('--#', {}, { message: 'no' });
      });
    });

    it('expects any other, negated', () => {
      marbles(({ cold }) => {
        expect(cold('--a-b|')).not.to.emitMarbles('--a-c|');
        expect(cold('--a-b|')).to.not.emitMarbles('--a-b-|');
      });
    });

    it('expects it in virtual time too', async () => {
      await virtualTime(() => {
        expect(timer(30)).to.emitMarbles('30ms (a|)', { a: 0 });
      });
    });

    it('refuses what is no stream', () => {
      chai
        .expect(() => {
          marbles(() => {
            expect(5).to.emitMarbles('a');
          });
        })
        .to.throw(TypeError, 'emitMarbles: expected an Observable, got 5');
    });
  });

  describe('toolError', () => {
    it('expects an error of a tag', () => {
      expect(timeout).to.be.toolError('ToolTimeout');
      expect(timeout).to.be.toolError('ToolTimeout', { tool: 'search', ms: 100 });
    });

    it('expects the left of an Either', () => {
      expect(left(timeout)).to.be.toolError('ToolTimeout');
    });

    it('expects an error that was read back from JSON', () => {
      const read = ToolError.decode(JSON.parse(JSON.stringify(timeout)));
      expect(read._tag === 'Right' && read.right).to.be.toolError('ToolTimeout', { ms: 100 });
    });

    it('compares fields all the way down', () => {
      const faults = [{ path: 'steps', message: 'expected an array' }];
      const error = new InvalidFlow({ flow: 'flow', faults });
      expect(error).to.be.toolError('InvalidFlow', { faults: [{ ...(faults[0] as (typeof faults)[0]) }] });
      expect(error).not.to.be.toolError('InvalidFlow', { faults: [] });
    });

    it('expects any other, negated', () => {
      expect(timeout).not.to.be.toolError('ToolFailed');
      expect(timeout).not.to.be.toolError('ToolTimeout', { ms: 50 });
      expect(new Error('no')).not.to.be.toolError('ToolTimeout');
      expect(undefined).not.to.be.toolError('ToolTimeout');
      expect({ _tag: 'ToolTimeout' }).not.to.be.toolError('ToolTimeout');
    });

    it('goes on with the chain', () => {
      expect(timeout).to.be.toolError('ToolTimeout').and.not.toolError('ToolBusy');
    });

    it('refuses fields that the error does not have', () => {
      // @ts-expect-error -- a timeout has no `cause`
      expect(timeout).not.to.be.toolError('ToolTimeout', { faults: [] });
      // @ts-expect-error -- no error has this tag
      expect(timeout).not.to.be.toolError('Timeout');
    });
  });

  describe('containCall', () => {
    const events: ToolEvent[] = [];

    before(() => {
      marbles(({ createOrchestrator: create, fakeTool, subscribe }) => {
        const search = fakeTool(
          { name: 'search', retry: { maxAttempts: 2, backoff: () => 1 } },
          (_args, { attempt }) => (attempt === 1 ? '-#' : '-a(b|)'),
        );
        const orchestrator = create({ tools: [search, fakeTool('fetch', '---')] });
        orchestrator.events$.subscribe((event) => events.push(event));
        const flow = chainOf('flow').step('hits', search, () => ({ query: 'rxjs' }));
        subscribe(orchestrator.run(flow));
        subscribe(orchestrator.execute('fetch', {}), '^---!');
        subscribe(orchestrator.attempt('none' as 'fetch', {}, { callId: 'mine' }), '--^');
      });
    });

    it('expects a call of a tool', () => {
      expect(events).to.containCall('search');
      expect(events).to.containCall('none');
    });

    it('expects a call that is like something', () => {
      expect(events).to.containCall({
        tool: 'search',
        step: 'hits',
        args: { query: 'rxjs' },
        end: 'succeeded',
        attempts: 2,
        values: 2,
        result: 'b',
      });
      expect(events).to.containCall({ tool: 'fetch', end: 'cancelled', values: 0 });
      expect(events).to.containCall({ callId: 'mine', end: 'rejected', attempts: 0 });
    });

    it('expects none, negated', () => {
      expect(events).not.to.containCall('other');
      expect(events).not.to.containCall({ tool: 'search', end: 'failed' });
      expect(events).not.to.containCall({ tool: 'fetch', step: 'hits' });
    });

    it('knows a call that has not ended', () => {
      expect(events.slice(0, 2)).to.containCall({ end: 'open' });
      expect(callsOf(events.slice(0, 2)).map(describeCall)).to.deep.equal([
        'search id-1.hits of step \'hits\': open, 1 attempt, 0 values, args {"query":"rxjs"}',
      ]);
    });

    it('refuses what are no events', () => {
      chai
        .expect(() => expect({}).to.containCall('search'))
        .to.throw(TypeError, 'containCall: expected an array of events, got {}');
      chai
        .expect(() => expect([1]).to.containCall('search'))
        .to.throw(TypeError, 'containCall: expected an array of events');
    });
  });

  describe('hold.nothing', () => {
    it('expects that gates and orchestrators hold nothing', () => {
      for (const gate of [
        new Semaphore({ concurrency: 1 }),
        new RateLimiter({ limit: 1, perMs: 5 }),
        new Deadlines(),
        new ResultCache(),
        createOrchestrator(),
      ]) {
        expect(gate).to.hold.nothing;
      }
    });

    it('expects that they do hold something, negated', () => {
      const semaphore = new Semaphore({ concurrency: 1 });
      semaphore.acquire(clock, request);
      expect(semaphore).not.to.hold.nothing;
      const limiter = new RateLimiter({ limit: 1, perMs: 5 });
      limiter.acquire(clock, request);
      expect(limiter).to.hold.nothing;
      limiter.acquire(clock, request);
      expect(limiter).to.not.hold.nothing;
      const deadlines = new Deadlines();
      deadlines.add(clock, 5, () => undefined);
      expect(deadlines).not.to.hold.nothing;
    });
  });

  it('are of use after a real run too', async () => {
    const orchestrator = createOrchestrator();
    const result = await lastValueFrom(orchestrator.attempt({ tool: 'none', arguments: {} }).pipe(toArray()));
    expect(result[0]).to.be.toolError('ToolNotFound', { tool: 'none', closest: [] });
    expect(orchestrator).to.hold.nothing;
    expect(new ToolFailed({ tool: 't', callId: 'c', attempt: 1, cause: 'no' })).to.be.toolError('ToolFailed');
  });
});
