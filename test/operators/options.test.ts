import { expect } from 'chai';
import {
  Circuit,
  decorrelatedJitter,
  exponential,
  linear,
  RateLimiter,
  ResultCache,
  Semaphore,
  withBulkhead,
  withCache,
  withCircuitBreaker,
  withFallback,
  withHedge,
  withRateLimit,
  withRetry,
  withTimeout,
} from '../../operators/index.js';

/** Makes something from options, to which one is added that is misspelt. */
const made: Readonly<Record<string, (misspelt: object) => unknown>> = {
  'the limits of withTimeout': (misspelt) => withTimeout({ totalMs: 1, ...misspelt }),
  'the options of withTimeout': (misspelt) => withTimeout(1, misspelt),
  'the limit of withRateLimit': (misspelt) => withRateLimit({ limit: 1, perMs: 1, ...misspelt }),
  'the options of withRateLimit': (misspelt) => withRateLimit({ limit: 1, perMs: 1 }, { cost: 1, ...misspelt }),
  'the limit of withBulkhead': (misspelt) => withBulkhead({ concurrency: 1, ...misspelt }),
  'the options of withBulkhead': (misspelt) => withBulkhead(1, misspelt),
  'the circuit of withCircuitBreaker': (misspelt) => withCircuitBreaker({ probes: 1, ...misspelt }),
  'the options of withCircuitBreaker': (misspelt) => withCircuitBreaker({}, misspelt),
  'the consecutive window of a circuit': (misspelt) =>
    new Circuit({ window: { kind: 'consecutive', failures: 1, ...misspelt } }),
  'the count window of a circuit': (misspelt) => new Circuit({ window: { kind: 'count', size: 1, ...misspelt } }),
  'the time window of a circuit': (misspelt) => new Circuit({ window: { kind: 'time', ms: 1, ...misspelt } }),
  'the options of withRetry': (misspelt) => withRetry(misspelt),
  'the options of withHedge': (misspelt) => withHedge({ delayMs: 1, ...misspelt }),
  'the cache of withCache': (misspelt) => withCache({ ttlMs: 1, ...misspelt }),
  'the options of withCache': (misspelt) => withCache({}, misspelt),
  'the options of a ResultCache': (misspelt) => new ResultCache(misspelt),
  'the options of withFallback': (misspelt) => withFallback(1, misspelt),
  'a linear backoff': (misspelt) => linear({ baseMs: 1, ...misspelt }),
  'an exponential backoff': (misspelt) => exponential({ baseMs: 1, ...misspelt }),
  'a backoff of decorrelated jitter': (misspelt) => decorrelatedJitter({ baseMs: 1, ...misspelt }),
  'an update of a RateLimiter': (misspelt) => {
    new RateLimiter({ limit: 1, perMs: 1 }).update(misspelt);
  },
  'an update of a Semaphore': (misspelt) => {
    new Semaphore({ concurrency: 1 }).update(misspelt);
  },
};

describe('an option that is misspelt', () => {
  for (const [where, make] of Object.entries(made)) {
    it(`is refused among ${where}, and named beside those that there are`, () => {
      expect(() => make({ maxWiatMs: 5 })).to.throw(
        TypeError,
        /^\w[\w ]*: expected no options but \w+(, \w+)*, got "maxWiatMs"$/,
      );
    });

    it(`is what is refused: ${where} without it are taken`, () => {
      expect(() => make({})).not.to.throw();
    });
  }

  it('is refused also where it is undefined', () => {
    expect(() => withRetry({ attempts: undefined } as object)).to.throw(TypeError, 'got "attempts"');
  });

  for (const [where, update] of [
    ['algorithm of a RateLimiter', () => new RateLimiter({ limit: 1, perMs: 1 }).update({ algorithm: 'x' } as object)],
    ['maxKeys of a RateLimiter', () => new RateLimiter({ limit: 1, perMs: 1 }).update({ maxKeys: 5 } as object)],
    ['maxWaitMs of a Semaphore', () => new Semaphore({ concurrency: 1 }).update({ maxWaitMs: 5 } as object)],
  ] as const) {
    it(`has a fellow in one that cannot be changed: the ${where}`, () => {
      expect(update).to.throw(TypeError, 'update: expected no options but');
    });
  }
});
