import { object, oneOf, positiveMs, wholeNumber } from './argument.js';
import type { Clock } from './Clock.js';
import { MonotonicTime } from './MonotonicTime.js';
import { CountWindow, type OutcomeWindow, type Tally, TimeWindow } from './OutcomeWindow.js';

/** When a circuit opens, over a window of outcomes. A rate opens it when it is reached: at ≥, not at >. */
export interface CircuitRates {
  /** How many outcomes there must be before rates are looked at, at least 1. Default: 10, or the window's size if less. */
  readonly minimumCalls?: number;
  /** The part of the outcomes, above 0 and at most 1, that are failures. Default: 0.5. */
  readonly failureRate?: number;
  /** The part of the outcomes, above 0 and at most 1, that are slow. Default: never opens for slowness. */
  readonly slowCallRate?: number;
  /** From how many ms on an outcome is slow, whether it failed or not. Default: `Infinity`. */
  readonly slowCallMs?: number;
}

/**
 * What a circuit goes by: `consecutive` failures in a row; rates over the last `size` outcomes (`count`); or rates over
 * the outcomes of the last `ms` (`time`), where old ones leave also when nothing is called.
 */
export type CircuitWindow =
  | { readonly kind: 'consecutive'; readonly failures: number }
  | ({ readonly kind: 'count'; readonly size: number } & CircuitRates)
  | ({ readonly kind: 'time'; readonly ms: number } & CircuitRates);

/** What a circuit is made of. */
export interface CircuitOptions {
  /** Default: the last 100 outcomes, half of them failures, at least 10. */
  readonly window?: CircuitWindow;
  /**
   * How long it stays open before probes are let through, in ms. A function is asked with how often it has opened
   * again since it was last closed, from 0 on. Default: 30,000.
   */
  readonly openMs?: number | ((reopenings: number) => number);
  /** How many probes decide whether it closes again, at least 1. Default: 1. */
  readonly probes?: number;
  /** The longest that probes may take, in ms; then it opens again. Default: `Infinity`. */
  readonly maxHalfOpenMs?: number;
}

/** How a circuit stands. */
export type CircuitState = 'closed' | 'open' | 'halfOpen' | 'isolated';

/** Why a circuit let nobody through. */
export type CircuitRefusal = 'open' | 'halfOpen' | 'isolated';

/** A change of a circuit's state. */
export interface CircuitTransition {
  readonly from: CircuitState;
  readonly to: CircuitState;
  /** When it will let probes through, in the clock's ms; undefined for other states, and for one that is isolated. */
  readonly retryAt?: number;
}

/** The right to try, which ends in exactly one of the three; a second does nothing. */
export interface CircuitPermit {
  succeeded(): void;
  failed(): void;
  /** Neither: the attempt was cancelled, or refused by another limit. A probe is given back. */
  ignored(): void;
}

/** What `acquire` answers. */
export type CircuitAnswer =
  | { readonly permit: CircuitPermit }
  | {
      readonly refusal: CircuitRefusal;
      /** In how many ms it will let a probe through; undefined where that is not a matter of time. */
      readonly retryAfterMs: number | undefined;
    };

/** Each state with what only it has. */
type State =
  | { readonly name: 'closed'; readonly window: Judge }
  | { readonly name: 'open'; readonly retryAt: number }
  | { readonly name: 'halfOpen'; readonly since: number; readonly window: Judge; free: number };

/**
 * A circuit breaker's shared state. Closed, it lets all through and judges their outcomes; open, none; half-open, a few
 * probes, whose outcomes decide. Every permit belongs to the state in which it was given: an outcome that comes after
 * the next transition changes nothing. No timer: it turns half-open when somebody asks after its time has come.
 */
export class Circuit {
  private readonly time = new MonotonicTime();
  private readonly settings: Settings;
  private readonly listeners = new Set<(transition: CircuitTransition) => void>();
  private state: State;
  /** Counts the transitions: permits of an earlier epoch are stale. */
  private epoch = 0;
  /** How often it has opened again since it was last closed. */
  private reopenings = 0;
  /** How many hold it open by hand. */
  private isolations = 0;

