import { expect } from 'chai';
import { type Either, isLeft, isRight, left, right } from 'fp-ts/Either';
import * as t from 'io-ts';
import { concat, map, of, throwError, timer } from 'rxjs';
import {
  call,
  createOrchestrator,
  InvalidArguments,
  InvalidFlow,
  type ParallelOptions,
  type ToolError,
  type ToolEvent,
  ToolFailed,
  ToolNotFound,
} from '../src/index.js';
import { countedIds, echo, errorOf, failing, lastOf, linesOf, silent, watch } from './support/flowTools.js';
import { toolOf } from './support/stage.js';
import { virtually } from './support/virtually.js';

type Results = Readonly<Record<string, Either<ToolError, unknown>>> | readonly Either<ToolError, unknown>[];

const slow = toolOf((ms) => timer(ms as number).pipe(map(() => ms)), { name: 'slow' });
const strict = toolOf(() => [1], { name: 'strict', input: t.type({ n: t.number }) });
const tools = [echo, failing, silent, slow, strict];

/** The results in few words: what a call gave, or how it failed. */
function brief(results: Results): string {
  return Object.entries(results)
    .map(([key, result]) => `${key}:${isLeft(result) ? result.left._tag : JSON.stringify(result.right)}`)
    .join(' ');
}

describe('a parallel group', () => {
  it('gives an array for an array, in the order of the calls, whichever ends first', () => {
    virtually(({ expectObservable }) => {
      const orchestrator = createOrchestrator({ tools });
      const group = [call(slow, 5), call(slow, 1), call(slow, 3)];
      expectObservable(orchestrator.parallel(group).pipe(map(brief))).toBe('-----(r|)', { r: '0:5 1:1 2:3' });
    });
  });

  it('gives a record for a record, under the keys of the calls and in their order', () => {
    const group = { b: call(echo, 1), a: call(echo, 2), 'odd key': call(echo, 3), __proto__x: call(echo, 4) };
    const results = lastOf(createOrchestrator({ tools }).parallel(group));
    expect(results).to.deep.equal({ b: right(1), a: right(2), 'odd key': right(3), __proto__x: right(4) });
    expect(Object.keys(results)).to.deep.equal(['b', 'a', 'odd key', '__proto__x']);
  });

  it('gives an Either for each call, and never errors for one that fails', () => {
    const orchestrator = createOrchestrator({ tools, createId: countedIds() });
    const group = {
      good: { tool: 'echo' as string, arguments: 'x' },
      thrown: { tool: 'failing' as string, arguments: 1 },
      empty: { tool: 'silent' as string, arguments: 1 },
      unknown: { tool: 'nope' as string, arguments: 1 },
      wrong: { tool: 'strict' as string, arguments: { n: 'x' } },
    };
    const results = lastOf(orchestrator.parallel(group));
    expect(results.good).to.deep.equal(right('x'));
    for (const [key, kind] of [
      ['thrown', ToolFailed],
      ['empty', ToolFailed],
      ['unknown', ToolNotFound],
      ['wrong', InvalidArguments],
    ] as const) {
      const result = results[key];
      expect(isLeft(result) && result.left, key)
        .to.be.instanceOf(kind)
        .and.to.include({ callId: `r1.${key}` });
    }
    expect(isLeft(results.empty) && results.empty.left.message).to.equal("'silent' failed: completed without a value");
  });

  it('gives an empty result for an empty group, at once', () => {
    const orchestrator = createOrchestrator({ tools });
    expect(watch(orchestrator.parallel([]))).to.deep.equal({ values: [[]], end: 'completed' });
    expect(watch(orchestrator.parallel({}))).to.deep.equal({ values: [{}], end: 'completed' });
    expect(watch(orchestrator.parallel({}, { failFast: true, concurrency: 1 }))).to.deep.equal({
      values: [{}],
      end: 'completed',
    });
  });

  it('keeps the last of several values, and none of a call that failed after it', () => {
    const several = toolOf(() => of(1, 2, 3), { name: 'several' });
    const halfway = toolOf(
      () =>
        concat(
          of(1),
          throwError(() => new Error('late')),
        ),
      { name: 'halfway' },
    );
    const results = lastOf(
      createOrchestrator({ tools: [several, halfway] }).parallel([call(several, 0), call(halfway, 0)]),
    );
    expect(brief(results)).to.equal('0:3 1:ToolFailed');
  });

  it('takes a result that is an Either itself for a result', () => {
    const result = left(new Error('not ours'));
    expect(lastOf(createOrchestrator({ tools }).parallel([call(echo, result)]))).to.deep.equal([right(result)]);
  });

  it('runs calls of one tool together', () => {
    virtually(({ expectObservable }) => {
      const orchestrator = createOrchestrator({ tools });
      const group = [1, 2, 3].map(() => call(slow, 5));
      expectObservable(orchestrator.parallel(group).pipe(map(brief))).toBe('-----(r|)', { r: '0:5 1:5 2:5' });
    });
  });

  it('keeps each tool’s own limits', () => {
    virtually(({ expectObservable }) => {
      const limited = toolOf((ms) => timer(ms), { name: 'limited', concurrency: 2 });
      const rated = toolOf(() => of(0), { name: 'rated', rateLimit: { limit: 2, perMs: 10 } });
      const orchestrator = createOrchestrator({ tools: [limited, rated] });
      const length = map((results: readonly unknown[]) => results.length);
      const five = (tool: typeof limited) => Array.from({ length: 5 }, () => call(tool, 4));
      expectObservable(orchestrator.parallel(five(limited)).pipe(length)).toBe('12ms (5|)', { 5: 5 });
      expectObservable(orchestrator.parallel(five(rated)).pipe(length)).toBe('20ms (5|)', { 5: 5 });
    });
  });

  for (const [concurrency, marbles] of [
    [1, '12ms (r|)'],
    [2, '8ms (r|)'],
    [3, '4ms (r|)'],
    [Infinity, '4ms (r|)'],
    [undefined, '4ms (r|)'],
  ] as const) {
    it(`runs at most ${String(concurrency)} of three calls of 4 ms at once: ${marbles}`, () => {
      virtually(({ expectObservable }) => {
        const options: ParallelOptions = concurrency === undefined ? {} : { concurrency };
        const group = [1, 2, 3].map(() => call(slow, 4));
        const run$ = createOrchestrator({ tools }).parallel(group, options);
        expectObservable(run$.pipe(map(brief))).toBe(marbles, { r: '0:4 1:4 2:4' });
      });
    });
  }

  it('begins a waiting call in the tick in which another ends, first come, first served', () => {
    virtually(({ flush }) => {
      const orchestrator = createOrchestrator({ tools, createId: countedIds() });
      const lines = linesOf(orchestrator);
      orchestrator
        .parallel(
          [3, 5, 1, 1].map((ms) => call(slow, ms)),
          { concurrency: 2 },
        )
        .subscribe();
      flush();
      expect(lines.filter((line) => line.includes('started'))).to.deep.equal([
        '0 run.started r1',
        '0 call.started r1.0',
        '0 call.started r1.1',
        '3 call.started r1.2',
        '4 call.started r1.3',
      ]);
    });
  });

  it('is cold: nothing runs without a subscriber, and each has a run of its own', () => {
    let calls = 0;
    const counting = toolOf(() => of(++calls));
    const run$ = createOrchestrator({ tools: [counting] }).parallel([call(counting, 1)]);
    expect(calls).to.equal(0);
    expect([brief(lastOf(run$)), brief(lastOf(run$))]).to.deep.equal(['0:1', '0:2']);
  });

  it('looks for no references in the arguments', () => {
    expect(lastOf(createOrchestrator({ tools }).parallel([call(echo, '$topic'), call(echo, '${x}')]))).to.deep.equal([
      right('$topic'),
      right('${x}'),
    ]);
  });

  // More wait than a queue takes by default.
  for (const [size, concurrency] of [
    [10_000, Infinity],
    [12_000, 7],
  ] as const) {
    it(`runs ${size} calls, ${concurrency} at once`, async () => {
      const mixed = toolOf((n) => ((n as number) % 2 === 0 ? of(n) : Promise.resolve(n)), { name: 'mixed' });
      const orchestrator = createOrchestrator({ tools: [mixed], history: { capacity: 0 } });
      const group = Array.from({ length: size }, (_, index) => call(mixed, index));
      const results = await new Promise<readonly Either<ToolError, unknown>[]>((resolve, reject) => {
        orchestrator.parallel(group, { concurrency }).subscribe({ next: resolve, error: reject });
      });
      expect(results.every((result, index) => isRight(result) && result.right === index)).to.equal(true);
      expect(orchestrator.stats()).to.include({ running: 0, queued: 0, permits: 0, waiting: 0, timers: 0 });
    });
  }
});

