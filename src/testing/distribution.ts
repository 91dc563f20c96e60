import { positive } from '../../operators/gates/argument.js';

/**
 * How long something takes, in ms: always the same; anything between two bounds; `exponential`, which many short and a
 * few long times make up; `logNormal`, as most services answer: half of all within `medianMs`, and with `sigma` 0.5 one
 * in a hundred takes more than three times as long, with 1 ten times; one out of a list that was measured; or whatever a
 * function says.
 */
export type Distribution =
  | number
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'exponential'; readonly meanMs: number }
  | { readonly kind: 'logNormal'; readonly medianMs: number; readonly sigma: number }
  | { readonly kind: 'measured'; readonly ms: readonly number[] }
  | ((random: () => number) => number);

/** Draws from a distribution. */
export type Draw = (random: () => number) => number;

/** @throws TypeError, RangeError for one that is none. */
export function drawOf(name: string, distribution: Distribution): Draw {
  if (typeof distribution === 'function') return distribution;
  if (typeof distribution === 'number') {
    const ms = atLeast0(name, distribution);
    return () => ms;
  }
  switch (distribution.kind) {
    case 'uniform': {
      const min = atLeast0(`${name}.minMs`, distribution.minMs);
      const spread = atLeast0(`${name}.maxMs - minMs`, distribution.maxMs - min);
      return (random) => min + random() * spread;
    }
    case 'exponential': {
      const mean = positive(`${name}.meanMs`, distribution.meanMs);
      return (random) => exponential(mean, random);
    }
    case 'logNormal': {
      const median = positive(`${name}.medianMs`, distribution.medianMs);
      const sigma = atLeast0(`${name}.sigma`, distribution.sigma);
      return (random) => median * Math.exp(sigma * normal(random));
    }
    case 'measured': {
      const measured = distribution.ms.map((ms, index) => atLeast0(`${name}.ms[${index}]`, ms));
      if (measured.length === 0) throw new TypeError(`${name}.ms: expected at least one duration, got none`);
      return (random) => measured[Math.floor(random() * measured.length)] ?? 0;
    }
    default:
      throw new TypeError(
        `${name}: expected ms, a function, or a kind of 'uniform', 'exponential', 'logNormal' or 'measured', got ${String((distribution as { kind?: unknown }).kind)}`,
      );
  }
}

export function exponential(mean: number, random: () => number): number {
  return -Math.log(1 - random()) * mean;
}

/** Around 0, with a deviation of 1 (Box and Muller, 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** @throws RangeError for what is no finite number of at least 0. */
export function atLeast0(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value;
  throw new RangeError(`${name}: expected a finite number of at least 0, got ${String(value)}`);
}
