import { expect } from 'chai';
import fc from 'fast-check';
import { map, NEVER, of, Subscription, throwError, timer } from 'rxjs';
import { chain, encodeFlow, type FlowData, InvalidFlow, plan, toMermaid } from '../src/index.js';
import { anyKey } from './support/flowArbitraries.js';
import { echo } from './support/flowTools.js';
import { Stage, toolOf } from './support/stage.js';
import { anyTimedPlan, planOf, stageOfWaiting } from './support/timedPlans.js';

/** The lines, without the styles. */
const linesOf = (picture: string): readonly string[] =>
  picture.split('\n').filter((line) => line !== '' && !line.startsWith('  classDef'));

/** The boxes of steps in the states of a run, after so many ms. */
function boxesAfter(ms: number, flow: FlowData, stage = stageOfStates(), input = {}): readonly string[] {
  stage.orchestrator.run(flow, input).subscribe({ error: () => undefined });
  stage.flush(ms);
  return linesOf(toMermaid(flow, stage.events)).filter((line) => line.includes('['));
}

function stageOfStates(): Stage {
  const stage: Stage = new Stage([
    toolOf(({ ms = 5 }: { readonly ms?: number }) => timer(ms, stage.scheduler).pipe(map(() => ms)), { name: 'wait' }),
    toolOf(() => timer(5, stage.scheduler).pipe(map(() => 1)), { name: 'one', concurrency: 1 }),
    toolOf(() => throwError(() => new Error('no')), { name: 'fail' }),
    toolOf(() => throwError(() => new Error('no')), { name: 'other', fallback: { value: 0 } }),
    toolOf(() => of(1), { name: 'asks', approve: () => NEVER }),
  ]);
  return stage;
}

