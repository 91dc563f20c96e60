import { Circuit, type CircuitOptions, type CircuitPermit, type CircuitState } from '../../operators/gates/Circuit.js';
import { VirtualClock } from './VirtualClock.js';

const ends = { s: 'succeeded', f: 'failed', i: 'ignored' } as const;

/** A circuit, its clock and its transitions. */
export class CircuitTrial {
  readonly clock = new VirtualClock({ startMs: 5_000 });
  readonly circuit: Circuit;
  /** Each transition as `closed > open`. */
  readonly transitions: string[] = [];

  constructor(options?: CircuitOptions) {
    this.circuit = new Circuit(options);
    this.circuit.onTransition(({ from, to }) => this.transitions.push(`${from} > ${to}`));
  }

  /** Calls one after the other, each of which succeeds (`s`), fails (`f`) or is ignored (`i`). Returns the state then. */
  calls(outcomes: string, tookMs = 0): CircuitState {
    for (const outcome of outcomes) {
      const permit = this.permit();
      this.clock.advance(tookMs);
      permit[ends[outcome as keyof typeof ends]]();
    }
    return this.state;
  }

  /** What it answers: `permit`, or why not and for how long. */
  ask(): string {
    const answer = this.circuit.acquire(this.clock);
    if ('permit' in answer) return 'permit';
    return answer.refusal + (answer.retryAfterMs === undefined ? '' : `, ${String(answer.retryAfterMs)}`);
  }

  permit(): CircuitPermit {
    const answer = this.circuit.acquire(this.clock);
    if ('permit' in answer) return answer.permit;
    throw new Error(`expected a permit, got "${answer.refusal}"`);
  }

  get state(): CircuitState {
    return this.circuit.current(this.clock);
  }
}
