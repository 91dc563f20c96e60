import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  handleAll,
  type IPolicy,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import type { Guard, Library } from '../Library.js';
import { promised } from '../promised.js';

const NO_RATE_LIMIT = 'no rate limiter';

export const cockatiel: Library = {
  name: 'cockatiel',
  packages: ['cockatiel'],
  ignoredSignal: [
    {
      code: 'wrap(bulkhead(1, 10), timeout(100, TimeoutStrategy.Aggressive))',
      create: () => through(wrap(bulkhead(1, 10), timeout(100, TimeoutStrategy.Aggressive))),
    },
    {
      code: 'wrap(timeout(100, TimeoutStrategy.Aggressive), bulkhead(1, 10))',
      create: () => through(wrap(timeout(100, TimeoutStrategy.Aggressive), bulkhead(1, 10))),
    },
    {
      code: 'wrap(bulkhead(1, 10), timeout(100, TimeoutStrategy.Cooperative))',
      create: () => through(wrap(bulkhead(1, 10), timeout(100, TimeoutStrategy.Cooperative))),
    },
  ],
  cancelledWait: [
    {
      code: 'bulkhead(1, 2)',
      create: () => {
        const policy = bulkhead(1, 2);
        return { ...through(policy), waiting: () => 2 - policy.queueSlots };
      },
    },
  ],
  lateFailure: [
    {
      code: 'circuitBreaker(handleAll, { halfOpenAfter: 100, breaker: new ConsecutiveBreaker(2) })',
      create: () => {
        const policy = circuitBreaker(handleAll, { halfOpenAfter: 100, breaker: new ConsecutiveBreaker(2) });
        return { ...through(policy), state: () => states[policy.state] };
      },
    },
  ],
  windowEdge: NO_RATE_LIMIT,
  cancelledBackoff: [
    {
      code: 'retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(1_000) })',
      create: () => through(retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(1_000) })),
    },
  ],
  freedSlot: [{ code: 'bulkhead(1, 1)', create: () => through(bulkhead(1, 1)) }],
};

const states: Readonly<Record<CircuitState, string>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'isolated',
};

function through(policy: IPolicy): Guard {
  return {
    run: (work, signal, ended) =>
      promised(
        policy.execute((context) => work(context.signal), signal),
        ended,
      ),
  };
}
