import { expect } from 'chai';
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { map, NEVER, of, throwError, timer } from 'rxjs';
import {
  call,
  type ChainFailed,
  createOrchestrator,
  defineTool,
  InvalidArguments,
  InvalidFlow,
  isUnresolvedReference,
  type ToolEvent,
  type ToolStatus,
} from '../../src/index.js';
import { echo, errorOf, failing, lastOf, linesOf, watch } from '../support/flowTools.js';
import { virtually } from '../support/virtually.js';

const slow = defineTool({
  name: 'slow',
  description: 'Wait for so many milliseconds.',
  input: t.number,
  run: (ms) => timer(ms).pipe(map(() => ms)),
});

describe('where this library differs from the original', () => {
  it('starts no more attempts in any window than the rate limit says', () => {
    virtually(({ flush, scheduler }) => {
      const starts: number[] = [];
      const limited = defineTool({
        name: 'limited',
        description: 'Twice in 10 ms.',
        input: t.unknown,
        rateLimit: { limit: 2, perMs: 10 },
        run: () => of(starts.push(scheduler.now())),
      });
      const orchestrator = createOrchestrator({ tools: [limited] });
      for (let each = 0; each < 5; each++) orchestrator.execute('limited', each).subscribe();
      flush();
      expect(starts).to.deep.equal([0, 0, 10, 10, 20]);
    });
  });

  it('refuses arguments that do not fit the input codec, and does not call the tool', () => {
    let calls = 0;
    const strict = defineTool({
      name: 'strict',
      description: 'Takes a number.',
      input: t.type({ n: t.number }),
      run: () => of(++calls),
    });
    const error = errorOf(createOrchestrator({ tools: [strict] }).execute({ tool: 'strict', arguments: { n: 'one' } }));
    expect(error)
      .to.be.instanceOf(InvalidArguments)
      .with.property('message')
      .that.contains('n: expected number, got "one"');
    expect(calls).to.equal(0);
  });

  it('leaves a tool in error until a call of it succeeds', () => {
    virtually(({ flush }) => {
      let works = false;
      const moody = defineTool({
        name: 'moody',
        description: 'Works when it likes.',
        input: t.unknown,
        run: () => (works ? of(1) : throwError(() => new Error('not now'))),
      });
      const orchestrator = createOrchestrator({ tools: [moody] });
      const statuses: ToolStatus[] = [];
      orchestrator.status$('moody').subscribe((status) => statuses.push(status));
      errorOf(orchestrator.execute({ tool: 'moody', arguments: 1 }));
      timer(60_000).subscribe(() => {
        expect(statuses.at(-1)).to.include({ state: 'error' });
        works = true;
        orchestrator.execute({ tool: 'moody', arguments: 1 }).subscribe();
      });
      flush();
      expect(statuses.at(-1)).to.include({ state: 'available' });
    });
  });

  it('runs simultaneous calls of one tool together', () => {
    virtually(({ expectObservable }) => {
      const succeeded$ = createOrchestrator({ tools: [slow] })
        .parallel([call(slow, 5), call(slow, 5)])
        .pipe(map((results) => results.filter((result) => !isLeft(result)).length));
      expectObservable(succeeded$).toBe('-----(n|)', { n: 2 });
    });
  });

  it('lets calls beyond the concurrency of a tool wait for their turn', () => {
    virtually(({ expectObservable }) => {
      const single = defineTool({
        name: 'single',
        description: 'One at a time.',
        input: t.number,
        concurrency: 1,
        run: (ms) => timer(ms),
      });
      const succeeded$ = createOrchestrator({ tools: [single] })
        .parallel([call(single, 5), call(single, 5)])
        .pipe(map((results) => results.filter((result) => !isLeft(result)).length));
      expectObservable(succeeded$).toBe('----------(n|)', { n: 2 });
    });
  });

  it('has every call in the history, with its arguments and its duration, however it ended', () => {
    virtually(({ flush }) => {
      const late = defineTool({ name: 'late', description: 'Late.', input: t.unknown, timeoutMs: 4, run: () => NEVER });
      const orchestrator = createOrchestrator({ tools: [echo, failing, late, slow] });
      for (const tool of ['echo', 'failing', 'late', 'slow', 'nope']) {
        orchestrator.attempt({ tool, arguments: 'x' }).subscribe();
      }
      orchestrator.execute({ tool: 'slow', arguments: 9 }).subscribe().unsubscribe();
      flush();
      const history: ToolEvent[] = [];
      orchestrator.history$.subscribe((event) => history.push(event));
      const ends = history.flatMap((event) => ('durationMs' in event && 'args' in event ? [event] : []));
      expect(ends.map(({ type, tool, args, durationMs }) => [type, tool, args, durationMs])).to.deep.equal([
        ['call.succeeded', 'echo', 'x', 0],
        ['call.failed', 'failing', 'x', 0],
        ['call.rejected', 'slow', 'x', 0],
        ['call.rejected', 'nope', 'x', 0],
        ['call.cancelled', 'slow', 9, 0],
        ['call.timedOut', 'late', 'x', 4],
      ]);
    });
  });

  it('refuses a chain with a reference to nothing before any step runs', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    const lines = linesOf(orchestrator);
    const steps = [
      { tool: 'echo', outputKey: 'hits' },
      { tool: 'echo', arguments: '$hist', outputKey: 'page' },
    ];
    const error = errorOf(orchestrator.run({ steps }));
    expect(error).to.be.instanceOf(InvalidFlow).with.property('message').that.contains("did you mean 'hits'?");
    expect(lines.some((line) => line.includes('call.'))).to.equal(false);
  });

  it('fails a step whose reference leads nowhere, and says how far it leads', () => {
    const steps = [{ tool: 'echo', arguments: '$found.hits[0]' }];
    const told = watch(createOrchestrator({ tools: [echo] }).run({ steps }, { found: { hits: [] } }));
    const { cause } = told.error as ChainFailed;
    expect(isUnresolvedReference(cause) && cause.nearest).to.equal('$found.hits');
  });

  it('resolves references at any depth and in the middle of texts', () => {
    const steps = [{ tool: 'echo', arguments: { a: [{ b: '$hits[0].url' }], c: 'see ${hits[0].url}' } }];
    const { echo: result } = lastOf(createOrchestrator({ tools: [echo] }).run({ steps }, { hits: [{ url: '/x' }] }));
    expect(result).to.deep.equal({ a: [{ b: '/x' }], c: 'see /x' });
  });
});
