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

/** How long a number of calls takes, and the processor's time for them, over bare RxJS. */
async function overBare(rounds: number, calls: number, id: string): Promise<Figure[]> {
  const wall = { bare: [] as number[], ours: [] as number[] };
  const cpu = await alternate(rounds, {
    bare: async () => note(wall.bare, await take(() => withMergeMap(calls))),
    ours: async () => note(wall.ours, await take(() => withParallel(calls))),
  });
  const work = `${inWords(calls)} calls in flight of 50 ms each`;
  // The first of each warmed up.
  const walls = ratioOf(wall.ours.slice(1), wall.bare.slice(1));
  return [
    { id: `${id}.wall`, work: `${work}: wall time`, unit: 'x', ...walls },
    { id: `${id}.cpu`, work: `${work}: processor time per call`, unit: 'x', ...ratioOf(cpu.ours, cpu.bare) },
  ];
}

/** Many calls in flight at once, of 50 ms each: how long they all take, and the processor's time for one. */
export const row: BenchRow = {
  async measure() {
    const figures = [...(await overBare(15, 10_000, 'inFlight')), ...(await overBare(5, 20_000, 'inFlight.20000'))];
    const { few, some, many } = await alternate(3, {
      few: () => perCall(1_000),
      some: () => perCall(10_000),
      many: () => perCall(100_000),
    });
    const work = 'calls in flight: processor time per call';
    const perCallOf = (calls: number, micros: readonly number[]): Figure => ({
      id: `inFlight.perCall.${calls}`,
      work: `${inWords(calls)} ${work}`,
      unit: 'us',
      value: median(micros),
      spread: spreadOf(micros),
    });
    figures.push(perCallOf(1_000, few), perCallOf(10_000, some), perCallOf(100_000, many));
    const flat = ratioOf(many, some);
    figures.push({ id: 'inFlight.flat', work: `100,000 ${work}, over 10,000`, unit: 'x', ...flat });
    return figures;
  },
};

async function perCall(calls: number): Promise<number> {
  return (await take(() => withParallel(calls))).cpuUs / calls;
}

function note(walls: number[], { wallMs, cpuUs }: Taken): number {
  walls.push(wallMs);
  return cpuUs;
}

function inWords(calls: number): string {
  return calls.toLocaleString('en');
}