  /** @throws TypeError, RangeError for an option that is out of its range. */
  constructor(options: CircuitOptions = {}) {
    this.settings = settingsOf(options);
    this.state = { name: 'closed', window: this.settings.createJudge() };
  }

  /** How it stands at the clock's time. */
  current(clock: Clock): CircuitState {
    if (this.isolations > 0) return 'isolated';
    const now = this.time.at(clock.now());
    return this.state.name === 'open' && now >= this.state.retryAt ? 'halfOpen' : this.state.name;
  }

  /** When it will let probes through, in the clock's ms; undefined unless it is open. */
  get retryAt(): number | undefined {
    return this.state.name === 'open' && this.isolations === 0 ? this.state.retryAt : undefined;
  }

  /** Asks to be let through. */
  acquire(clock: Clock): CircuitAnswer {
    const now = this.time.at(clock.now());
    if (this.isolations > 0) return { refusal: 'isolated', retryAfterMs: undefined };
    this.turn(now);
    const { state } = this;
    if (state.name === 'open') return { refusal: 'open', retryAfterMs: state.retryAt - now };
    if (state.name === 'closed') return { permit: this.permitOf(clock, now, state.window) };
    if (state.free === 0) return { refusal: 'halfOpen', retryAfterMs: undefined };
    state.free--;
    return { permit: this.permitOf(clock, now, state.window) };
  }

  /** Holds it open until every handle is released; it is closed then, with nothing remembered. */
  isolate(): { release(): void } {
    const before = this.isolations++ === 0 ? this.state.name : 'isolated';
    if (before !== 'isolated') {
      this.epoch++;
      this.notify({ from: before, to: 'isolated' });
    }
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        if (--this.isolations > 0) return;
        this.reopenings = 0;
        this.epoch++;
        this.state = { name: 'closed', window: this.settings.createJudge() };
        this.notify({ from: 'isolated', to: 'closed' });
      },
    };
  }

  /** Calls back at each transition, after it. Returns what ends that. */
  onTransition(listener: (transition: CircuitTransition) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Makes the transitions that time alone brings. */
  private turn(now: number): void {
    const { state } = this;
    if (state.name === 'open' && now >= state.retryAt) {
      const { probes, createProbeJudge } = this.settings;
      this.enter({ name: 'halfOpen', since: now, window: createProbeJudge(), free: probes });
    } else if (state.name === 'halfOpen' && now >= state.since + this.settings.maxHalfOpenMs) {
      this.open(state.since + this.settings.maxHalfOpenMs);
      this.turn(now);
    }
  }

  private permitOf(clock: Clock, startedAt: number, window: Judge): CircuitPermit {
    const { epoch } = this;
    let used = false;
    const end = (failed: boolean | undefined): void => {
      if (used) return;
      used = true;
      // An outcome from before the last transition says nothing about the state of now.
      if (epoch !== this.epoch) return;
      const now = this.time.at(clock.now());
      if (failed === undefined) {
        if (this.state.name === 'halfOpen') this.state.free++;
        return;
      }
      window.window.add(now, { failed, slow: now - startedAt >= this.settings.slowCallMs });
      this.judge(window.verdict(now), now);
    };
    return {
      succeeded: () => {
        end(false);
      },
      failed: () => {
        end(true);
      },
      ignored: () => {
        end(undefined);
      },
    };
  }

  private judge(verdict: Verdict, now: number): void {
    if (verdict === 'bad') {
      this.open(now);
    } else if (verdict === 'good' && this.state.name === 'halfOpen') {
      this.reopenings = 0;
      this.enter({ name: 'closed', window: this.settings.createJudge() });
    }
  }

  private open(now: number): void {
    if (this.state.name === 'halfOpen') this.reopenings++;
    this.enter({ name: 'open', retryAt: now + this.settings.openMs(this.reopenings) });
  }

  private enter(state: State): void {
    const from = this.state.name;
    this.state = state;
    this.epoch++;
    this.notify({ from, to: state.name, ...(state.name === 'open' ? { retryAt: state.retryAt } : {}) });
  }

  private notify(transition: CircuitTransition): void {
    for (const listener of [...this.listeners]) listener(transition);
  }
}

