import { oneOf, positive, positiveMs } from './gates/argument.js';

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
interface Bounds {
  /** The longest wait, in ms. Default: 30,000. */
  readonly maxMs?: number;
}

const defaultMaxMs = 30_000;

/** Growth ends here, where it would reach `Infinity`: a random part of that is no number. */
const longestMs = Number.MAX_VALUE;

/** The same wait each time. `constant(0)` retries at once. */
export function constant(ms: number): Backoff {
  if (ms !== 0) positiveMs('ms', ms);
  return () => ms;
}

/** `baseMs`, twice that, three times that, … up to `maxMs`. */
export function linear({ baseMs, maxMs = defaultMaxMs }: Bounds & { readonly baseMs: number }): Backoff {
  positive('baseMs', baseMs);
  positiveMs('maxMs', maxMs);
  return ({ retry }) => Math.min(maxMs, longestMs, baseMs * retry);
}

/**
 * `baseMs`, then `factor` times as long each time, up to `maxMs`.
 *
 * @param options - `factor`: at least 1; default 2. `jitter`: `full` (default) takes a random part of the wait, so that
 * many callers that failed at once do not come back at once; `equal` at least half of it; `none` all of it. The source
 * of the three is Marc Brooker's "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function exponential(
  options: Bounds & {
    readonly baseMs: number;
    readonly factor?: number;
    readonly jitter?: 'full' | 'equal' | 'none';
  },
): Backoff {
  const { factor = 2, jitter = 'full', maxMs = defaultMaxMs } = options;
  const baseMs = positive('baseMs', options.baseMs);
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
export function decorrelatedJitter({ baseMs, maxMs = defaultMaxMs }: Bounds & { readonly baseMs: number }): Backoff {
  positive('baseMs', baseMs);
  positiveMs('maxMs', maxMs);
  return ({ previousMs, random }) => {
    const longest = Math.min(longestMs, Math.max(baseMs, previousMs) * 3);
    return Math.min(maxMs, baseMs + (longest - baseMs) * random());
  };
}
