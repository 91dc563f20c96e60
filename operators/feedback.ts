import { isRejection, retryAfterMsOf } from './rejection.js';

/** How a limiter learns that the service wants to be left alone: by a `retryAfterMs`, or by a function of yours. */
export type Feedback = boolean | ((errorOrValue: unknown) => number | undefined);

/** In how many ms the service wants to be asked again; undefined where this error or value does not say. */
export function askedToWait(feedback: Feedback, errorOrValue: unknown): number | undefined {
  // A refusal of our own limits is not the service's word.
  if (feedback === false || isRejection(errorOrValue)) return undefined;
  if (typeof feedback === 'function') return finite(feedback(errorOrValue));
  // Nor is one that stands behind an error of somebody in between.
  const { cause } = (errorOrValue ?? {}) as { readonly cause?: unknown };
  return isRejection(cause) ? undefined : finite(retryAfterMsOf(errorOrValue));
}

/** A header's text, NaN and `Infinity` are no time to wait: a limiter held back by one would never go on. */
function finite(ms: unknown): number | undefined {
  return typeof ms === 'number' && ms > 0 && ms < Infinity ? ms : undefined;
}
