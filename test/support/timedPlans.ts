import fc from 'fast-check';
import * as t from 'io-ts';
import { map, timer } from 'rxjs';
import { defineTool, type FlowData } from '../../src/index.js';
import { Stage } from './stage.js';

/** A plan of steps that take so long and need those steps, by their positions; with how many may run at once. */
export interface TimedPlan {
  readonly steps: readonly { readonly ms: number; readonly needs: readonly number[] }[];
  readonly concurrency: number;
}

/** A stage with a tool `wait` that takes as many ms as its argument says. */
export function stageOfWaiting(): Stage {
  const wait = defineTool({
    name: 'wait',
    description: 'Takes a while.',
    input: t.type({ ms: t.number }),
    timeoutMs: Infinity,
    run: ({ ms }) => timer(ms, stage.scheduler).pipe(map(() => ms)),
  });
  const stage: Stage = new Stage([wait]);
  return stage;
}

/** The plan as data: needs are references or `after`, by turns. */
export function planOf({ steps, concurrency }: TimedPlan): FlowData {
  return {
    kind: 'plan',
    name: 'timed',
    ...(concurrency === Infinity ? {} : { concurrency }),
    steps: steps.map(({ ms, needs }, index) => ({
      tool: 'wait',
      outputKey: `s${index}`,
      arguments: { ms, of: needs.filter((each) => each % 2 === 0).map((each) => `$s${each}`) },
      after: needs.filter((each) => each % 2 === 1).map((each) => `s${each}`),
    })),
  };
}

/** Plans without circles of up to twelve steps; the steps stand in any order. */
export function anyTimedPlan(concurrency: fc.Arbitrary<number>): fc.Arbitrary<TimedPlan> {
  return fc
    .record({
      order: fc
        .integer({ min: 1, max: 12 })
        .chain((count) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count })),
      durations: fc.array(fc.nat({ max: 9 }), { minLength: 12, maxLength: 12 }),
      dice: fc.array(fc.nat({ max: 3 }), { minLength: 66, maxLength: 66 }),
      concurrency,
    })
    .map(({ order, durations, dice, concurrency: most }) => {
      let thrown = 0;
      const needs: number[][] = order.map(() => []);
      order.forEach((position, index) => {
        for (const before of order.slice(0, index)) if (dice[thrown++] === 0) needs[position]?.push(before);
      });
      return {
        steps: order.map((_, position) => ({ ms: durations[position] as number, needs: needs[position] as number[] })),
        concurrency: most,
      };
    });
}