describe('the events of a parallel group', () => {
  it('tell of its members as steps, each when it is done, failed or not', () => {
    virtually(({ flush }) => {
      const orchestrator = createOrchestrator({ tools, createId: countedIds() });
      const lines = linesOf(orchestrator);
      const events: ToolEvent[] = [];
      orchestrator.events$.subscribe((event) => events.push(event));
      orchestrator.parallel({ a: call(slow, 3), b: call(failing, 0), c: call(slow, 1) }).subscribe();
      flush();
      expect(events[0]).to.deep.include({
        type: 'run.started',
        kind: 'parallel',
        name: 'parallel',
        steps: ['a', 'b', 'c'],
      });
      expect(lines.filter((line) => line.includes(' run.'))).to.deep.equal([
        '0 run.started r1',
        '0 run.advanced r1.b',
        '1 run.advanced r1.c',
        '3 run.advanced r1.a',
        '3 run.succeeded r1',
      ]);
    });
  });

  it('give each call the id of its run and its key', () => {
    const orchestrator = createOrchestrator({ tools, createId: countedIds() });
    const events: ToolEvent[] = [];
    orchestrator.events$.subscribe((event) => events.push(event));
    lastOf(orchestrator.parallel([call(echo, 1), call(echo, 2)]));
    const calls = events.filter((event) => event.type === 'call.succeeded');
    expect(calls.map(({ callId, runId, step }) => [callId, runId, step])).to.deep.equal([
      ['r1.0', 'r1', '0'],
      ['r1.1', 'r1', '1'],
    ]);
  });
});

