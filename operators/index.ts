export { BulkheadRejected } from './BulkheadRejected.js';
export { RateLimitRejected } from './RateLimitRejected.js';
export { TimeoutExceeded, type TimeoutLimit } from './TimeoutExceeded.js';
export type { Clock } from './gates/Clock.js';
export { type Deadline, Deadlines } from './gates/Deadlines.js';
export { type RateLimitOptions, RateLimiter, type RateRefusal, type RateRequest } from './gates/RateLimiter.js';
export type { RatePolicy } from './gates/RatePolicy.js';
export {
  type Permit,
  Semaphore,
  type SemaphoreOptions,
  type SemaphoreRefusal,
  type SemaphoreRequest,
} from './gates/Semaphore.js';
export { SlidingWindow } from './gates/SlidingWindow.js';
export { TokenBucket } from './gates/TokenBucket.js';
export type { Waiting } from './gates/Waiting.js';
export { clockOf } from './clockOf.js';
export type { Status, StatusFacts } from './status.js';
export { toStatus } from './status.js';
export { StatusTracker, type TrackedEnd, type TrackerOptions } from './StatusTracker.js';
export { type BulkheadOptions, withBulkhead } from './withBulkhead.js';
export { type RateLimitedOptions, withRateLimit } from './withRateLimit.js';
export { withStatus } from './withStatus.js';
export { type TimeoutLimits, type TimeoutOptions, withTimeout } from './withTimeout.js';
export { type Backoff, constant, decorrelatedJitter, exponential, linear, type Retry } from './backoff.js';
export { CircuitRejected } from './CircuitRejected.js';
export type { CacheOptions } from './gates/CacheStore.js';
export {
  Circuit,
  type CircuitAnswer,
  type CircuitOptions,
  type CircuitPermit,
  type CircuitRates,
  type CircuitRefusal,
  type CircuitState,
  type CircuitTransition,
  type CircuitWindow,
} from './gates/Circuit.js';
export type { Feedback } from './feedback.js';
export type { RateLimits } from './gates/RatePolicy.js';
export { isRejection } from './rejection.js';
export { ResultCache } from './ResultCache.js';
export { type CachedOptions, withCache } from './withCache.js';
export { type CircuitBreakerOptions, withCircuitBreaker } from './withCircuitBreaker.js';
export { type FallbackOptions, withFallback } from './withFallback.js';
export { type HedgeOptions, withHedge } from './withHedge.js';
export { type RetryOptions, type RetryScheduled, withRetry } from './withRetry.js';
export { type PolicyOptions, withPolicy } from './withPolicy.js';
