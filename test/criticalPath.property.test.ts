import { expect } from 'chai';
import fc from 'fast-check';
import { criticalPath, type CriticalStep, type ToolEvent } from '../src/index.js';
import { anyTimedPlan, planOf, stageOfWaiting, type TimedPlan } from './support/timedPlans.js';

interface Played {
  readonly events: readonly ToolEvent[];
  readonly path: readonly CriticalStep[];
  readonly durationMs: number;
}

function play(plan: TimedPlan): Played {
  const stage = stageOfWaiting();
  stage.orchestrator.run(planOf(plan)).subscribe();
  stage.flush();
  return {
    events: stage.events,
    path: criticalPath(stage.events),
    durationMs: stage.event('run.succeeded').durationMs,
  };
}

/** How long a plan takes at least: the longest way through its graph. */
function longestWay({ steps }: TimedPlan): number {
  const ends = new Map<number, number>();
  const endOf = (position: number): number => {
    const known = ends.get(position);
    if (known !== undefined) return known;
    const { ms, needs } = steps[position] as TimedPlan['steps'][number];
    const end = Math.max(0, ...needs.map(endOf)) + ms;
    ends.set(position, end);
    return end;
  };
  return Math.max(...steps.map((_, position) => endOf(position)));
}

const needsOf = ({ steps }: TimedPlan, key: string): readonly string[] =>
  (steps[Number(key.slice(1))] as TimedPlan['steps'][number]).needs.map((position) => `s${position}`);

function expectNoGaps(path: readonly CriticalStep[], durationMs: number): void {
  let at = 0;
  path.forEach(({ startedAt, endedAt, durationMs: own, waitedFor }, index) => {
    expect(startedAt).to.equal(at);
    expect(own).to.equal(endedAt - startedAt);
    expect('step' in waitedFor ? waitedFor.step : undefined).to.equal(path[index - 1]?.step);
    at = endedAt;
  });
  expect(at).to.equal(durationMs);
}

describe('criticalPath, of any plan', () => {
  it('is a way through the graph whose steps take as long as the run, where as many run at once as can', () => {
    fc.assert(
      fc.property(anyTimedPlan(fc.constant(Infinity)), (plan) => {
        const { path, durationMs } = play(plan);
        expect(durationMs).to.equal(longestWay(plan));
        expectNoGaps(path, durationMs);
        for (const { step, waitedFor, waitedMs } of path) {
          expect(waitedMs).to.equal(0);
          expect(waitedFor.kind).not.to.equal('concurrency');
          if (waitedFor.kind === 'dependency') expect(needsOf(plan, step)).to.include(waitedFor.step);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('covers the whole time without a gap where only some may run at once', () => {
    let waited = 0;
    fc.assert(
      fc.property(anyTimedPlan(fc.integer({ min: 1, max: 3 })), (plan) => {
        const { path, durationMs } = play(plan);
        expectNoGaps(path, durationMs);
        for (const { step, waitedFor } of path) {
          if (waitedFor.kind === 'dependency') expect(needsOf(plan, step)).to.include(waitedFor.step);
          if (waitedFor.kind === 'concurrency') waited++;
        }
      }),
      { numRuns: 200 },
    );
    expect(waited).to.be.greaterThan(50);
  });

  it('names as what a step had waited for one that ended in the very ms in which the step began', () => {
    fc.assert(
      fc.property(anyTimedPlan(fc.constantFrom(1, 2, Infinity)), (plan) => {
        const { path } = play(plan);
        const ends = new Map(path.map(({ step, endedAt }) => [step, endedAt]));
        for (const { startedAt, waitedFor } of path) {
          expect(waitedFor.kind === 'beginning' ? 0 : ends.get(waitedFor.step)).to.equal(startedAt);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('can be told of any piece of the events that has their beginning', () => {
    fc.assert(
      fc.property(anyTimedPlan(fc.constantFrom(1, 2, Infinity)), fc.nat(), (plan, cut) => {
        const { events } = play(plan);
        const first = events.findIndex(({ type }) => type === 'run.started');
        const piece = events.slice(0, first + 1 + (cut % (events.length - first)));
        const path = criticalPath(piece);
        expectNoGaps(path, Math.max(0, ...piece.map((event) => (event.type === 'run.advanced' ? event.at : 0))));
      }),
      { numRuns: 100 },
    );
  });
});
