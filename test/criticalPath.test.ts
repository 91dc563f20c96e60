import { expect } from 'chai';
import * as t from 'io-ts';
import { map, of, timer } from 'rxjs';
import { constant } from '../operators/index.js';
import { createOrchestrator, criticalPath, type CriticalStep, defineTool, type ToolEvent } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';
import { stageOfWaiting } from './support/timedPlans.js';

/** `a 0-5 (beginning)`, `b 5-9 (dependency a)`; with what it waited, where it did. */
function brief(path: readonly CriticalStep[]): readonly string[] {
  return path.map(({ step, startedAt, endedAt, waitedMs, waitedFor }) => {
    const why = 'step' in waitedFor ? `${waitedFor.kind} ${waitedFor.step}` : waitedFor.kind;
    return `${step} ${startedAt}-${endedAt}${waitedMs > 0 ? ` waited ${waitedMs}` : ''} (${why})`;
  });
}

const wait = (outputKey: string, ms: number, after: readonly string[] = []) => ({
  tool: 'wait',
  outputKey,
  arguments: { ms },
  after,
});

/** A stage whose tool takes as many ms as its argument says, two of its calls at a time. */
function narrowStage(settings: Parameters<typeof toolOf>[1] = { concurrency: 1 }): Stage {
  const stage: Stage = new Stage([
    toolOf(({ ms }: { readonly ms: number }) => timer(ms, stage.scheduler).pipe(map(() => ms)), {
      name: 'wait',
      ...settings,
    }),
    toolOf(
      ({ ms }: { readonly ms: number }) =>
        timer(ms, stage.scheduler).pipe(
          map(() => {
            throw new Error('no');
          }),
        ),
      {
        name: 'fail',
      },
    ),
  ]);
  return stage;
}

function stageWithEcho(): Stage {
  const stage: Stage = new Stage([
    toolOf(({ ms }: { readonly ms: number }) => timer(ms, stage.scheduler), { name: 'wait' }),
    toolOf(() => of(1), { name: 'echo' }),
  ]);
  return stage;
}

