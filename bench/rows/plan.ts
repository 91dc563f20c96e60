import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { defer, forkJoin, from, lastValueFrom, mergeMap, type Observable, of, shareReplay } from 'rxjs';
import { createOrchestrator, decodeFlow, defineTool, type Flow, type FlowData } from '../../src/index.js';
import type { BenchRow, Figure } from '../BenchRow.js';
import { alternate, interleave, ratioOf } from '../interleave.js';
import { byHand } from '../work.js';

/** How many nodes each layer has: 20 in 8 layers. A node takes the results of two of the layer before it. */
const layers = [3, 3, 3, 3, 2, 2, 2, 2];
const Input = t.type({ query: t.string, limit: t.number });
type Input = t.TypeOf<typeof Input>;
type Run = (input: Input) => Promise<number>;

interface Node {
  readonly key: string;
  /** The keys of the two that it takes; in the first layer none. */
  readonly needs: readonly string[];
  /** Where it stands among all. */
  readonly index: number;
}

const nodes: readonly Node[] = layers.flatMap((width, layer) =>
  Array.from({ length: width }, (_, place): Node => {
    const above = layers[layer - 1] ?? 0;
    const needs = above === 0 ? [] : [place % above, (place + 1) % above].map((other) => `n${layer - 1}_${other}`);
    const index = layers.slice(0, layer).reduce((total, some) => total + some, 0) + place;
    return { key: `n${layer}_${place}`, needs, index };
  }),
);
const leaves = nodes.slice(-(layers.at(-1) ?? 0));

function planOf(): Flow {
  const data: FlowData = {
    kind: 'plan',
    name: 'layers',
    steps: nodes.map(({ key, needs, index }) => ({
      tool: 'work',
      arguments: { query: needs.map((need) => `\${${need}}`).join(' '), limit: index },
      outputKey: key,
    })),
  };
  const flow = decodeFlow(data);
  if (isLeft(flow)) throw flow.left;
  return flow.right;
}

/** Each node once, however many take its result. */
function inRxJs(call: (input: Input) => Observable<number>): Observable<unknown> {
  return defer(() => {
    const results = new Map<string, Observable<number>>();
    for (const { key, needs, index } of nodes) {
      const needed$: Observable<readonly number[]> =
        needs.length === 0 ? of([]) : forkJoin(needs.map((need) => results.get(need) as Observable<number>));
      const result$ = needed$.pipe(
        mergeMap((values) => call({ query: values.join(' '), limit: index })),
        shareReplay({ bufferSize: 1, refCount: false }),
      );
      results.set(key, result$);
    }
    const all$: Record<string, Observable<number>> = Object.fromEntries(results);
    return forkJoin(all$);
  });
}

function orchestratorOf(run: Run): (flow: Flow) => Observable<unknown> {
  const tool = defineTool({ name: 'work', description: 'Works.', input: Input, run });
  const orchestrator = createOrchestrator({ tools: [tool], history: { capacity: 0 } });
  return (flow) => orchestrator.run(flow, {});
}

// eslint-disable-next-line @typescript-eslint/require-await -- a tool that answers at once, but asynchronously
async function answer({ limit }: Input): Promise<number> {
  return limit;
}

/** @param msOf - How long each node takes. */
function sleeper(msOf: (index: number) => number): Run {
  return async ({ limit }) => {
    await new Promise((resolve) => setTimeout(resolve, msOf(limit)));
    return limit;
  };
}

function criticalPathMs(msOf: (index: number) => number): number {
  const ends = new Map<string, number>();
  for (const { key, needs, index } of nodes) {
    ends.set(key, Math.max(0, ...needs.map((need) => ends.get(need) ?? 0)) + msOf(index));
  }
  return Math.max(...leaves.map(({ key }) => ends.get(key) ?? 0));
}

async function wallMs(make: () => Observable<unknown>): Promise<number> {
  const startedAt = performance.now();
  await lastValueFrom(make());
  return performance.now() - startedAt;
}

/** How long a plan of nodes that take a while takes, over its critical path, beside bare RxJS. */
async function wallTime(id: string, what: string, msOf: (index: number) => number): Promise<readonly Figure[]> {
  const run = sleeper(msOf);
  const runPlan = orchestratorOf(run);
  const flow = planOf();
  const walls = await alternate(15, {
    bare: () => wallMs(() => inRxJs((input) => defer(() => from(run(input))))),
    ours: () => wallMs(() => runPlan(flow)),
  });
  const shortest = criticalPathMs(msOf);
  const work = `the same, with ${what}: wall time`;
  const path = walls.ours.map(() => shortest);
  return [
    { id: `${id}.wall`, work: `${work} over bare RxJS`, unit: 'x', ...ratioOf(walls.ours, walls.bare) },
    { id: `${id}.path`, work: `${work} over the critical path`, unit: 'x', ...ratioOf(walls.ours, path) },
  ];
}

/** A plan of 20 nodes in 8 layers: runs per second, and how long it takes where its nodes do. */
export const row: BenchRow = {
  async measure() {
    const flow = planOf();
    const runPlan = orchestratorOf(answer);
    const rounds = await interleave({
      bare: async (times) => {
        for (let run = 0; run < times; run++) await lastValueFrom(inRxJs((input) => defer(() => from(answer(input)))));
      },
      byHand: async (times) => {
        for (let run = 0; run < times; run++) await lastValueFrom(inRxJs((input) => byHand(answer, input)));
      },
      ours: async (times) => {
        for (let run = 0; run < times; run++) await lastValueFrom(runPlan(flow));
      },
    });
    return [
      {
        id: 'plan',
        work: 'plan of 20 nodes in 8 layers: runs per second',
        unit: 'x',
        byHand: rounds.speed('byHand', 'bare').value,
        ...rounds.speed('ours', 'bare'),
      },
      ...(await wallTime('plan.even', 'nodes of 20 ms', () => 20)),
      ...(await wallTime('plan.uneven', 'nodes of 5 to 40 ms', (index) => 5 + ((index * 13) % 36))),
    ];
  },
};
