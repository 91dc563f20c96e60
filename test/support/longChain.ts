import { from, type Observable, of } from 'rxjs';
import { createOrchestrator } from '../../src/index.js';
import { toolOf } from './stage.js';

/** How the steps of a long chain answer: at once, a microtask later, or the first one later and the others at once. */
export type Pace = 'sync' | 'async' | 'mixed' | 'late head';

/** What came of a long chain. */
export interface LongRun {
  readonly emitted: number;
  /** The last value: each step adds one to that of the step before it. */
  readonly last: unknown;
  readonly keys: number;
}

/**
 * Runs a chain of so many steps, each of which refers to the one before it.
 *
 * @param watched - Called with each context.
 */
export async function runLongChain(length: number, pace: Pace, watched?: (context: object) => void): Promise<LongRun> {
  const later = toolOf((n) => from(Promise.resolve((n as number) + 1)), { name: 'later' });
  const now = toolOf((n): Observable<number> => of((n as number) + 1), { name: 'now' });
  const orchestrator = createOrchestrator({ tools: [later, now], history: { capacity: 0 } });
  const steps = Array.from({ length }, (_, index) => ({
    tool: isLater(pace, index) ? 'later' : 'now',
    arguments: index === 0 ? 0 : `$k${index - 1}`,
    outputKey: `k${index}`,
  }));
  let emitted = 0;
  let result: Readonly<Record<string, unknown>> = {};
  await new Promise<void>((resolve, reject) => {
    orchestrator.run({ steps }).subscribe({
      next: (context) => {
        emitted++;
        result = context;
        watched?.(context);
      },
      error: reject,
      complete: resolve,
    });
  });
  return { emitted, last: result[`k${length - 1}`], keys: Object.keys(result).length };
}

function isLater(pace: Pace, index: number): boolean {
  if (pace === 'mixed') return index % 3 === 0;
  return pace === 'async' || (pace === 'late head' && index === 0);
}
