import { throwError } from 'rxjs';
import {
  Circuit,
  type CircuitAnswer,
  type CircuitOptions,
  type Clock,
  withCircuitBreaker,
} from '../../operators/index.js';

/** A circuit that opens at the first failure for 5 ms, and knows what has become of its permits. */
export class WatchedCircuit extends Circuit {
  /** How many permits have not ended. */
  held = 0;
  /** How those that have ended did. */
  readonly ends: string[] = [];

  constructor(options: CircuitOptions = {}) {
    super({ window: { kind: 'consecutive', failures: 1 }, openMs: 5, ...options });
  }

  override acquire(clock: Clock): CircuitAnswer {
    const answer = super.acquire(clock);
    if (!('permit' in answer)) return answer;
    const { permit } = answer;
    this.held++;
    let ended = false;
    const end = (how: keyof typeof permit) => () => {
      if (!ended) {
        this.held--;
        this.ends.push(how);
      }
      ended = true;
      permit[how]();
    };
    return { permit: { succeeded: end('succeeded'), failed: end('failed'), ignored: end('ignored') } };
  }
}

/** A circuit that has just opened. */
export function openCircuit(options?: CircuitOptions): WatchedCircuit {
  const circuit = new WatchedCircuit(options);
  throwError(() => 'broken')
    .pipe(withCircuitBreaker(circuit))
    .subscribe({ error: () => circuit.ends.pop() });
  return circuit;
}
