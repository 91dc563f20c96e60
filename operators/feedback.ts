import { isRejection, retryAfterMsOf } from './rejection.js';

/** How a limiter learns that the service wants to be left alone: by a `retryAfterMs`, or by a function of yours. */
export type Feedback = boolean | ((errorOrValue: unknown) => number | undefined);

/** In how many ms the service wants to be asked again; undefined where this error or value does not say. */
export function askedToWait(feedback: Feedback, errorOrValue: unknown): number | undefined {
  // A refusal of our own limits is not the service's word.
  if (feedback === false || isRejection(errorOrValue)) return undefined;
  const ms = feedback === true ? retryAfterMsOf(errorOrValue) : feedback(errorOrValue);
  return ms !== undefined && ms > 0 ? ms : undefined;
}
