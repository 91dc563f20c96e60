import { type NamesOf, object, oneOf, optionsOf, positiveMs, wholeNumber } from './argument.js';
import { CountWindow, type OutcomeWindow, type Tally, TimeWindow } from './OutcomeWindow.js';

/** When a circuit opens, over a window of outcomes. A rate opens it when it is reached: at ≥, not at >. */
export interface CircuitRates {
  /**
   * How many outcomes there must be before rates are looked at, at least 1 and no more than the window has room for.
   * Default: 10, or the window's size if less.
   */
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
   * How long it stays open before probes are let through, in ms above 0. A function is asked with how often it has
   * opened again since it was last closed, from 0 on; should it throw, or give no such time, the host hears of that as
   * of an unhandled error, and it is the default. Default: 30,000.
   */
  readonly openMs?: number | ((reopenings: number) => number);
  /** How many probes decide whether it closes again, at least 1. Default: 1. */
  readonly probes?: number;
  /** The longest that probes may take, in ms from the first one on; then it opens again. Default: `Infinity`. */
  readonly maxHalfOpenMs?: number;
}

const names: NamesOf<CircuitOptions> = { window: true, openMs: true, probes: true, maxHalfOpenMs: true };
const rates: NamesOf<CircuitRates> = { minimumCalls: true, failureRate: true, slowCallRate: true, slowCallMs: true };
const namesOfWindow: { readonly [K in CircuitWindow['kind']]: NamesOf<Extract<CircuitWindow, { readonly kind: K }>> } =
  {
    consecutive: { kind: true, failures: true },
    count: { kind: true, size: true, ...rates },
    time: { kind: true, ms: true, ...rates },
  };

/** What outcomes say: too little to decide on yet, or one way or the other. */
type Verdict = 'undecided' | 'good' | 'bad';

/** Outcomes, and how they are judged. */
export interface Judge {
  readonly window: OutcomeWindow;
  readonly verdict: (now: number) => Verdict;
}

/** The options, checked and with their defaults. */
export interface CircuitSettings {
  readonly createJudge: () => Judge;
  readonly createProbeJudge: () => Judge;
  readonly openMs: (reopenings: number) => number;
  readonly probes: number;
  readonly maxHalfOpenMs: number;
  readonly slowCallMs: number;
}

/** How long a circuit stays open, in ms, where nothing else is said. */
export const defaultOpenMs = 30_000;

/** @throws TypeError, RangeError for an option that is unknown or out of its range. */
export function circuitSettings(options: CircuitOptions): CircuitSettings {
  const { window = { kind: 'count', size: 100 }, openMs = defaultOpenMs } = optionsOf('circuit', options, names);
  const probes = wholeNumber('probes', options.probes ?? 1, 1);
  return {
    ...judgesOf(object('window', window), probes),
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

function judgesOf(window: CircuitWindow, probes: number): Pick<CircuitSettings, 'createJudge' | 'createProbeJudge'> {
  oneOf('window.kind', window.kind, ['consecutive', 'count', 'time']);
  optionsOf<object>('window', window, namesOfWindow[window.kind]);
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
  const create = (): OutcomeWindow =>
    window.kind === 'count' ? new CountWindow(window.size) : new TimeWindow(window.ms);
  // Made once here too, so that a wrong size is an error of the constructor and not of the first call.
  create();
  const isBad = ratesOf(window);
  const minimumCalls = minimumOf(window);
  const judgedFrom = (least: number) => (tally: Tally) => {
    if (tally.calls < least) return 'undecided';
    return isBad(tally) ? 'bad' : 'good';
  };
  return {
    createJudge: () => judgeOf(create(), judgedFrom(minimumCalls)),
    createProbeJudge: () => judgeOf(new CountWindow(probes), judgedFrom(probes)),
  };
}

function minimumOf(window: Exclude<CircuitWindow, { readonly kind: 'consecutive' }>): number {
  const most = window.kind === 'count' ? window.size : Infinity;
  const least = wholeNumber('minimumCalls', window.minimumCalls ?? Math.min(10, most), 1);
  if (least <= most) return least;
  // Such a circuit would never open.
  throw new RangeError(`minimumCalls: expected at most the window's size of ${String(most)}, got ${String(least)}`);
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
  if (typeof value === 'number' && value > 0 && value <= 1) return;
  const message = `${name}: expected a number above 0 and at most 1, got ${String(value)}`;
  throw typeof value === 'number' ? new RangeError(message) : new TypeError(message);
}
