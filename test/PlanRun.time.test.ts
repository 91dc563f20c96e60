import { expect } from 'chai';
import fc from 'fast-check';
import { map, of, timer } from 'rxjs';
import { isTerminal, type StepData, type ToolEvent } from '../src/index.js';
import { countedIds, watch } from './support/flowTools.js';
import { earliestEnds, type Jobs, shortest } from './support/schedules.js';
import { Stage, toolOf } from './support/stage.js';

/** Jobs of up to so many pieces. A piece may stand before what it needs; of zero ms, it may end at once or a timer later. */
const anyJobs = (most: number, longest: number): fc.Arbitrary<Jobs & { readonly atOnce: boolean }> =>
  fc
    .integer({ min: 1, max: most })
    .chain((size) =>
      fc.record({
        ms: fc.array(fc.nat({ max: longest }), { minLength: size, maxLength: size }),
        picks: fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: size, maxLength: size }),
        order: fc.shuffledSubarray(
          Array.from({ length: size }, (_, at) => at),
          { minLength: size },
        ),
        atOnce: fc.boolean(),
      }),
    )
    .map(({ ms, picks, order, atOnce }) => {
      const needs: number[][] = ms.map(() => []);
      // Each needs only those that come before it in some order, which is not that of the flow.
      order.forEach((at, rank) => {
        if (rank > 0) needs[at] = [...new Set((picks[at] ?? []).map((pick) => order[pick % rank] as number))];
      });
      return { ms, needs, atOnce };
    });

/** What happened, and when the run ended. */
function played({ ms, needs, atOnce }: Jobs & { readonly atOnce?: boolean }, concurrency: number) {
  const tool = toolOf((args, { step = '' }) => {
    const wait = ms[Number(step.slice(1))] as number;
    return atOnce === true && wait === 0 ? of(args) : timer(wait, stage.scheduler).pipe(map(() => args));
  });
  const stage: Stage = new Stage([tool], { createId: countedIds() });
  const steps = needs.map(
    (of, at): StepData => ({
      tool: 't',
      outputKey: `k${at}`,
      arguments: of.filter((_, index) => index % 2 === 0).map((need) => `$k${need}`),
      after: of.filter((_, index) => index % 2 === 1).map((need) => `k${need}`),
    }),
  );
  const told = watch(stage.orchestrator.run({ kind: 'plan', steps, concurrency }));
  stage.flush();
  expect(told.end).to.equal('completed');
  const times = (type: ToolEvent['type']): readonly (number | undefined)[] =>
    ms.map(
      (_, at) => stage.events.find((event) => event.type === type && 'step' in event && event.step === `k${at}`)?.at,
    );
  return {
    stage,
    starts: times('call.started'),
    ends: times('call.succeeded'),
    total: stage.event('run.succeeded').at,
  };
}

describe('the time of a plan', () => {
  it('is that of its critical path, and each step has the earliest times that there are', () => {
    fc.assert(
      fc.property(anyJobs(12, 9), (jobs) => {
        const ends = earliestEnds(jobs);
        const run = played(jobs, Infinity);
        expect(run.ends).to.deep.equal(ends);
        expect(run.starts).to.deep.equal(ends.map((end, at) => end - (jobs.ms[at] as number)));
        expect(run.total).to.equal(Math.max(...ends));
      }),
      { numRuns: 300 },
    );
  });

  it('is within (2 − 1/m) of the shortest that m at a time can take, and no shorter', () => {
    fc.assert(
      fc.property(anyJobs(7, 4), fc.integer({ min: 1, max: 4 }), (jobs, machines) => {
        const { total } = played(jobs, machines);
        const optimum = shortest(jobs, machines);
        expect(total).to.be.at.least(optimum);
        expect(total).to.be.at.most((2 - 1 / machines) * optimum);
      }),
      { numRuns: 300 },
    );
  });

  it('never leaves a place free while a step is ready, and gives it to the first in the flow', () => {
    fc.assert(
      fc.property(anyJobs(9, 4), fc.integer({ min: 1, max: 4 }), (jobs, concurrency) => {
        const { stage } = played(jobs, concurrency);
        const done = new Set<number>();
        const begun = new Set<number>();
        let running = 0;
        const ready = (): readonly number[] =>
          jobs.needs.flatMap((needs, at) => (!begun.has(at) && needs.every((need) => done.has(need)) ? [at] : []));
        for (const event of stage.events) {
          if (!('step' in event) || event.step === undefined) continue;
          const at = Number(event.step.slice(1));
          if (event.type === 'call.started') {
            expect(at).to.equal(ready()[0]);
            begun.add(at);
            expect(++running).to.be.at.most(concurrency);
          } else if (isTerminal(event)) {
            // Nothing else ends, in this millisecond or in a later one, before all have begun that could.
            const isFresh =
              !ready().some(() => running < concurrency) || event.at === stage.event('call.started', event.callId).at;
            expect(isFresh, `${event.step} ended while ${String(ready())} could have begun`).to.equal(true);
            running--;
          } else if (event.type === 'run.advanced') done.add(at);
        }
        expect(done.size).to.equal(jobs.ms.length);
      }),
      { numRuns: 300 },
    );
  });

  it('begins a step before anything else happens in the millisecond in which the last ends that it needs', () => {
    const order: string[] = [];
    const tool = toolOf((ms, { step = '' }) => {
      order.push(`${stage.now} ${step} begins`);
      return timer(ms as number, stage.scheduler).pipe(map(() => ms));
    });
    const stage: Stage = new Stage([tool]);
    const step = (outputKey: string, ms: number, ...after: string[]): StepData => ({
      tool: 't',
      outputKey,
      arguments: ms,
      after,
    });
    watch(
      stage.orchestrator.run({
        kind: 'plan',
        steps: [step('c', 1, 'a', 'b'), step('a', 2), step('b', 3), step('d', 1, 'a')],
      }),
    );
    stage.at(3, () => order.push('3 something else'));
    stage.flush();
    expect(order).to.deep.equal(['0 a begins', '0 b begins', '2 d begins', '3 c begins', '3 something else']);
  });
});

describe('the shortest schedule', () => {
  it('is the critical path where there is a machine for each piece, and the sum where there is one for all', () => {
    fc.assert(
      fc.property(anyJobs(6, 4), (jobs) => {
        expect(shortest(jobs, jobs.ms.length)).to.equal(Math.max(...earliestEnds(jobs)));
        expect(shortest(jobs, 1)).to.equal(jobs.ms.reduce((sum, each) => sum + each, 0));
      }),
      { numRuns: 100 },
    );
  });

  it('is found where one that always begins what it can is longer', () => {
    const none: readonly number[] = [];
    // After Graham 1969: with three machines, the list schedule takes longer although each piece has become shorter.
    const needs = [none, none, none, none, [3], [3], [3], [3], [0]];
    const longer = { ms: [30, 20, 20, 20, 40, 40, 40, 40, 90], needs };
    const shorter = { ms: [20, 10, 10, 9, 30, 30, 30, 30, 80], needs };
    expect([played(longer, 3).total, shortest(longer, 3)]).to.deep.equal([120, 120]);
    expect([played(shorter, 3).total, shortest(shorter, 3)]).to.deep.equal([129, 100]);
  });
});
