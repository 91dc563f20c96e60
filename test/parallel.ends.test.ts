import { expect } from 'chai';
import { type Either, isLeft } from 'fp-ts/Either';
import { map, NEVER, of, takeUntil, throwError, timer, mergeMap } from 'rxjs';
import { call, createOrchestrator, isToolFailed, ParallelFailed, ToolError } from '../src/index.js';
import { countedIds, echo, failing, linesOf, watch } from './support/flowTools.js';
import { toolOf } from './support/stage.js';
import { virtually } from './support/virtually.js';

const slow = toolOf((ms) => timer(ms as number).pipe(map(() => ms)), { name: 'slow' });
const failsAfter = toolOf((ms) => timer(ms as number).pipe(mergeMap(() => throwError(() => new Error('late')))), {
  name: 'failsAfter',
});
const never = toolOf(() => NEVER, { name: 'never', deadlineMs: 60_000 });
/** One at a time. */
const single = toolOf((ms) => timer(ms), { name: 'single', concurrency: 1 });
const tools = [echo, failing, slow, failsAfter, never, single];

const idle = { running: 0, queued: 0, permits: 0, waiting: 0, timers: 0 };

function stageOf() {
  const orchestrator = createOrchestrator({ tools, createId: countedIds() });
  return { orchestrator, lines: linesOf(orchestrator) };
}

describe('a parallel group with failFast', () => {
  it('gives what it would without, where nothing fails', () => {
    virtually(({ expectObservable }) => {
      const { orchestrator } = stageOf();
      const keys$ = orchestrator
        .parallel({ a: call(slow, 2), b: call(echo, 1) }, { failFast: true })
        .pipe(map((results) => Object.keys(results).join()));
      expectObservable(keys$).toBe('--(k|)', { k: 'a,b' });
    });
  });

  it('errors at the first failure, with the member, the cause and the results so far', () => {
    virtually(({ flush }) => {
      const { orchestrator } = stageOf();
      const group = { a: call(slow, 1), b: call(failsAfter, 3), c: call(slow, 9), d: call(failsAfter, 4) };
      const told = watch(orchestrator.parallel(group, { failFast: true }));
      flush();
      const error = told.error as ParallelFailed;
      expect(error).to.be.instanceOf(ParallelFailed);
      const { tool, callId, runId, member, cause, message } = error;
      expect({ tool, callId, runId, member, message }).to.deep.equal({
        tool: 'failsAfter',
        callId: 'r1.b',
        runId: 'r1',
        member: 'b',
        message: "parallel call 'b' failed: 'failsAfter' failed: late",
      });
      expect(isToolFailed(cause) && cause.callId).to.equal('r1.b');
      const results = error.results as Readonly<Record<string, Either<ToolError, unknown>>>;
      expect(Object.keys(results)).to.deep.equal(['a', 'b']);
      expect(results['a']).to.deep.equal({ _tag: 'Right', right: 1 });
      expect(results['b'] && isLeft(results['b']) && results['b'].left).to.equal(cause);
    });
  });

  it('cancels the others and frees what they held before it tells of the failure', () => {
    virtually(({ flush }) => {
      const { orchestrator, lines } = stageOf();
      const group = [call(never, 0), call(single, 9), call(single, 9), call(failsAfter, 3)];
      orchestrator.parallel(group, { failFast: true }).subscribe({
        error: () => {
          lines.push('told');
          expect(orchestrator.stats()).to.include(idle);
        },
      });
      flush();
      expect(lines.slice(lines.indexOf('3 call.failed r1.3')).sort()).to.deep.equal(
        [
          '3 call.failed r1.3',
          '3 call.cancelled r1.2',
          '3 call.cancelled r1.1',
          '3 call.cancelled r1.0',
          '3 run.failed r1',
          'told',
        ].sort(),
      );
      expect(lines.slice(-2)).to.deep.equal(['3 run.failed r1', 'told']);
    });
  });

  it('begins no call that waits', () => {
    for (const concurrency of [1, 2, 3]) {
      virtually(({ flush }) => {
        const { orchestrator, lines } = stageOf();
        const group = [call(failsAfter, 3), call(slow, 9), call(slow, 9), call(slow, 9), call(slow, 9)];
        orchestrator.parallel(group, { failFast: true, concurrency }).subscribe({ error: () => undefined });
        flush();
        expect(lines.filter((line) => line.includes('call.started'))).to.have.length(concurrency);
        expect(orchestrator.stats()).to.include(idle);
      });
    }
  });

  it('makes no call after one that fails at once', () => {
    const { orchestrator, lines } = stageOf();
    const told = watch(
      orchestrator.parallel([call(echo, 1), call(failing, 2), call(never, 3), call(echo, 4)], { failFast: true }),
    );
    expect((told.error as ParallelFailed).member).to.equal('1');
    expect(
      lines.filter((line) => /call\.(started|cancelled|rejected)/.test(line)).map((line) => line.split(' ')[2]),
    ).to.deep.equal(['r1.0', 'r1.1']);
    expect(orchestrator.stats()).to.include(idle);
  });

  it('has an error that survives JSON, with its results', () => {
    const { orchestrator } = stageOf();
    const told = watch(orchestrator.parallel([call(echo, 1), call(failing, 2)], { failFast: true }));
    const revived = ToolError.decode(JSON.parse(JSON.stringify(told.error)));
    expect(revived._tag === 'Right' && revived.right).to.be.instanceOf(ParallelFailed);
    expect(revived._tag === 'Right' && (revived.right as ParallelFailed).results)
      .to.have.property('0')
      .that.deep.equals({ _tag: 'Right', right: 1 });
  });
});

