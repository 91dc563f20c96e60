import { median, spreadOf } from './statistics.js';
import type { Contender, Ratio } from './interleave.js';

/** Collects all garbage: the process was started with `--expose-gc`. */
function collect(): void {
  (globalThis as unknown as { readonly gc: () => void }).gc();
}

/**
 * Bytes that one piece of work allocates: how much the heap has grown after `times` of them, with a young generation
 * that is large enough for all. A repetition in which it was collected all the same shows less than nothing, or less
 * than the others, and the median does not see it.
 */
export async function bytesAllocated(contender: Contender, times = 4_000, repetitions = 9): Promise<Ratio> {
  await contender(times * 5);
  const bytes: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    await contender(times);
    bytes.push((process.memoryUsage().heapUsed - before) / times);
  }
  return { value: median(bytes), spread: spreadOf(bytes) };
}

/** Bytes that stay on the heap for each of `times` things that `hold` begins, until `release` has ended them. */
export async function bytesHeld(
  times: number,
  hold: (times: number) => () => Promise<void> | void,
  repetitions = 5,
): Promise<Ratio> {
  const bytes: number[] = [];
  for (let repetition = 0; repetition < repetitions + 1; repetition++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    const release = hold(times);
    // What only stands in the queue of microtasks is not held.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    if (repetition > 0) bytes.push((process.memoryUsage().heapUsed - before) / times);
    await release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { value: median(bytes), spread: spreadOf(bytes) };
}
