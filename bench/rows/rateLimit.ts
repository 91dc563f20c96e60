import { defer, from, lastValueFrom, mergeMap, of } from 'rxjs';
import { withRateLimit } from '../../operators/index.js';
import type { BenchRow } from '../BenchRow.js';
import { median, spreadOf } from '../statistics.js';

const limit = 1_000;
const perMs = 1_000;
const offered = 3_000;
const runs = 7;

interface Run {
  readonly overIdeal: number;
  readonly fullest: number;
}

/**
 * Far more than is allowed, offered at once: when the last has started, and how many did within any one window.
 *
 * Both by `performance.now()`, as an observer sees it whose clock is finer than the one that the limit goes by. What the
 * host does between a permit and the start that it is for, such as collecting garbage, shows in the fullest window; so
 * there are several runs.
 */
export const row: BenchRow = {
  async measure() {
    const all: Run[] = [];
    for (let run = 0; run < runs; run++) all.push(await offer());
    const times = all.map(({ overIdeal }) => overIdeal);
    const windows = all.map(({ fullest }) => fullest);
    return [
      {
        id: 'rateLimit.time',
        work: 'limit of 1,000/s, 3,000 offered at once: time over the ideal',
        unit: 'x',
        value: median(times),
        spread: spreadOf(times),
      },
      {
        id: 'rateLimit.window',
        work: 'the same: most starts in any window of one second',
        unit: 'count',
        value: median(windows),
        spread: spreadOf(windows),
      },
    ];
  },
};

async function offer(): Promise<Run> {
  const starts: number[] = [];
  const limited = withRateLimit<number>({ limit, perMs });
  const startedAt = performance.now();
  await lastValueFrom(
    from(Array.from({ length: offered }, (_, index) => index)).pipe(
      mergeMap((index) =>
        defer(() => {
          starts.push(performance.now());
          return of(index);
        }).pipe(limited),
      ),
    ),
  );
  const idealMs = (offered / limit - 1) * perMs;
  return { overIdeal: (performance.now() - startedAt) / idealMs, fullest: fullestWindow(starts) };
}

function fullestWindow(starts: readonly number[]): number {
  let [most, oldest] = [0, 0];
  starts.forEach((start, index) => {
    while (start - (starts[oldest] ?? 0) >= perMs) oldest++;
    most = Math.max(most, index - oldest + 1);
  });
  return most;
}
