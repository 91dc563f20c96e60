import { expect } from 'chai';
import { asyncScheduler, of } from 'rxjs';
import { Circuit, RateLimiter, ResultCache } from '../operators/index.js';
import { toolOf } from './support/stage.js';

describe('a setting of a tool', () => {
  const gates = {
    limiter: new RateLimiter({ limit: 1, perMs: 1 }),
    circuit: new Circuit(),
    cache: new ResultCache(),
  };
  for (const [settings, message] of [
    [{ rateLimit: { limit: 1, perms: 5 } }, 'rate limit: expected no options but limit, perMs,'],
    [{ rateLimit: { limiter: gates.limiter, limit: 1 } }, "limit: expected no options beside limiter, got 'limit'"],
    [{ circuitBreaker: { openMS: 5 } }, 'circuit: expected no options but window, openMs,'],
    [{ circuitBreaker: { circuit: gates.circuit, openMs: 5 } }, 'openMs: expected no options beside circuit'],
    [{ circuitBreaker: { circuit: {} } }, 'circuitBreaker.circuit: expected a Circuit, got an object'],
    [{ cache: { cache: undefined } }, 'cache.cache: expected a ResultCache, got undefined'],
    [{ cache: { ttl: 5 } }, 'cache: expected no options but ttlMs,'],
    [{ cache: { cache: gates.cache, ttlMs: 5 } }, 'ttlMs: expected no options beside cache'],
    [{ retry: { attempts: 5 } }, 'retry: expected no options but maxAttempts,'],
    [{ retry: { scheduler: asyncScheduler } }, 'retry.scheduler: expected it not in a tool'],
    [{ retry: { onRetry: () => undefined } }, 'retry.onRetry: expected it not in a tool'],
    [{ idempotent: true, hedge: { delay: 5 } }, 'hedge: expected no options but delayMs,'],
    [
      { idempotent: true, hedge: { delayMs: 5, scheduler: asyncScheduler } },
      'hedge.scheduler: expected it not in a tool',
    ],
  ] as const) {
    it(`is refused where it would be ignored: ${message}`, () => {
      expect(() => toolOf(() => of(1), settings as never)).to.throw(TypeError, message);
    });
  }

  for (const [options, settings] of [
    ['key, cost, feedback', { rateLimit: { limiter: gates.limiter, key: () => 'k', cost: 1, feedback: true } }],
    ['isFailure', { circuitBreaker: { circuit: gates.circuit, isFailure: () => true } }],
    ['key', { cache: { cache: gates.cache, key: () => 'k' } }],
  ] as const) {
    it(`may stand beside a gate where it says more of it: ${options}`, () => {
      expect(() => toolOf(() => of(1), settings as never)).not.to.throw();
    });
  }
});
