import CircuitBreaker from 'opossum';
import type { Guard, Library, Work } from '../Library.js';
import { promised } from '../promised.js';

const NO_QUEUE = 'no queue: a call beyond `capacity` is refused';

export const opossum: Library = {
  name: 'opossum',
  packages: ['opossum'],
  ignoredSignal: [
    // Timeouts count as failures: with less than 100 % the circuit would open, and hide what becomes of the capacity.
    {
      code: 'new CircuitBreaker(work, { timeout: 100, capacity: 1, errorThresholdPercentage: 100 })',
      create: () => through({ timeout: 100, capacity: 1, errorThresholdPercentage: 100 }),
    },
  ],
  cancelledWait: NO_QUEUE,
  lateFailure: [
    {
      code: 'new CircuitBreaker(work, { timeout: false, resetTimeout: 100, errorThresholdPercentage: 50, volumeThreshold: 3 })',
      create: () => through({ timeout: false, resetTimeout: 100, errorThresholdPercentage: 50, volumeThreshold: 3 }),
    },
  ],
  windowEdge: 'no rate limiter',
  cancelledBackoff: 'no retry',
  freedSlot: NO_QUEUE,
};

function through(options: CircuitBreaker.Options): Guard {
  const breaker = new CircuitBreaker((work: Work) => work(), options);
  return {
    run: (work, _signal, ended) => promised(breaker.fire(work), ended),
    state: () => {
      if (breaker.halfOpen) return 'half-open';
      return breaker.opened ? 'open' : 'closed';
    },
    close: () => {
      breaker.shutdown();
    },
  };
}
