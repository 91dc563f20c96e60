import { median, spreadOf } from './statistics.js';

/** Does its work this many times. */
export type Contender = (times: number) => Promise<void> | void;
/** The same, and says how many milliseconds of it count. */
type SelfTimed = (times: number) => Promise<number> | number;

/** A ratio with its spread. */
export interface Ratio {
  readonly value: number;
  readonly spread: readonly [number, number];
}

/** What the contenders took: one entry a round, in milliseconds for one piece of work. */
export class Rounds<Name extends string> {
  constructor(private readonly times: Readonly<Record<Name, readonly number[]>>) {}

  /** How many times as much of its work a contender does in the same time: the median of the rounds' ratios. */
  speed(of: Name, over: Name): Ratio {
    return ratioOf(this.times[over], this.times[of]);
  }

  /** How many times as long it takes. */
  cost(of: Name, over: Name): Ratio {
    return ratioOf(this.times[of], this.times[over]);
  }

  /** Microseconds for one piece of work. */
  micros(of: Name): Ratio {
    const micros = this.times[of].map((ms) => ms * 1_000);
    return { value: median(micros), spread: spreadOf(micros) };
  }
}

/**
 * Runs contenders in turn, A B A B, so that what else goes on disturbs both alike, in batches of a few milliseconds. The
 * first of each round changes, and everybody is warm before the first one counts.
 *
 * @param batchMs - How long the slowest batch takes.
 */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Contender | SelfTimed>>,
  { rounds = 120, batchMs = 8, warmUpMs = 400 } = {},
): Promise<Rounds<Name>> {
  const names = Object.keys(contenders) as Name[];
  let times = Infinity;
  for (const name of names) {
    let [pieces, ms, total] = [1, 0, 0];
    for (; total < warmUpMs || ms < batchMs / 2; total += ms) {
      if (ms < batchMs / 2) pieces *= 2;
      ms = await timed(contenders[name], pieces);
    }
    times = Math.min(times, Math.max(1, Math.round((pieces * batchMs) / ms)));
  }
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] as Name;
      taken[name].push((await timed(contenders[name], times)) / times);
    }
  }
  return new Rounds(taken);
}

/**
 * Work that is timed piece by piece, as `tinybench` does it: a caller of its own awaits each, so that what a caller
 * always pays is on both sides of a ratio.
 */
export function each(work: () => Promise<unknown>): SelfTimed {
  return async (times) => {
    let ms = 0;
    for (let piece = 0; piece < times; piece++) {
      const startedAt = performance.now();
      await work();
      ms += performance.now() - startedAt;
    }
    return ms;
  };
}

/** One after the other, with nothing in between. */
export function inALoop(work: () => Promise<unknown>): Contender {
  return async (times) => {
    for (let piece = 0; piece < times; piece++) await work();
  };
}

/** The same for work that is done at once. */
export function inALoopAtOnce(work: () => void): Contender {
  return (times) => {
    for (let piece = 0; piece < times; piece++) work();
  };
}

/** The same as `each` for work that is done at once. */
export function eachAtOnce(work: () => void): SelfTimed {
  return (times) => {
    let ms = 0;
    for (let piece = 0; piece < times; piece++) {
      const startedAt = performance.now();
      work();
      ms += performance.now() - startedAt;
    }
    return ms;
  };
}

/** The same for work that takes long, and that is measured by a figure of its own: `rounds` of each, in turn. */
export async function alternate<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds + 1; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] as Name;
      const figure = await contenders[name]();
      // The first round warms up.
      if (round > 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** The median of the ratios of what was measured side by side. */
export function ratioOf(above: readonly number[], below: readonly number[]): Ratio {
  const ratios = above.map((figure, round) => figure / (below[round] ?? NaN));
  return { value: median(ratios), spread: spreadOf(ratios) };
}

async function timed(contender: Contender | SelfTimed, times: number): Promise<number> {
  const startedAt = performance.now();
  const counted = await contender(times);
  return typeof counted === 'number' ? counted : performance.now() - startedAt;
}