describe('toMermaid', () => {
  it('draws a chain with thick arrows in its order, and others to steps further on', () => {
    const flow = chain<{ topic: string }>('c')
      .step('a', echo, ($) => ({ of: $.topic }))
      .step('b', echo, () => ({}))
      .step('c', echo, ($) => ({ a: $.a, b: $.b }))
      .step('d', echo, () => ({}), { when: ($) => $.a });
    expect(toMermaid(flow).split('\n')).to.deep.equal([
      'flowchart TD',
      '  s0["a<br/>echo"]',
      '  s1["b<br/>echo"]',
      '  s2["c<br/>echo"]',
      '  s3["d<br/>echo"]',
      '  s0 ==> s1',
      '  s1 ==> s2',
      '  s0 --> s2',
      '  s2 ==> s3',
      '  s0 -.->|when| s3',
      '',
    ]);
  });

  it('draws a plan with solid arrows for results and dotted ones for what is only waited for', () => {
    const flow = plan<{ topic: string }>('p')
      .step('a', echo, ($) => ({ of: $.topic }))
      .step('b', echo, ($) => ({ a: $.a }), { after: ['a'] })
      .step('c', echo, () => ({}), { after: ['a'], when: ($) => $.b, fallback: ($) => [$.a] })
      .step('d', echo, () => 'none', { name: 'The end' });
    expect(linesOf(toMermaid(flow))).to.deep.equal([
      'flowchart TD',
      '  s0["a<br/>echo"]',
      '  s1["b<br/>echo"]',
      '  s2["c<br/>echo"]',
      '  s3["The end<br/>echo"]',
      '  s0 --> s1',
      '  s0 -.->|after, fallback| s2',
      '  s1 -.->|when| s2',
    ]);
  });

  it('says a name once where the tool has the same', () => {
    expect(linesOf(toMermaid({ steps: [{ tool: 'search' }] }))).to.deep.equal(['flowchart TD', '  s0["search"]']);
  });

  it('draws a step with a call for each element with double sides, and counts those that are known', () => {
    const data = {
      kind: 'plan',
      steps: [
        { tool: 'a', each: [1, 2, 3], arguments: '$item' },
        { tool: 'b', each: '$a', arguments: { item: '$item', index: '$index' } },
        { tool: 'item', arguments: '$a' },
      ],
    } as const;
    expect(linesOf(toMermaid(data))).to.deep.equal([
      'flowchart TD',
      '  s0[["a<br/>3 calls"]]',
      '  s1[["b<br/>a call for each"]]',
      '  s2["item"]',
      '  s0 --> s1',
      '  s0 --> s2',
    ]);
  });

  it('gives the same text for a flow and for its data form', () => {
    const flow = plan('p')
      .step('a', echo, () => ({}))
      .step('b', echo, ($) => [$.a]);
    expect(toMermaid(encodeFlow(flow))).to.equal(toMermaid(flow));
    expect(toMermaid(JSON.parse(JSON.stringify(flow)) as FlowData)).to.equal(toMermaid(flow));
  });

  it('draws a flow that could not run as far as it goes', () => {
    const circle = {
      kind: 'plan',
      steps: [
        { tool: 'a', after: ['b', 'gone'] },
        { tool: 'b', after: ['a'] },
      ],
    } as const;
    expect(linesOf(toMermaid(circle)).slice(3)).to.deep.equal(['  s1 -.->|after| s0', '  s0 -.->|after| s1']);
    const ambiguous = {
      kind: 'plan',
      steps: [{ tool: 'item' }, { tool: 'a', each: [1], arguments: '$item', after: ['item'] }],
    } as const;
    expect(linesOf(toMermaid(ambiguous)).slice(3)).to.deep.equal(['  s0 -.->|after| s1']);
  });

  it('refuses data that is no flow', () => {
    expect(() => toMermaid({ stepz: [] } as never)).to.throw(InvalidFlow, "did you mean 'steps'?");
  });

  it('says of each step that ended how, and how long it took', () => {
    const steps = [
      { tool: 'wait', arguments: { ms: 1_234 }, outputKey: 'a' },
      { tool: 'wait', when: false, outputKey: 'b' },
      { tool: 'fail', fallback: 0, outputKey: 'c' },
      { tool: 'other', outputKey: 'd' },
      { tool: 'wait', each: [1, 2], outputKey: 'e' },
      { tool: 'fail', outputKey: 'f', after: ['a'] },
      { tool: 'wait', outputKey: 'g', after: ['f'] },
    ];
    expect(boxesAfter(Infinity, { kind: 'plan', steps })).to.deep.equal([
      '  s0["a<br/>wait<br/>succeeded, 1.23 s"]:::succeeded',
      '  s1["b<br/>wait<br/>skipped"]:::skipped',
      '  s2["c<br/>fail<br/>fell back, 0 ms"]:::fellBack',
      '  s3["d<br/>other<br/>fell back, 0 ms"]:::fellBack',
      '  s4[["e<br/>wait<br/>2 calls<br/>succeeded, 5 ms"]]:::succeeded',
      '  s5["f<br/>fail<br/>failed, 0 ms"]:::failed',
      '  s6["g<br/>wait<br/>skipped"]:::skipped',
    ]);
  });

  it('says of each step that goes on whether it runs or waits, and nothing of one that has not begun', () => {
    const steps = [
      { tool: 'one', outputKey: 'a' },
      { tool: 'one', outputKey: 'b' },
      { tool: 'asks', outputKey: 'c' },
      { tool: 'wait', outputKey: 'd', after: ['c'] },
      { tool: 'wait', each: [1, 2, 3], concurrency: 2, outputKey: 'e' },
    ];
    expect(boxesAfter(3, { kind: 'plan', steps })).to.deep.equal([
      '  s0["a<br/>one<br/>running"]:::running',
      '  s1["b<br/>one<br/>waiting"]:::waiting',
      '  s2["c<br/>asks<br/>waiting"]:::waiting',
      '  s3["d<br/>wait"]',
      '  s4[["e<br/>wait<br/>2 calls<br/>running"]]:::running',
    ]);
  });

  it('says which steps were cancelled when another failed, and that the failed one has failed without a call', () => {
    const steps = [
      { tool: 'wait', arguments: { ms: 2 }, outputKey: 'a' },
      { tool: 'wait', arguments: { ms: 90 }, outputKey: 'b' },
      { tool: 'wait', arguments: '$a.nowhere', outputKey: 'c' },
      { tool: 'wait', after: ['c'], outputKey: 'd' },
    ];
    expect(boxesAfter(Infinity, { kind: 'plan', failFast: true, steps })).to.deep.equal([
      '  s0["a<br/>wait<br/>succeeded, 2 ms"]:::succeeded',
      '  s1["b<br/>wait<br/>cancelled, 2 ms"]:::cancelled',
      '  s2["c<br/>wait<br/>failed"]:::failed',
      '  s3["d<br/>wait"]',
    ]);
  });

  it('takes the failed call of an element for the failure of its step, whatever became of the others', () => {
    const stage: Stage = new Stage([
      toolOf(
        ({ ms }: { ms: number }) =>
          timer(ms, stage.scheduler).pipe(
            map(() => {
              if (ms < 9) throw new Error('no');
            }),
          ),
        {
          name: 'wait',
        },
      ),
    ]);
    const steps = [{ tool: 'wait', each: [50, 3, 60], arguments: { ms: '$item' } }];
    expect(boxesAfter(Infinity, { steps }, stage)).to.deep.equal([
      '  s0[["wait<br/>3 calls<br/>failed, 3 ms"]]:::failed',
    ]);
  });

  it('knows calls that a call makes from the calls of the step', () => {
    const stage: Stage = new Stage([
      toolOf(() => timer(5, stage.scheduler).pipe(map(() => 1)), { name: 'slow' }),
      toolOf(() => throwError(() => new Error('no')), { name: 'replaced', fallback: { tool: 'slow' } }),
      toolOf(
        () =>
          timer(2, stage.scheduler).pipe(
            map(() => {
              throw new Error('no');
            }),
          ),
        {
          name: 'cached',
          cache: { ttlMs: 100, maxSize: 9, key: (item) => item },
          fallback: { use: () => timer(5, stage.scheduler).pipe(map(() => 1)) },
        },
      ),
      toolOf(
        () =>
          timer(2, stage.scheduler).pipe(
            map(() => {
              throw new Error('no');
            }),
          ),
        {
          name: 'fallen',
          fallback: { use: () => timer(5, stage.scheduler).pipe(map(() => 1)) },
        },
      ),
    ]);
    const steps = [{ tool: 'replaced' }, { tool: 'cached', each: '$list', arguments: '$item' }, { tool: 'fallen' }];
    const flow: FlowData = { kind: 'plan', steps };
    expect(boxesAfter(4, flow, stage, { list: [1, 2] })).to.deep.equal([
      '  s0["replaced<br/>running"]:::running',
      '  s1[["cached<br/>2 calls<br/>waiting"]]:::waiting',
      '  s2["fallen<br/>waiting"]:::waiting',
    ]);
    stage.flush();
    expect(linesOf(toMermaid(flow, stage.events)).slice(1, 4)).to.deep.equal([
      '  s0["replaced<br/>fell back, 5 ms"]:::fellBack',
      '  s1[["cached<br/>2 calls<br/>fell back, 7 ms"]]:::fellBack',
      '  s2["fallen<br/>fell back, 7 ms"]:::fellBack',
    ]);
  });

  it('takes a step for cancelled whose work goes on, or that was left between two calls', () => {
    const stage: Stage = new Stage([
      toolOf(() => new Promise(() => undefined), { name: 'deaf' }),
      toolOf(() => timer(3, stage.scheduler).pipe(map(() => 1)), { name: 'quick' }),
    ]);
    const steps = [{ tool: 'deaf' }, { tool: 'quick', each: [1, 2], concurrency: 1 }];
    const flow: FlowData = { kind: 'plan', steps };
    const running = new Subscription();
    stage.orchestrator.events$.subscribe(({ type }) => {
      if (type === 'call.succeeded') running.unsubscribe();
    });
    running.add(stage.orchestrator.run(flow).subscribe());
    stage.flush();
    expect(stage.events.map(({ type }) => type)).to.include('call.abandoned');
    expect(linesOf(toMermaid(flow, stage.events)).slice(1, 3)).to.deep.equal([
      '  s0["deaf<br/>cancelled, 3 ms"]:::cancelled',
      '  s1[["quick<br/>1 call<br/>cancelled, 3 ms"]]:::cancelled',
    ]);
  });

  it('has no calls of a step that was skipped, and those of the latest run where an id is used again', () => {
    const stage = new Stage([toolOf(() => of(1), { name: 'a' })], { createId: () => 'r' });
    const flow: FlowData = { kind: 'plan', steps: [{ tool: 'a', each: '$list', when: '$on' }] };
    stage.orchestrator.run(flow, { list: [1, 2, 3], on: true }).subscribe();
    expect(toMermaid(flow, stage.events)).to.include('3 calls<br/>succeeded');
    stage.orchestrator.run(flow, { list: [1], on: true }).subscribe();
    expect(toMermaid(flow, stage.events)).to.include('1 call<br/>succeeded');
    stage.orchestrator.run(flow, { list: [1], on: false }).subscribe();
    expect(toMermaid(flow, stage.events)).to.include('a call for each<br/>skipped');
  });

  it('draws a run that was gone on with by a flow with other steps, which had not begun', () => {
    const before = stageOfStates();
    const a = { tool: 'wait', outputKey: 'a' };
    const skipped = { tool: 'wait', outputKey: 'never', when: false };
    const steps = [a, skipped, { tool: 'fail', outputKey: 'b' }, { tool: 'wait', outputKey: 'c' }];
    before.orchestrator.run({ steps }).subscribe({ error: () => undefined });
    before.flush();
    const changed: FlowData = {
      steps: [a, skipped, { tool: 'fail', outputKey: 'b' }, { tool: 'one', outputKey: 'd' }],
    };
    const after = stageOfStates();
    after.orchestrator.resume(changed, before.events).subscribe({ error: () => undefined });
    after.flush();
    const started = after.events.findIndex(({ type }) => type === 'run.started');
    expect(
      linesOf(toMermaid(changed, [...before.events, ...after.events.slice(0, started + 1)])).slice(1, 5),
    ).to.deep.equal([
      '  s0["a<br/>wait<br/>resumed"]:::resumed',
      '  s1["never<br/>wait"]',
      '  s2["b<br/>fail"]',
      '  s3["d<br/>one"]',
    ]);
  });

  it('marks what an earlier run has done, and counts the calls of both', () => {
    const flow = {
      kind: 'plan',
      steps: [
        { tool: 'wait', arguments: { ms: 2 }, outputKey: 'a' },
        { tool: 'wait', each: [1, 4, 90], arguments: { ms: '$item' }, outputKey: 'b' },
        { tool: 'wait', outputKey: 'c', after: ['b'] },
      ],
    } as const;
    const before = stageOfWaiting();
    const running = before.orchestrator.run(flow).subscribe({ error: () => undefined });
    before.flush(10);
    running.unsubscribe();
    const after = stageOfStates();
    after.orchestrator.resume(flow, before.events).subscribe();
    after.flush(30);
    const begun = [
      ...before.events,
      ...after.events.slice(0, after.events.findIndex(({ type }) => type === 'run.started') + 1),
    ];
    expect(linesOf(toMermaid(flow, begun)).slice(1, 4)).to.deep.equal([
      '  s0["a<br/>wait<br/>resumed"]:::resumed',
      '  s1[["b<br/>wait<br/>3 calls"]]',
      '  s2["c<br/>wait"]',
    ]);
    expect(linesOf(toMermaid(flow, [...before.events, ...after.events])).slice(1, 4)).to.deep.equal([
      '  s0["a<br/>wait<br/>resumed"]:::resumed',
      '  s1[["b<br/>wait<br/>3 calls<br/>running"]]:::running',
      '  s2["c<br/>wait"]',
    ]);
  });

  it('has the styles of those states that occur', () => {
    const stage = stageOfStates();
    const flow = { steps: [{ tool: 'wait' }, { tool: 'fail' }] };
    expect(toMermaid(flow)).not.to.include('classDef');
    stage.orchestrator.run(flow).subscribe({ error: () => undefined });
    stage.flush();
    const styles = toMermaid(flow, stage.events)
      .split('\n')
      .filter((line) => line.includes('classDef'));
    expect(styles.map((line) => line.split(' ').slice(0, 4).join(' '))).to.deep.equal([
      '  classDef succeeded',
      '  classDef failed',
    ]);
  });

  it('writes durations with about three digits', () => {
    const stage = stageOfWaiting();
    const durations = [
      0, 7, 999, 1_000, 9_994, 9_996, 59_949, 59_951, 60_000, 119_600, 3_599_400, 3_600_000, 90_000_000,
    ];
    const steps = durations.map((ms, index) => ({ tool: 'wait', arguments: { ms }, outputKey: `k${index}` }));
    const written = boxesAfter(Infinity, { kind: 'plan', steps }, stage).map((line) => /, (.*)"/.exec(line)?.[1]);
    expect(written).to.deep.equal([
      ...['0 ms', '7 ms', '999 ms', '1.00 s', '9.99 s', '10.0 s', '59.9 s', '1 min 0 s', '1 min 0 s', '2 min 0 s'],
      ...['59 min 59 s', '1 h 0 min', '25 h 0 min'],
    ]);
  });

  it('draws the run of its name that was begun last, or the one that it is told', () => {
    let count = 0;
    const tools = [toolOf(() => of(1), { name: 'a' }), toolOf(() => throwError(() => new Error('no')), { name: 'b' })];
    const stage = new Stage(tools, { createId: () => `r${++count}` });
    const f = { name: 'f', steps: [{ tool: 'a', when: '$on' }] };
    stage.orchestrator.run(f, { on: true }).subscribe();
    stage.orchestrator.run(f, { on: false }).subscribe();
    stage.orchestrator.run({ name: 'g', steps: [{ tool: 'a' }] }).subscribe();
    expect(toMermaid(f, stage.events)).to.include(':::skipped');
    expect(toMermaid(f, stage.events, { runId: 'r1' })).to.include(':::succeeded');
    expect(() => toMermaid({ name: 'h', steps: [] }, stage.events)).to.throw(
      TypeError,
      "events: expected the first event of a run of 'h', found runs: 'f' (r1), 'f' (r2), 'g' (r3)",
    );
    expect(() => toMermaid({ name: 'f', steps: [{ tool: 'b' }] }, stage.events)).to.throw(
      TypeError,
      "events: expected a run of 'f', got 'r2' with a step 'a' that is not in it",
    );
    expect(() => toMermaid(f, stage.events, { run: 'r1' } as never)).to.throw(TypeError, "got 'run'");
  });

  it('draws steps that had arrived one by one', () => {
    const stage = stageOfWaiting();
    const steps = [
      { tool: 'wait', arguments: { ms: 3 }, outputKey: 'a' },
      { tool: 'wait', arguments: { ms: 4 }, outputKey: 'b', after: ['a'] },
    ];
    stage.orchestrator.runSteps(steps).subscribe();
    stage.flush(5);
    expect(linesOf(toMermaid({ kind: 'plan', name: 'steps', steps }, stage.events))).to.deep.equal([
      'flowchart TD',
      '  s0["a<br/>wait<br/>succeeded, 3 ms"]:::succeeded',
      '  s1["b<br/>wait<br/>running"]:::running',
      '  s0 -.->|after| s1',
    ]);
  });

  it('is made of nothing but boxes, arrows and styles, whatever the names', () => {
    const name = anyKey.filter((key) => key !== '');
    const state = 'waiting|running|succeeded|failed|skipped|cancelled|fellBack|resumed';
    const text = '(?:[\\p{L}\\p{M}\\p{N} ]|[-_]|#\\d+;|<br/>)*';
    const box = new RegExp(`^  s\\d+(?:\\["${text}"\\]|\\[\\["${text}"\\]\\])(?::::(?:${state}))?$`, 'u');
    const arrow = /^ {2}s\d+ (?:==>|-->|-\.->\|(?:after|each|when|arguments|fallback)(?:, \w+)*\|) s\d+$/;
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 6 }),
        fc.array(fc.oneof(name, fc.constant(undefined)), { minLength: 6, maxLength: 6 }),
        fc.constantFrom('chain', 'plan'),
        (keys, names, kind) => {
          const steps = keys.map((outputKey, index) => ({
            tool: names[5 - index] ?? 't',
            outputKey,
            ...(names[index] === undefined ? { after: keys.slice(0, index) } : { name: names[index] }),
            ...(index % 3 === 1 ? { each: keys } : {}),
          }));
          const lines = linesOf(toMermaid({ kind, steps }));
          expect(lines[0]).to.equal('flowchart TD');
          lines.slice(1, 1 + keys.length).forEach((line, index) => {
            expect(line).to.match(box);
            expect(line.startsWith(`  s${index}[`)).to.equal(true);
          });
          for (const line of lines.slice(1 + keys.length)) expect(line).to.match(arrow);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has an arrow for each dependency of a plan, and no other', () => {
    fc.assert(
      fc.property(anyTimedPlan(fc.constant(Infinity)), (timed) => {
        const arrows = linesOf(toMermaid(planOf(timed))).flatMap((line) => {
          const found = /^ {2}s(\d+) \S+ s(\d+)$/.exec(line);
          return found ? [`${found[1]} ${found[2]}`] : [];
        });
        const expected = timed.steps.flatMap(({ needs }, to) =>
          [...needs].sort((a, b) => a - b).map((from) => `${from} ${to}`),
        );
        expect(arrows).to.deep.equal(expected);
      }),
      { numRuns: 100 },
    );
  });
});
