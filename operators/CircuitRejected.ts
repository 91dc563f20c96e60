import type { CircuitRefusal } from './gates/Circuit.js';
import { rejectionMark } from './rejection.js';

/** `withCircuitBreaker` let nobody through. The source was not subscribed to. */
export class CircuitRejected extends Error {
  readonly _tag = 'CircuitRejected';
  override readonly name = 'CircuitRejected';

  constructor(
    readonly reason: CircuitRefusal,
    /**
     * In how many ms it is worth asking again: open, when a probe will be let through; half-open, when the probes will
     * have been judged at the latest. Undefined where that is not a matter of time.
     */
    readonly retryAfterMs: number | undefined,
  ) {
    super(circuitRefusals[reason] + (retryAfterMs === undefined ? '' : `; retry after ${String(retryAfterMs)} ms`));
  }

  get [rejectionMark](): true {
    return true;
  }
}

/** What each refusal of a circuit means, in words. */
export const circuitRefusals: Readonly<Record<CircuitRefusal, string>> = {
  open: 'the circuit is open',
  halfOpen: 'the circuit is half-open and all its probes are under way',
  isolated: 'the circuit is held open by hand',
};
