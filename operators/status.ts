/** What a status is made from. */
export interface StatusFacts<E> {
  /** How many run now. */
  readonly running: number;
  /** How many wait to run. Default: 0. */
  readonly queued?: number;
  /** Until when a rate limit holds starts back, in the scheduler's ms; undefined when it does not. */
  readonly availableAt?: number | undefined;
  /** The last failure, until a success clears it. */
  readonly error?: E | undefined;
  /** Whether there is one. Default: when `error` is not undefined. To be given where that can be what was thrown. */
  readonly failed?: boolean;
}

/**
 * `available`: nothing runs, and nothing is wrong. `busy`: something runs, or
 * waits to. `rate_limited`: starts are held back until
 * `availableAt`. `error`: the last one failed, and nothing has run well since.
 */
export type Status<E = unknown> =
  | { readonly state: 'available'; readonly running: 0 }
  | { readonly state: 'busy'; readonly running: number; readonly error?: E }
  | { readonly state: 'rate_limited'; readonly running: number; readonly availableAt: number; readonly error?: E }
  | { readonly state: 'error'; readonly running: 0; readonly error: E };

/**
 * The status that follows from the facts at the time `now`. What holds callers back comes first, then what runs, then
 * what went wrong; an error that is hidden behind the first two stays on them as `error`.
 */
export function toStatus<E>(facts: StatusFacts<E>, now: number): Status<E> {
  const { running, queued = 0, availableAt, error, failed = error !== undefined } = facts;
  const failure = failed ? { error: error as E } : undefined;
  if (availableAt !== undefined && availableAt > now)
    return { state: 'rate_limited', running, availableAt, ...failure };
  if (running + queued > 0) return { state: 'busy', running, ...failure };
  return failure ? { state: 'error', running: 0, ...failure } : { state: 'available', running: 0 };
}
