import * as t from 'io-ts';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { createOrchestrator, defineTool } from 'toolstream';
import {
  Circuit,
  clockOf,
  constant,
  type RateLimitOptions,
  RateLimiter,
  Semaphore,
  withBulkhead,
  withCircuitBreaker,
  withRateLimit,
  withRetry,
  withTimeout,
} from 'toolstream/operators';
import type { Guard, Library, Work } from '../Library.js';
import { observed, subscribed } from '../observed.js';

type Operator = MonoTypeOperatorFunction<unknown>;

export const toolstream: Library = {
  name: 'toolstream',
  packages: [],
  ignoredSignal: [
    {
      code: 'withTimeout(100), withBulkhead(1)',
      create: () => {
        const bulkhead = withBulkhead<unknown>(1);
        return through((source) => source.pipe(withTimeout(100), bulkhead));
      },
    },
    {
      code: "withBulkhead(1, { releaseOn: 'settle' }), withTimeout(100)",
      create: () => {
        const bulkhead = withBulkhead<unknown>(1, { releaseOn: 'settle' });
        return through((source) => source.pipe(bulkhead, withTimeout(100)));
      },
    },
    {
      code: "defineTool({ timeoutMs: 100, concurrency: 1, releaseOn: 'settle', … })",
      create: createTool,
    },
  ],
  cancelledWait: [
    {
      code: 'withBulkhead({ concurrency: 1, maxQueue: 2 })',
      create: () => {
        const semaphore = new Semaphore({ concurrency: 1, maxQueue: 2 });
        return { ...through(withBulkhead(semaphore)), waiting: () => semaphore.queued };
      },
    },
    {
      code: 'withRateLimit({ limit: 1, perMs: 100, maxQueue: 2 })',
      create: () => {
        const limiter = new RateLimiter({ limit: 1, perMs: 100, maxQueue: 2 });
        return { ...through(withRateLimit(limiter)), waiting: () => limiter.queued };
      },
    },
  ],
  lateFailure: [
    {
      code: "withCircuitBreaker({ window: { kind: 'consecutive', failures: 2 }, openMs: 100 })",
      create: () => {
        const circuit = new Circuit({ window: { kind: 'consecutive', failures: 2 }, openMs: 100 });
        const states = { closed: 'closed', open: 'open', halfOpen: 'half-open', isolated: 'isolated' };
        return { ...through(withCircuitBreaker(circuit)), state: () => states[circuit.current(clockOf())] };
      },
    },
  ],
  windowEdge: [
    rateLimited('withRateLimit({ limit: 10, perMs: 1_000 })', { limit: 10, perMs: 1_000 }),
    rateLimited("withRateLimit({ limit: 10, perMs: 1_000, algorithm: 'tokenBucket' })", {
      limit: 10,
      perMs: 1_000,
      algorithm: 'tokenBucket',
    }),
  ],
  cancelledBackoff: [
    {
      code: 'withRetry({ maxAttempts: 4, backoff: constant(1_000) })',
      create: () => through(withRetry({ maxAttempts: 4, backoff: constant(1_000) })),
    },
  ],
  freedSlot: [
    {
      code: 'withBulkhead({ concurrency: 1, maxQueue: 1 })',
      create: () => through(withBulkhead({ concurrency: 1, maxQueue: 1 })),
    },
  ],
};

function rateLimited(code: string, options: RateLimitOptions): { code: string; create: () => Guard } {
  return { code, create: () => through(withRateLimit(options)) };
}

function through(operator: Operator): Guard {
  return {
    run: (work, signal, ended) => subscribed(operator(observed(work)), signal, ended),
  };
}

/** A tool that runs whatever work it is given: of one call after the other, in the order in which they are made. */
function createTool(): Guard {
  const works: Work[] = [];
  const tool = defineTool({
    name: 'work',
    description: 'Run the work of a call.',
    input: t.type({ number: t.number }),
    timeoutMs: 100,
    concurrency: 1,
    releaseOn: 'settle',
    run: ({ number }, call) => (works[number] as Work)(call.signal),
  });
  const orchestrator = createOrchestrator({ tools: [tool] });
  return {
    run: (work, signal, ended) => {
      const call$: Observable<unknown> = orchestrator.execute('work', { number: works.push(work) - 1 });
      return subscribed(call$, signal, ended);
    },
  };
}
