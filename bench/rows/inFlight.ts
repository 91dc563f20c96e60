import { defer, from, lastValueFrom, mergeMap, type Observable } from 'rxjs';
import * as t from 'io-ts';
import { createOrchestrator, defineTool } from '../../src/index.js';
import type { BenchRow, Figure } from '../BenchRow.js';
import { alternate, ratioOf } from '../interleave.js';
import { median, spreadOf } from '../statistics.js';

const Input = t.type({ index: t.number });

async function wait({ index }: { readonly index: number }): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return index;
}

const orchestrator = createOrchestrator({
  tools: [defineTool({ name: 'wait', description: 'Waits.', input: Input, run: wait })],
  history: { capacity: 0 },
});

function withMergeMap(calls: number): Observable<unknown> {
  const inputs = Array.from({ length: calls }, (_, index) => ({ index }));
  return from(inputs).pipe(mergeMap((input) => defer(() => from(wait(input)))));
}

function withParallel(calls: number): Observable<unknown> {
  return orchestrator.parallel(Array.from({ length: calls }, (_, index) => ({ tool: 'wait', arguments: { index } })));
}

interface Taken {
  readonly wallMs: number;
  readonly cpuUs: number;
}

async function take(make: () => Observable<unknown>): Promise<Taken> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await lastValueFrom(make());
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuUs: user + system };
}

/** Many calls in flight at once, of 50 ms each: how long they all take, and the processor's time for one. */
export const row: BenchRow = {
  async measure() {
    const wall = { bare: [] as number[], ours: [] as number[] };
    const cpu = await alternate(15, {
      bare: async () => note(wall.bare, await take(() => withMergeMap(10_000))),
      ours: async () => note(wall.ours, await take(() => withParallel(10_000))),
    });
    const work = '10,000 calls in flight of 50 ms each';
    const figures: Figure[] = [
      // The first of each warmed up.
      {
        id: 'inFlight.wall',
        work: `${work}: wall time`,
        unit: 'x',
        ...ratioOf(wall.ours.slice(1), wall.bare.slice(1)),
      },
      { id: 'inFlight.cpu', work: `${work}: processor time per call`, unit: 'x', ...ratioOf(cpu.ours, cpu.bare) },
    ];
    const perCall = await alternate(3, {
      few: async () => (await take(() => withParallel(1_000))).cpuUs / 1_000,
      some: async () => (await take(() => withParallel(10_000))).cpuUs / 10_000,
      many: async () => (await take(() => withParallel(100_000))).cpuUs / 100_000,
    });
    for (const [name, calls] of [
      ['few', '1,000'],
      ['some', '10,000'],
      ['many', '100,000'],
    ] as const) {
      const id = `inFlight.perCall.${calls.replace(',', '')}`;
      const us = perCall[name];
      figures.push({
        id,
        work: `${calls} calls in flight: processor time per call`,
        unit: 'us',
        value: median(us),
        spread: spreadOf(us),
      });
    }
    return figures;
  },
};

function note(walls: number[], { wallMs, cpuUs }: Taken): number {
  walls.push(wallMs);
  return cpuUs;
}
