import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { concatMap, defer, from, lastValueFrom, map, type Observable, range, scan, tap } from 'rxjs';
import { createOrchestrator, decodeFlow, defineTool, type Flow } from '../../src/index.js';
import type { BenchRow } from '../BenchRow.js';
import { interleave } from '../interleave.js';
import { byHand } from '../work.js';

const steps = 10;
const Input = t.type({ query: t.string, limit: t.number });

// eslint-disable-next-line @typescript-eslint/require-await -- a tool that answers at once, but asynchronously
async function add({ limit }: { readonly limit: number }): Promise<number> {
  return limit + 1;
}

const tool = defineTool({ name: 'add', description: 'Adds.', input: Input, run: add });
const orchestrator = createOrchestrator({ tools: [tool], history: { capacity: 0 } });

/** A step for each, which takes the result of the one before it. */
function tenSteps(): Flow {
  const flow = decodeFlow({
    name: 'ten',
    steps: Array.from({ length: steps }, (_, index) => ({
      tool: 'add',
      arguments: { query: 'a', limit: index === 0 ? '$start' : `$s${index - 1}` },
      outputKey: `s${index}`,
    })),
  });
  if (isLeft(flow)) throw flow.left;
  return flow.right;
}

/** `concatMap` over the steps, into a context that is copied at each. */
function inRxJs(call: (input: { query: string; limit: number }) => Observable<number>): Observable<unknown> {
  return defer(() => {
    let context: Readonly<Record<string, number>> = { start: 1 };
    return range(0, steps).pipe(
      concatMap((index) =>
        call({ query: 'a', limit: context[index === 0 ? 'start' : `s${index - 1}`] ?? NaN }).pipe(
          map((value) => ({ [`s${index}`]: value })),
        ),
      ),
      scan((before, step) => ({ ...before, ...step }), context),
      tap((after) => {
        context = after;
      }),
    );
  });
}

/** A chain of ten asynchronous steps, each of which takes the result of the one before it: chains per second. */
export const row: BenchRow = {
  async measure() {
    const ten = tenSteps();
    const rounds = await interleave({
      bare: async (times) => {
        for (let run = 0; run < times; run++) await lastValueFrom(inRxJs((input) => defer(() => from(add(input)))));
      },
      byHand: async (times) => {
        for (let run = 0; run < times; run++) await lastValueFrom(inRxJs((input) => byHand(add, input)));
      },
      ours: async (times) => {
        for (let run = 0; run < times; run++) await lastValueFrom(orchestrator.run(ten, { start: 1 }));
      },
    });
    return [
      {
        id: 'chain',
        work: 'chain of ten steps: chains per second',
        unit: 'x',
        byHand: rounds.speed('byHand', 'bare').value,
        ...rounds.speed('ours', 'bare'),
      },
    ];
  },
};
