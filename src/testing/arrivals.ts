import { object, positive } from '../../operators/gates/argument.js';
import { knownKeys } from '../knownKeys.js';
import { atLeast0, type Distribution, exponential } from './distribution.js';

/** When a tool is called, and how. */
export type Arrivals = ArrivalRate & {
  /** The arguments of a call, the first of which is 0. Default: `{}`. */
  readonly args?: (index: number, random: () => number) => unknown;
  /** When a caller that has not been answered leaves, in ms after its call. Default: never. */
  readonly patienceMs?: Distribution;
};

type ArrivalRate =
  | {
      /** Each call comes when it comes, whatever the others do: as from many users who know nothing of each other. */
      readonly kind: 'poisson';
      /** How many come in a second on average, above 0. */
      readonly perSecond: number;
      /**
       * How the rate changes over the duration: so many parts of the same length, each with a weight. 24 of them are the
       * hours of a day. `perSecond` stays the average. Default: the same throughout.
       */
      readonly profile?: readonly number[];
    }
  | {
      /** One call every so many ms, the first at 0. */
      readonly kind: 'uniform';
      /** In ms, above 0. */
      readonly everyMs: number;
    }
  | {
      /** Whatever a function says. */
      readonly kind: 'custom';
      /** How long until the next call, in ms; not above 0 for one at the same time, `Infinity` for none any more. */
      readonly nextMs: (nowMs: number, random: () => number) => number;
    };

/** When the next call comes, after one at `nowMs`; -Infinity stands for the beginning. */
export type NextArrival = (nowMs: number, random: () => number) => number;

/** @throws TypeError, RangeError for arrivals that are none. */
export function nextArrivalOf(name: string, arrivals: Arrivals, durationMs: number): NextArrival {
  object(name, arrivals);
  switch (arrivals.kind) {
    case 'poisson':
      knownKeys(`a setting of ${name}`, arrivals, ['kind', 'perSecond', 'profile', 'args', 'patienceMs']);
      return poisson(name, positive(`${name}.perSecond`, arrivals.perSecond) / 1_000, arrivals.profile, durationMs);
    case 'uniform': {
      knownKeys(`a setting of ${name}`, arrivals, ['kind', 'everyMs', 'args', 'patienceMs']);
      const every = positive(`${name}.everyMs`, arrivals.everyMs);
      return (now) => (now === -Infinity ? 0 : now + every);
    }
    case 'custom': {
      knownKeys(`a setting of ${name}`, arrivals, ['kind', 'nextMs', 'args', 'patienceMs']);
      const { nextMs } = arrivals;
      return (now, random) => {
        const at = Math.max(0, now);
        const ms = nextMs(at, random);
        return at + (ms > 0 ? ms : 0);
      };
    }
    default:
      throw new TypeError(
        `${name}.kind: expected 'poisson', 'uniform' or 'custom', got ${String((arrivals as { kind?: unknown }).kind)}`,
      );
  }
}

/** Where the rate changes, what is drawn at the highest rate is thinned out (Lewis and Shedler, 1979). */
function poisson(name: string, perMs: number, profile: readonly number[] = [1], durationMs: number): NextArrival {
  const weights = profile.map((weight, index) => atLeast0(`${name}.profile[${index}]`, weight));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) throw new RangeError(`${name}.profile: expected a weight above 0, got none`);
  const rates = weights.map((weight) => (weight / sum) * weights.length * perMs);
  const highest = Math.max(...rates);
  return (now, random) => {
    let at = Math.max(0, now);
    for (;;) {
      at += exponential(1 / highest, random);
      if (at >= durationMs) return Infinity;
      const rate = rates[Math.floor((at / durationMs) * rates.length)] ?? 0;
      if (rate === highest || random() * highest < rate) return at;
    }
  };
}