describe('criticalPath', () => {
  it('leads from the last step over what it had waited for to the beginning', () => {
    const stage = stageOfWaiting();
    const steps = [wait('a', 5), wait('b', 2), wait('c', 4, ['a', 'b']), wait('d', 3, ['b'])];
    stage.orchestrator.run({ kind: 'plan', steps }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['a 0-5 (beginning)', 'c 5-9 (dependency a)']);
  });

  it('has every step of a chain, each after the one before it', () => {
    const stage = stageOfWaiting();
    stage.orchestrator.run({ steps: [wait('a', 5), wait('b', 0), wait('c', 4)] }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal([
      'a 0-5 (beginning)',
      'b 5-5 (dependency a)',
      'c 5-9 (dependency b)',
    ]);
  });

  it('names the step whose end made room where the plan lets only some run at once', () => {
    const stage = stageOfWaiting();
    stage.orchestrator.run({ kind: 'plan', concurrency: 1, steps: [wait('a', 5), wait('b', 2)] }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['a 0-5 (beginning)', 'b 5-7 (concurrency a)']);
  });

  it('says how long a step waited for a slot of its tool', () => {
    const stage = narrowStage();
    stage.orchestrator.run({ kind: 'plan', steps: [wait('a', 5), wait('b', 2)] }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['b 0-7 waited 5 (beginning)']);
  });

  it('says how long a step waited for its next attempt', () => {
    let attempts = 0;
    const stage: Stage = new Stage([
      toolOf(
        () =>
          timer(2, stage.scheduler).pipe(
            map(() => {
              if (++attempts < 3) throw new Error('no');
            }),
          ),
        {
          retry: { maxAttempts: 3, backoff: constant(10) },
        },
      ),
    ]);
    stage.orchestrator.run({ steps: [{ tool: 't' }] }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['t 0-26 waited 20 (beginning)']);
  });

  it('counts as waiting of a step with calls for elements only when none of them ran', () => {
    const stage = narrowStage({ rateLimit: { limit: 1, perMs: 10 } });
    const each = { tool: 'wait', each: [4, 4, 4], arguments: { ms: '$item' } };
    stage.orchestrator.run({ steps: [each] }).subscribe();
    stage.flush();
    // They run from 0 to 4, from 10 to 14 and from 20 to 24.
    expect(brief(criticalPath(stage.events))).to.deep.equal(['wait 0-24 waited 12 (beginning)']);
  });

  it('counts as waiting the time in which a step had joined the call of another', () => {
    const stage: Stage = new Stage([
      toolOf(() => timer(5, stage.scheduler), { cache: { ttlMs: 100, key: () => 'same' } as never, readOnly: true }),
    ]);
    const steps = ['a', 'b'].map((outputKey) => ({ tool: 't', outputKey }));
    stage.orchestrator.run({ kind: 'plan', steps }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['b 0-5 waited 5 (beginning)']);
  });

  it('goes through steps that were skipped, and ends with one that ran', () => {
    const stage = stageOfWaiting();
    const steps = [
      wait('a', 5),
      { ...wait('b', 9, ['a']), when: false },
      wait('c', 4, ['b']),
      { ...wait('d', 9, ['c']), when: false },
    ];
    stage.orchestrator.run({ kind: 'plan', steps }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal([
      'a 0-5 (beginning)',
      'b 5-5 (dependency a)',
      'c 5-9 (dependency b)',
    ]);
  });

  it('leads to the failure of a run that failed', () => {
    const stage = narrowStage({});
    const steps = [wait('a', 3), { ...wait('b', 4, ['a']), tool: 'fail' }, wait('c', 1, ['b'])];
    stage.orchestrator.run({ kind: 'plan', steps }).subscribe({ error: () => undefined });
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['a 0-3 (beginning)', 'b 3-7 (dependency a)']);
  });

  it('leads to the failure that ended the run, not to the steps that it cancelled', () => {
    const stage = narrowStage({});
    const steps = [wait('slow', 90), { ...wait('b', 4), tool: 'fail' }];
    stage.orchestrator.run({ kind: 'plan', failFast: true, steps }).subscribe({ error: () => undefined });
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['b 0-4 (beginning)']);
  });

  it('ends before a step whose arguments led nowhere, which took no time', () => {
    const stage = stageOfWaiting();
    const steps = [wait('a', 3), { tool: 'wait', arguments: { ms: '$a.no' }, outputKey: 'b' }];
    stage.orchestrator.run({ steps }).subscribe({ error: () => undefined });
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['a 0-3 (beginning)']);
  });

  it('leads to the step that had been running longest in a run that was cancelled', () => {
    const stage = stageOfWaiting();
    const steps = [wait('a', 3), wait('b', 50, ['a']), wait('c', 4), wait('d', 50, ['c'])];
    const running = stage.orchestrator.run({ kind: 'plan', steps }).subscribe();
    stage.at(10, () => {
      running.unsubscribe();
    });
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['a 0-3 (beginning)', 'b 3-10 (dependency a)']);
  });

  it('leads to the step that has ended last in a run that goes on', () => {
    const stage = stageOfWaiting();
    const steps = [wait('a', 3), wait('b', 50, ['a']), wait('c', 4), wait('d', 50, ['c'])];
    stage.orchestrator.run({ kind: 'plan', steps }).subscribe();
    stage.flush(10);
    expect(brief(criticalPath(stage.events))).to.deep.equal(['c 0-4 (beginning)']);
  });

  it('has no steps before one has ended', () => {
    const stage = stageOfWaiting();
    stage.orchestrator.run({ steps: [wait('a', 3)] }).subscribe();
    expect(criticalPath(stage.events)).to.deep.equal([]);
  });

  it('takes the steps that an earlier run has done for the beginning', () => {
    const before = stageOfWaiting();
    const flow = { kind: 'plan', name: 'f', steps: [wait('a', 3), wait('b', 5, ['a']), wait('c', 4, ['b'])] } as const;
    const running = before.orchestrator.run(flow).subscribe();
    before.flush(6);
    running.unsubscribe();

    const after = stageOfWaiting();
    after.orchestrator.resume(flow, before.events).subscribe();
    after.flush();
    const events = [...before.events, ...after.events];
    expect(brief(criticalPath(events))).to.deep.equal(['b 0-5 (beginning)', 'c 5-9 (dependency b)']);
    // Also where only the later process's events are at hand.
    expect(brief(criticalPath(after.events))).to.deep.equal(['b 0-5 (beginning)', 'c 5-9 (dependency b)']);
    // And where it was stopped before it could say what was done already.
    const broken = [...before.events, ...after.events.filter(({ type }) => type === 'run.started')];
    expect(criticalPath(broken)).to.deep.equal([]);
  });

  it('is that of the run that was begun last, unless it is told which', () => {
    let count = 0;
    const stage: Stage = new Stage([toolOf(({ ms }: { ms: number }) => timer(ms, stage.scheduler), { name: 'wait' })], {
      createId: () => `r${String(++count)}`,
    });
    stage.orchestrator.run({ steps: [wait('a', 3)] }).subscribe();
    stage.orchestrator.run({ steps: [wait('b', 2)] }).subscribe();
    stage.orchestrator
      .parallel([
        { tool: 'wait', arguments: { ms: 5 } },
        { tool: 'wait', arguments: { ms: 9 } },
      ])
      .subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['b 0-2 (beginning)']);
    expect(brief(criticalPath(stage.events, { runId: 'r1' }))).to.deep.equal(['a 0-3 (beginning)']);
    expect(brief(criticalPath(stage.events, { runId: 'r3' }))).to.deep.equal(['1 0-9 (beginning)']);
  });

  it('may be that of a run which its caller has made on behalf of something', () => {
    const stage = stageOfWaiting();
    stage.orchestrator.run({ steps: [wait('a', 3)] }).subscribe();
    stage.orchestrator.run({ steps: [wait('b', 2)] }, {}, { parentId: 'request 7' }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['b 0-2 (beginning)']);
  });

  it('names the member of a group whose end made room', () => {
    const stage: Stage = new Stage([toolOf(({ ms }: { ms: number }) => timer(ms, stage.scheduler), { name: 'wait' })], {
      createId: () => 'g',
    });
    const member = (ms: number) => ({ tool: 'wait', arguments: { ms } });
    stage.orchestrator.parallel({ a: member(5), b: member(2) }, { concurrency: 1 }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events, { runId: 'g' }))).to.deep.equal([
      'a 0-5 (beginning)',
      'b 5-7 (concurrency a)',
    ]);
  });

  it('does not look into runs that a call has made, unless it is asked to', () => {
    const stage: Stage = new Stage([
      toolOf(({ ms }: { ms: number }) => timer(ms, stage.scheduler), { name: 'wait' }),
      toolOf((_args, nested) => nested.run({ steps: [wait('inner', 4)] }), { name: 'outer' }),
    ]);
    stage.orchestrator.run({ name: 'f', steps: [{ tool: 'outer' }] }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['outer 0-4 (beginning)']);
    const nested = stage.events.flatMap((event) => (event.type === 'run.started' ? [event.runId] : []))[1] as string;
    expect(brief(criticalPath(stage.events, { runId: nested }))).to.deep.equal(['inner 0-4 (beginning)']);
  });

  it('refuses events whose beginning is lost, and says what it has', () => {
    const stage = stageOfWaiting();
    stage.orchestrator.run({ name: 'f', steps: [wait('a', 3)] }).subscribe();
    stage.flush();
    const late = stage.events.slice(2);
    const { runId } = stage.event('run.succeeded');
    expect(() => criticalPath(late)).to.throw(TypeError, 'events: expected the first event of a run, found runs: none');
    expect(() => criticalPath(late, { runId })).to.throw(
      TypeError,
      `events: expected the first event of the run '${runId}', got only what came from seq 4 on: retain more events, \
or write them down as they come`,
    );
    expect(() => criticalPath(stage.events, { runId: 'other' })).to.throw(
      TypeError,
      `events: expected the first event of the run 'other', found runs: 'f' (${runId})`,
    );
  });

  it('refuses a run of steps that arrive, since no event tells what they need', () => {
    const stage = stageOfWaiting();
    stage.orchestrator.runSteps(of(wait('a', 1))).subscribe();
    stage.flush();
    expect(() => criticalPath(stage.events)).to.throw(TypeError, 'whose steps arrive: what they need is in no event');
  });

  it('refuses what are no events, and options that do not exist', () => {
    expect(() => criticalPath({} as never)).to.throw(TypeError, 'events: expected an iterable of events, got {}');
    expect(() => criticalPath([], { runid: 'x' } as never)).to.throw(TypeError, "did you mean 'runId'?");
  });

  it('does not count as waiting what goes before the first event of a call', () => {
    const call = { v: 1, runId: 'r', step: 'a', tool: 't', callId: 'r.a', attempt: 1, args: {} } as const;
    const events: readonly ToolEvent[] = [
      { v: 1, runId: 'r', seq: 1, at: 5, type: 'run.started', kind: 'chain', name: 'f', steps: ['a'] },
      { ...call, seq: 2, at: 9, type: 'call.started', waitedMs: 0 },
      { ...call, seq: 3, at: 20, type: 'call.succeeded', values: 0, result: null, durationMs: 15 },
      { v: 1, runId: 'r', seq: 4, at: 20, type: 'run.advanced', step: 'a', callId: 'r.a' },
    ];
    expect(brief(criticalPath(events))).to.deep.equal(['a 5-20 (beginning)']);
  });

  it('names what a step needs, also where another that was ready with it has ended before it began', () => {
    const stage = stageWithEcho();
    const steps = [wait('a', 5), { tool: 'echo', after: ['a'] }, wait('b', 3, ['a'])];
    stage.orchestrator.run({ kind: 'plan', steps }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['a 0-5 (beginning)', 'b 5-8 (dependency a)']);
  });

  it('begins with the run, whenever that was', () => {
    const stage = stageWithEcho();
    stage.at(100, () => {
      stage.orchestrator.run({ kind: 'plan', steps: [{ tool: 'echo' }, wait('b', 3)] }).subscribe();
    });
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['b 100-103 (beginning)']);
  });

  it('names what a step needs, also where the clock has gone on a little in between', () => {
    const run = { v: 1, runId: 'r' } as const;
    const steps = ['a', 'b'];
    const events: readonly ToolEvent[] = [
      { ...run, seq: 1, at: 0, type: 'run.started', kind: 'plan', name: 'f', steps, dependencies: [[], [0]] },
      { ...run, seq: 2, at: 3, type: 'run.advanced', step: 'a', callId: 'r.a' },
      { ...run, seq: 3, at: 4, type: 'run.advanced', step: 'b', callId: 'r.b' },
    ];
    expect(brief(criticalPath(events))).to.deep.equal(['a 3-3 (beginning)', 'b 4-4 (dependency a)']);
  });

  it('knows when a step began of which nothing was heard until it ended', () => {
    const stage: Stage = new Stage([
      toolOf(() => timer(10, stage.scheduler), {
        name: 'cached',
        cache: { ttlMs: 100, maxSize: 1, key: () => 'same' },
      }),
      toolOf(({ ms }: { readonly ms: number }) => timer(ms, stage.scheduler), { name: 'wait' }),
    ]);
    const steps = [
      { tool: 'cached', outputKey: 'first' },
      wait('a', 4),
      wait('b', 6),
      { tool: 'cached', outputKey: 'joined' },
    ];
    stage.orchestrator.run({ kind: 'plan', concurrency: 3, steps }).subscribe();
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal([
      'a 0-4 (beginning)',
      'joined 4-10 waited 6 (concurrency a)',
    ]);
  });

  it('names as what made room a step of whose calls one has failed', () => {
    const stage: Stage = new Stage([
      toolOf(
        ({ ms }: { readonly ms: number }) =>
          timer(ms, stage.scheduler).pipe(
            map(() => {
              if (ms === 3) throw new Error('no');
            }),
          ),
        { name: 'wait' },
      ),
    ]);
    const steps = [{ tool: 'wait', outputKey: 'e', each: [50, 3, 60], arguments: { ms: '$item' } }, wait('next', 4)];
    stage.orchestrator.run({ kind: 'plan', concurrency: 1, steps }).subscribe({ error: () => undefined });
    stage.flush();
    expect(brief(criticalPath(stage.events))).to.deep.equal(['e 0-3 (beginning)', 'next 3-7 (concurrency e)']);
  });

  it('ends on events that contradict one another', () => {
    const run = { v: 1, runId: 'r' } as const;
    const events: readonly ToolEvent[] = [
      {
        ...run,
        seq: 1,
        at: 5,
        type: 'run.started',
        kind: 'plan',
        name: 'f',
        steps: ['a', 'b'],
        dependencies: [[0, 1, 7], [0]],
      },
      { ...run, seq: 2, at: 3, type: 'run.advanced', step: 'a', callId: 'r.a' },
      { ...run, seq: 3, at: 9, type: 'run.advanced', step: 'b', callId: 'r.b' },
    ];
    expect(criticalPath(events).map(({ step }) => step)).to.deep.equal(['a', 'b']);
  });

  it('takes one look at each event of a long run', function () {
    const orchestrator = createOrchestrator({
      tools: [defineTool({ name: 't', description: 'Answer.', input: t.unknown, run: () => of(1) })],
      history: { capacity: 50_000 },
    });
    const steps = Array.from({ length: 5_000 }, (_, index) => ({ tool: 't', outputKey: `k${index}` }));
    orchestrator.run({ steps }).subscribe();
    const events: ToolEvent[] = [];
    orchestrator.history$.subscribe((event) => events.push(event)).unsubscribe();
    // Looking at each step for each other one would take far longer.
    this.timeout(10_000);
    expect(criticalPath(events)).to.have.length(5_000);
  });
});
