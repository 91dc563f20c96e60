import { expect } from 'chai';
import { config, from, lastValueFrom, mergeMap, Observable, of, queueScheduler, subscribeOn } from 'rxjs';
import { call, createOrchestrator, type StepData } from '../src/index.js';
import { echo, watch } from './support/flowTools.js';
import { toolOf } from './support/stage.js';

const steps: readonly StepData[] = ['a', 'b', 'c'].map((outputKey) => ({ tool: 'echo', arguments: 1, outputKey }));
const all = { a: 1, b: 1, c: 1 };

describe('a run of a chain inside something else', () => {
  it('runs a chain of its own inside a tool', async () => {
    const inner = {
      steps: [
        { tool: 'echo', arguments: '$n', outputKey: 'x' },
        { tool: 'echo', arguments: ['$x'], outputKey: 'y' },
      ],
    };
    const outer: ReturnType<typeof toolOf> = toolOf((n) => orchestrator.run(inner, { n: n as number }), {
      name: 'outer',
    });
    const orchestrator = createOrchestrator({ tools: [echo, outer] });
    const steps = [
      { tool: 'outer', arguments: 1, outputKey: 'a' },
      { tool: 'outer', arguments: '$a.y', outputKey: 'b' },
    ];
    const told = watch(orchestrator.run({ steps }));
    await Promise.resolve();
    const a = { n: 1, x: 1, y: [1] };
    expect(told).to.deep.equal({ values: [{ a }, { a, b: { n: [1], x: [1], y: [[1]] } }], end: 'completed' });
  });

  it('is run at once by the subscriber of another, and both come to their end', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    const inner: unknown[] = [];
    const outer = watch(
      new Observable<object>((subscriber) => {
        orchestrator.run({ steps }).subscribe(subscriber);
      }).pipe(
        mergeMap((context) => {
          orchestrator.run({ steps }).subscribe({ complete: () => inner.push(Object.keys(context).length) });
          return of(context);
        }),
      ),
    );
    expect(outer).to.deep.equal({ values: [{ a: 1 }, { a: 1, b: 1 }, all], end: 'completed' });
    expect(inner).to.deep.equal([1, 2, 3]);
  });

  it('comes to its end inside an action of the queue scheduler', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    let told: ReturnType<typeof watch> | undefined;
    queueScheduler.schedule(() => {
      told = watch(orchestrator.run({ steps }));
    });
    expect(told?.values.at(-1)).to.deep.equal(all);
    expect(told?.end).to.equal('completed');
  });

  it('takes a tool that works on the queue scheduler itself', () => {
    const queued = toolOf((n) => from([0, n]).pipe(subscribeOn(queueScheduler)), { name: 'echo' });
    const told = watch(createOrchestrator({ tools: [queued] }).run({ steps }));
    expect(told.values.at(-1)).to.deep.equal(all);
  });

  it('is a member of a group, by way of a tool', async () => {
    const outer: ReturnType<typeof toolOf> = toolOf(() => orchestrator.run({ steps }), { name: 'outer' });
    const orchestrator = createOrchestrator({ tools: [echo, outer] });
    const results = await lastValueFrom(orchestrator.parallel([call(outer, 1), call(outer, 2)]));
    expect(results).to.deep.equal([
      { _tag: 'Right', right: all },
      { _tag: 'Right', right: all },
    ]);
  });

  it('comes to its end though its subscriber throws', async () => {
    const before = config.onUnhandledError;
    const thrown: unknown[] = [];
    config.onUnhandledError = (error) => thrown.push(error);
    try {
      const ends: string[] = [];
      const orchestrator = createOrchestrator({ tools: [echo] });
      orchestrator.events$.subscribe(({ type }) => {
        if (type.startsWith('run.')) ends.push(type);
      });
      orchestrator.run({ steps }).subscribe(() => {
        throw new Error('of the subscriber');
      });
      expect(ends).to.deep.equal(['run.started', 'run.advanced', 'run.advanced', 'run.advanced', 'run.succeeded']);
      // RxJS reports on the host's next turn.
      await new Promise((resolve) => setTimeout(resolve));
      expect(thrown).to.have.length(3);
    } finally {
      config.onUnhandledError = before;
    }
  });
});
