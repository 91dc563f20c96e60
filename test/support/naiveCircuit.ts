import type { CircuitOptions, CircuitState, CircuitWindow } from '../../operators/gates/Circuit.js';

/** How a permit ends. */
export type PermitEnd = 'succeeded' | 'failed' | 'ignored';

/** A permit, from when it was given on. */
interface Given {
  /** The state in which it was given. */
  readonly stay: Stay;
  readonly at: number;
  end?: PermitEnd;
  endedAt: number;
}

/** From one transition to the next. */
interface Stay {
  readonly name: Exclude<CircuitState, 'isolated'>;
  readonly retryAt: number;
  /** When the first probe was taken that was not given back. */
  since: number;
}

/**
 * A circuit that writes down every permit there ever was, and looks through the list each time: slow, and simple enough
 * to be right. Whole milliseconds only; the lengths of time windows are multiples of 10.
 */
export class NaiveCircuit {
  /** All transitions, as `from > to`, with the time of the next probe where there is one. */
  readonly transitions: string[] = [];
  private readonly permits: Given[] = [];
  /** Those that have ended, in that order. */
  private readonly told: Given[] = [];
  private readonly handles: { released: boolean }[] = [];
  private stay: Stay = { name: 'closed', retryAt: 0, since: 0 };
  private reopenings = 0;

  constructor(private readonly options: Required<CircuitOptions>) {}

  ask(now: number): string {
    if (this.isIsolated) return 'isolated';
    this.notice(now);
    if (this.stay.name === 'open' && now >= this.stay.retryAt) this.go('halfOpen', 0);
    if (this.stay.name === 'open') return `open, ${String(this.stay.retryAt - now)}`;
    if (this.stay.name === 'halfOpen' && this.held.length === this.options.probes) {
      const leftMs = this.stay.since + this.options.maxHalfOpenMs - now;
      return leftMs === Infinity ? 'halfOpen' : `halfOpen, ${String(leftMs)}`;
    }
    if (this.held.length === 0) this.stay.since = now;
    this.permits.push({ stay: this.stay, at: now, endedAt: 0 });
    return 'permit';
  }

  tell(now: number, index: number, end: PermitEnd): void {
    const permit = this.permits[index];
    if (!permit || permit.end || permit.stay !== this.stay || this.isIsolated) return;
    this.notice(now);
    if (permit.stay !== this.stay) return;
    permit.end = end;
    permit.endedAt = now;
    this.told.push(permit);
    if (end === 'ignored') return;
    const verdict = this.stay.name === 'closed' ? this.verdict(now) : this.verdictOnProbes();
    if (verdict === 'bad') this.open(now);
    if (verdict === 'good' && this.stay.name === 'halfOpen') this.close('halfOpen');
  }

  isolate(): void {
    if (!this.isIsolated) this.transitions.push(`${this.stay.name} > isolated`);
    this.handles.push({ released: false });
  }

  release(index: number): void {
    const handle = this.handles[index];
    if (!handle || handle.released) return;
    handle.released = true;
    if (!this.isIsolated) this.close('isolated');
  }

  current(now: number): CircuitState {
    if (this.isIsolated) return 'isolated';
    this.notice(now);
    return this.stay.name === 'open' && now >= this.stay.retryAt ? 'halfOpen' : this.stay.name;
  }

  get retryAt(): number | undefined {
    return this.stay.name === 'open' && !this.isIsolated ? this.stay.retryAt : undefined;
  }

  /** How many permits were ever given. */
  get given(): number {
    return this.permits.length;
  }

  /** How often it was ever isolated. */
  get isolations(): number {
    return this.handles.length;
  }

  private get isIsolated(): boolean {
    return this.handles.some(({ released }) => !released);
  }

  /** Those of this stay that were not given back. */
  private get held(): readonly Given[] {
    return this.permits.filter(({ stay, end }) => stay === this.stay && end !== 'ignored');
  }

  /** The outcomes of this stay, in the order in which they came. */
  private get outcomes(): readonly Given[] {
    return this.told.filter(({ stay, end }) => stay === this.stay && end !== 'ignored');
  }

  private notice(now: number): void {
    const over = this.stay.since + this.options.maxHalfOpenMs;
    if (this.stay.name === 'halfOpen' && this.held.length > 0 && now >= over) this.open(over);
  }

  private open(at: number): void {
    const { openMs } = this.options;
    if (this.stay.name === 'halfOpen') this.reopenings++;
    this.go('open', at + (typeof openMs === 'function' ? openMs(this.reopenings) : openMs));
  }

  private close(from: CircuitState): void {
    this.reopenings = 0;
    this.transitions.push(`${from} > closed`);
    this.stay = { name: 'closed', retryAt: 0, since: 0 };
  }

  private go(to: 'open' | 'halfOpen', retryAt: number): void {
    this.transitions.push(`${this.stay.name} > ${to}${to === 'open' ? `, ${String(retryAt)}` : ''}`);
    this.stay = { name: to, retryAt, since: 0 };
  }

  private verdict(now: number): 'good' | 'bad' | 'undecided' {
    const { window } = this.options;
    const { outcomes } = this;
    if (window.kind === 'consecutive') {
      const last = outcomes.slice(-window.failures);
      return last.length === window.failures && last.every(({ end }) => end === 'failed') ? 'bad' : 'undecided';
    }
    const seen =
      window.kind === 'count'
        ? outcomes.slice(-window.size)
        : outcomes.filter(({ endedAt }) => tenthOf(endedAt, window.ms) > tenthOf(now, window.ms) - 10);
    if (seen.length < (window.minimumCalls ?? 0)) return 'undecided';
    return this.areBad(window, seen) ? 'bad' : 'good';
  }

  private verdictOnProbes(): 'good' | 'bad' | 'undecided' {
    const { window, probes } = this.options;
    const { outcomes } = this;
    if (window.kind === 'consecutive' && outcomes.some(({ end }) => end === 'failed')) return 'bad';
    if (outcomes.length < probes) return 'undecided';
    return window.kind !== 'consecutive' && this.areBad(window, outcomes) ? 'bad' : 'good';
  }

  private areBad(window: Exclude<CircuitWindow, { kind: 'consecutive' }>, outcomes: readonly Given[]): boolean {
    const { failureRate = 1, slowCallRate = Infinity, slowCallMs = Infinity } = window;
    const failed = outcomes.filter(({ end }) => end === 'failed').length;
    const slow = outcomes.filter(({ at, endedAt }) => endedAt - at >= slowCallMs).length;
    return failed / outcomes.length >= failureRate || slow / outcomes.length >= slowCallRate;
  }
}

function tenthOf(time: number, windowMs: number): number {
  return Math.floor(time / (windowMs / 10));
}