describe('a parallel group that is cancelled', () => {
  it('cancels every call and frees everything, and has one run.cancelled, after all else', () => {
    virtually(({ flush }) => {
      const { orchestrator, lines } = stageOf();
      const group = [call(slow, 2), call(never, 0), call(single, 9), call(single, 9), call(never, 0)];
      orchestrator
        .parallel(group, { concurrency: 4 })
        .pipe(takeUntil(timer(5)))
        .subscribe();
      flush();
      expect(orchestrator.stats()).to.include(idle);
      const cancelled = lines.filter((line) => line.includes('call.cancelled'));
      expect(cancelled.map((line) => line.split(' ')[2]).sort()).to.deep.equal(['r1.1', 'r1.2', 'r1.3', 'r1.4']);
      expect(lines.filter((line) => / run\.(succeeded|failed|cancelled)/.test(line))).to.deep.equal([
        '5 run.cancelled r1',
      ]);
      expect(lines.at(-1)).to.equal('5 run.cancelled r1');
    });
  });

  it('begins no call that waits for its turn in the group', () => {
    virtually(({ flush }) => {
      const { orchestrator, lines } = stageOf();
      const group = Array.from({ length: 5 }, () => call(slow, 9));
      orchestrator
        .parallel(group, { concurrency: 2 })
        .pipe(takeUntil(timer(5)))
        .subscribe();
      flush();
      expect(lines.filter((line) => line.includes('call.started'))).to.have.length(2);
      expect(orchestrator.stats()).to.include(idle);
    });
  });

  it('begins no call that waits for a slot of its tool', () => {
    virtually(({ flush }) => {
      const { orchestrator, lines } = stageOf();
      const group = Array.from({ length: 5 }, () => call(single, 9));
      orchestrator
        .parallel(group)
        .pipe(takeUntil(timer(5)))
        .subscribe();
      flush();
      expect(lines.filter((line) => line.includes('call.started'))).to.deep.equal(['0 call.started r1.0']);
      expect(orchestrator.stats()).to.include(idle);
    });
  });

  it('leaves the slots of its tools to others, who begin at once', () => {
    virtually(({ flush }) => {
      const { orchestrator, lines } = stageOf();
      const group = Array.from({ length: 3 }, () => call(single, 9));
      orchestrator
        .parallel(group)
        .pipe(takeUntil(timer(5)))
        .subscribe();
      orchestrator.execute('single', 1, { callId: 'other' }).subscribe();
      flush();
      expect(lines.filter((line) => line.includes('call.started'))).to.deep.equal([
        '0 call.started r1.0',
        '5 call.started other',
      ]);
    });
  });

  it('of 10,000 members frees them all', () => {
    const { orchestrator } = stageOf();
    const group = Array.from({ length: 10_000 }, (_, index) => (index % 2 === 0 ? call(never, 0) : call(echo, 0)));
    const subscription = orchestrator.parallel(group).subscribe();
    expect(orchestrator.stats()).to.include({ running: 5_000, timers: 1 });
    subscription.unsubscribe();
    expect(orchestrator.stats()).to.include(idle);
  });

  it('by whoever hears of its first call, makes no other', () => {
    const { orchestrator, lines } = stageOf();
    const told = watch(
      orchestrator
        .parallel([call(echo, 1), call(echo, 2), call(echo, 3)])
        .pipe(
          takeUntil(orchestrator.events$.pipe(mergeMap((event) => (event.type === 'call.succeeded' ? of(1) : NEVER)))),
        ),
    );
    expect(told).to.deep.equal({ values: [], end: 'completed' });
    expect(lines.filter((line) => line.includes('call.started'))).to.have.length(1);
    expect(lines.at(-1)).to.match(/run\.cancelled r1$/);
  });
});
