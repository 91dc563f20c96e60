import { type NamesOf, oneOf, optionsOf, positive, positiveMs, zeroOrMoreMs } from './gates/argument.js';

/** What a backoff may go by. */
export interface Retry {
  /** Counts the retries from 1 on. */
  readonly retry: number;
  /** The wait before the retry before this one, in ms; 0 for the first. */
  readonly previousMs: number;
  /** A number of at least 0 and below 1. */
  readonly random: () => number;
}

/** How long to wait before a retry, in ms, at least 0; `Infinity`: do not retry. */
export type Backoff = (retry: Retry) => number;

/** What the growing backoffs share. */
interface Growth {
  /** What the first wait is made from, in ms: finite, above 0. */
  readonly baseMs: number;
  /** The longest wait, in ms, above 0. Default: 30,000. */
  readonly maxMs?: number;
}

interface ExponentialGrowth extends Growth {
  /** At least 1. Default: 2. */
  readonly factor?: number;
  /**
   * `full` (default): a random part of the wait, so that many callers that failed at once do not come back at once.
   * `equal`: at least half of it. `none`: all of it.
   */
  readonly jitter?: 'full' | 'equal' | 'none';
}

const growth: NamesOf<Growth> = { baseMs: true, maxMs: true };
const exponentially: NamesOf<ExponentialGrowth> = { ...growth, factor: true, jitter: true };

const defaultMaxMs = 30_000;

/** Growth ends here, where it would reach `Infinity`: a random part of that is no number. */
const longestMs = Number.MAX_VALUE;

/** The same wait each time, in ms, 0 or more. `constant(0)` retries at once. */
export function constant(ms: number): Backoff {
  zeroOrMoreMs('ms', ms);
  return () => ms;
}

/** `baseMs`, twice that, three times that, … up to `maxMs`. */
export function linear(options: Growth): Backoff {
  const { baseMs, maxMs = defaultMaxMs } = optionsOf('linear', options, growth);
  positive('baseMs', baseMs);
  positiveMs('maxMs', maxMs);
  return ({ retry }) => Math.min(maxMs, longestMs, baseMs * retry);
}

/**
 * `baseMs`, then `factor` times as long each time, up to `maxMs`. The source of the three kinds of `jitter` is Marc
 * Brooker's "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function exponential(options: ExponentialGrowth): Backoff {
  const {
    baseMs,
    factor = 2,
    jitter = 'full',
    maxMs = defaultMaxMs,
  } = optionsOf('exponential', options, exponentially);
  positive('baseMs', baseMs);
  positiveMs('maxMs', maxMs);
  oneOf('jitter', jitter, ['full', 'equal', 'none']);
  if (!(factor >= 1)) throw new RangeError(`factor: expected a number of at least 1, got ${String(factor)}`);
  const fixed = { full: 0, equal: 0.5, none: 1 }[jitter];
  return ({ retry, random }) => {
    const wait = Math.min(maxMs, longestMs, baseMs * factor ** (retry - 1));
    return fixed === 1 ? wait : wait * (fixed + (1 - fixed) * random());
  };
}

/**
 * A random wait between `baseMs` and three times the wait before it (of `baseMs`, for the first), up to `maxMs`: spreads
 * callers more evenly than {@link exponential} does. Source: as there ("decorrelated jitter").
 */
export function decorrelatedJitter(options: Growth): Backoff {
  const { baseMs, maxMs = defaultMaxMs } = optionsOf('decorrelatedJitter', options, growth);
  positive('baseMs', baseMs);
  positiveMs('maxMs', maxMs);
  return ({ previousMs, random }) => {
    const longest = Math.min(longestMs, Math.max(baseMs, previousMs) * 3);
    return Math.min(maxMs, baseMs + (longest - baseMs) * random());
  };
}