describe('a malformed group', () => {
  const holes = [call(echo, 1), , call(echo, 3)];
  for (const [title, group, faults] of [
    [
      'with members that are no calls',
      { a: 5, b: call(echo, 1), c: null, d: {}, e: { tool: 5 }, f: new Date(0) },
      [
        'a: expected a call { tool, arguments }, got 5',
        'c: expected a call { tool, arguments }, got null',
        'd.tool: expected the name of a tool, got nothing',
        'e.tool: expected the name of a tool, got 5',
        'f: expected a call { tool, arguments }, got "1970-01-01T00:00:00.000Z"',
      ],
    ],
    ['with a hole in it', holes, ['1: expected a call { tool, arguments }, got nothing']],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    it(`${title} is refused with all its faults, and nothing runs`, () => {
      const orchestrator = createOrchestrator({ tools, createId: countedIds() });
      const lines = linesOf(orchestrator);
      const error = errorOf(orchestrator.parallel(group as never)) as InvalidFlow;
      expect(error).to.be.instanceOf(InvalidFlow).and.to.include({ flow: 'parallel' });
      expect(error.faults.map(({ path, message }) => `${path}: ${message}`)).to.deep.equal(faults);
      expect(lines.map((line) => line.split(' ')[1])).to.deep.equal(['run.started', 'run.failed']);
    });
  }

  for (const [title, misuse, message] of [
    ['no group', () => createOrchestrator().parallel(undefined as never), 'group: expected an object, got undefined'],
    ['a group that is a text', () => createOrchestrator().parallel('x' as never), 'group: expected an object, got "x"'],
    [
      'a concurrency of 0',
      () => createOrchestrator().parallel([], { concurrency: 0 }),
      'concurrency: expected a whole number',
    ],
    [
      'half a concurrency',
      () => createOrchestrator().parallel([], { concurrency: 1.5 }),
      'concurrency: expected a whole number',
    ],
  ] as const) {
    it(`is refused at once for ${title}`, () => {
      expect(misuse).to.throw(message);
    });
  }
});
