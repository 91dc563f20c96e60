import * as t from 'io-ts';
import { catchError, defer, EMPTY, firstValueFrom, NEVER, type Observable, of, timeout } from 'rxjs';
import { createOrchestrator, defineTool } from '../../src/index.js';
import type { BenchRow } from '../BenchRow.js';
import { alternate, ratioOf } from '../interleave.js';
import { median } from '../statistics.js';

const calls = 5_000;
const limitMs = 100;

/** How many of the tools' signals have fired. */
let aborted = 0;

const orchestrator = createOrchestrator({
  tools: [
    defineTool({
      name: 'hang',
      description: 'Never answers.',
      input: t.type({ index: t.number }),
      timeoutMs: limitMs,
      run: (_, { signal }) => {
        signal.onabort = () => {
          aborted++;
        };
        return NEVER;
      },
    }),
  ],
  history: { capacity: 0 },
});

/** What people write: a controller for each call, which the time limit aborts. */
function withTimeoutOperator(): Observable<unknown> {
  return defer(() => {
    const controller = new AbortController();
    controller.signal.onabort = () => undefined;
    return NEVER.pipe(
      timeout({
        each: limitMs,
        with: () => {
          controller.abort(new Error('timed out'));
          throw new Error('timed out');
        },
      }),
    );
  });
}

interface Taken {
  readonly latenessMs: number;
  readonly cpuUs: number;
}

/** Calls, all begun at once, and how late each caller hears that its time was over: promises, as callers use them. */
async function take(make: (index: number) => Observable<unknown>): Promise<Taken> {
  const latenesses: number[] = [];
  const cpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: calls }, async (_, index) => {
      const startedAt = performance.now();
      await firstValueFrom(make(index)).catch(() => undefined);
      latenesses.push(performance.now() - startedAt - limitMs);
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { latenessMs: median(latenesses), cpuUs: user + system };
}

/** Calls that hang, timed out: how late their callers hear of it, and what that costs. */
export const row: BenchRow = {
  async measure() {
    // Whatever is not about time is warm.
    await firstValueFrom(of(1).pipe(catchError(() => EMPTY)));
    const late = { bare: [] as number[], ours: [] as number[] };
    const cpu = await alternate(9, {
      bare: async () => note(late.bare, await take(withTimeoutOperator)),
      ours: async () => note(late.ours, await take((index) => orchestrator.execute('hang', { index }))),
    });
    const { running, timers } = orchestrator.stats();
    const work = '5,000 hanging calls timed out at 100 ms';
    return [
      {
        id: 'hanging.lateness',
        work: `${work}: median lateness`,
        unit: 'x',
        ...ratioOf(late.ours.slice(1), late.bare.slice(1)),
      },
      { id: 'hanging.cpu', work: `${work}: processor time`, unit: 'x', ...ratioOf(cpu.ours, cpu.bare) },
      {
        id: 'hanging.signals',
        work: 'the same: signals that did not fire',
        unit: 'count',
        value: calls * 10 - aborted,
      },
      { id: 'hanging.left', work: 'the same: calls and timers left', unit: 'count', value: running + timers },
    ];
  },
};

function note(lates: number[], { latenessMs, cpuUs }: Taken): number {
  lates.push(latenessMs);
  return cpuUs;
}
