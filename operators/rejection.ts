/** Marks the errors by which a limit refuses a start, for every copy of this package in a process. */
export const rejectionMark: unique symbol = Symbol.for('toolstream.rejection') as never;

/**
 * True for an error by which one of our limits refused to start the work: a rate limit, a bulkhead, an open circuit.
 * The work was not tried, so such an error is no failure of it: it does not count for a circuit breaker, and is not
 * retried unless asked.
 */
export function isRejection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && rejectionMark in error;
}

/** In how many ms an error, a value, or an error's cause, says to come again; undefined where none does. */
export function retryAfterMsOf(said: unknown): number | undefined {
  const { retryAfterMs, cause } = (said ?? {}) as { readonly retryAfterMs?: unknown; readonly cause?: unknown };
  const after = retryAfterMs ?? (cause as { readonly retryAfterMs?: unknown } | null | undefined)?.retryAfterMs;
  return typeof after === 'number' && after >= 0 ? after : undefined;
}
