import { defer, lastValueFrom, from, mergeMap, of } from 'rxjs';
import { withRateLimit } from '../../operators/index.js';
import type { BenchRow } from '../BenchRow.js';

const limit = 1_000;
const perMs = 1_000;
const offered = 3_000;

/** Far more than is allowed, offered at once: when the last has started, and how many did within any one window. */
export const row: BenchRow = {
  async measure() {
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
    const takenMs = performance.now() - startedAt;
    return [
      {
        id: 'rateLimit.time',
        work: 'limit of 1,000/s, 3,000 offered at once: time over the ideal',
        unit: 'x',
        value: takenMs / idealMs,
      },
      {
        id: 'rateLimit.window',
        work: 'the same: most starts in any window of one second',
        unit: 'count',
        value: fullestWindow(starts),
      },
    ];
  },
};

function fullestWindow(starts: readonly number[]): number {
  let [most, oldest] = [0, 0];
  starts.forEach((start, index) => {
    while (start - (starts[oldest] ?? 0) >= perMs) oldest++;
    most = Math.max(most, index - oldest + 1);
  });
  return most;
}