/** What outcomes say: too little to decide on yet, or one way or the other. */
type Verdict = 'undecided' | 'good' | 'bad';

/** Outcomes, and how they are judged. */
interface Judge {
  readonly window: OutcomeWindow;
  readonly verdict: (now: number) => Verdict;
}

interface Settings {
  readonly createJudge: () => Judge;
  readonly createProbeJudge: () => Judge;
  readonly openMs: (reopenings: number) => number;
  readonly probes: number;
  readonly maxHalfOpenMs: number;
  readonly slowCallMs: number;
}

function settingsOf(options: CircuitOptions): Settings {
  const { window = { kind: 'count', size: 100 }, openMs = 30_000 } = object('circuit', options);
  const probes = wholeNumber('probes', options.probes ?? 1, 1);
  return {
    ...judgesOf(window, probes),
    openMs: typeof openMs === 'function' ? (reopenings) => positiveMs('openMs', openMs(reopenings)) : fixed(openMs),
    probes,
    slowCallMs: window.kind === 'consecutive' ? Infinity : positiveMs('slowCallMs', window.slowCallMs ?? Infinity),
    maxHalfOpenMs: positiveMs('maxHalfOpenMs', options.maxHalfOpenMs ?? Infinity),
  };
}

function fixed(openMs: number): () => number {
  positiveMs('openMs', openMs);
  return () => openMs;
}

function judgesOf(window: CircuitWindow, probes: number): Pick<Settings, 'createJudge' | 'createProbeJudge'> {
  oneOf('window.kind', window.kind, ['consecutive', 'count', 'time']);
  if (window.kind === 'consecutive') {
    const failures = wholeNumber('failures', window.failures, 1);
    return {
      createJudge: () =>
        judgeOf(new CountWindow(failures), ({ failed }) => (failed === failures ? 'bad' : 'undecided')),
      createProbeJudge: () =>
        judgeOf(new CountWindow(probes), ({ failed, calls }) => {
          if (failed > 0) return 'bad';
          return calls === probes ? 'good' : 'undecided';
        }),
    };
  }
  const isBad = ratesOf(window);
  const minimumCalls = wholeNumber('minimumCalls', window.minimumCalls ?? defaultMinimum(window), 1);
  const create = (): OutcomeWindow =>
    window.kind === 'count' ? new CountWindow(window.size) : new TimeWindow(window.ms);
  // Made once here too, so that a wrong size is an error of the constructor and not of the first call.
  create();
  const judgedFrom = (least: number) => (tally: Tally) => {
    if (tally.calls < least) return 'undecided';
    return isBad(tally) ? 'bad' : 'good';
  };
  return {
    createJudge: () => judgeOf(create(), judgedFrom(minimumCalls)),
    createProbeJudge: () => judgeOf(new CountWindow(probes), judgedFrom(probes)),
  };
}

function defaultMinimum(window: CircuitWindow): number {
  return window.kind === 'count' ? Math.min(10, window.size) : 10;
}

function judgeOf(window: OutcomeWindow, verdictOn: (tally: Tally) => Verdict): Judge {
  return { window, verdict: (now) => verdictOn(window.tally(now)) };
}

/** True for outcomes that open a circuit. */
function ratesOf({ failureRate = 0.5, slowCallRate, slowCallMs }: CircuitRates): (tally: Tally) => boolean {
  rate('failureRate', failureRate);
  if (slowCallRate !== undefined) rate('slowCallRate', slowCallRate);
  if ((slowCallRate === undefined) !== (slowCallMs === undefined)) {
    throw new TypeError('slowCallRate: expected slowCallRate and slowCallMs together, got one of them');
  }
  return ({ calls, failed, slow }) =>
    failed / calls >= failureRate || (slowCallRate !== undefined && slow / calls >= slowCallRate);
}

function rate(name: string, value: number): void {
  if (!(value > 0 && value <= 1)) {
    throw new RangeError(`${name}: expected a number above 0 and at most 1, got ${String(value)}`);
  }
}
