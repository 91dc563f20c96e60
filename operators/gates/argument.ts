/** A value as an error message shows it: short, and never throwing. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'symbol' ? value.toString() : `${value as number}`;
}

/** For what must be a number: one that is out of its range is a RangeError, anything else a TypeError. */
function refuse(name: string, expected: string, got: unknown): never {
  if (typeof got !== 'number') refuseKind(name, expected, got);
  throw new RangeError(`${name}: expected ${expected}, got ${shown(got)}`);
}

/** For what must be of another kind. */
function refuseKind(name: string, expected: string, got: unknown): never {
  throw new TypeError(`${name}: expected ${expected}, got ${shown(got)}`);
}

/** Returns `value` when it is a duration above 0 ms (`Infinity` switches a limit off). */
export function positiveMs(name: string, value: number): number {
  return typeof value === 'number' && value > 0 ? value : refuse(name, 'milliseconds above 0', value);
}

/** Returns `value` when it is a duration of 0 ms or more; `Infinity` passes too. */
export function zeroOrMoreMs(name: string, value: number): number {
  return typeof value === 'number' && value >= 0 ? value : refuse(name, 'milliseconds, 0 or more', value);
}

/** Returns `value` when it is a finite number above 0. */
export function positive(name: string, value: number): number {
  return typeof value === 'number' && value > 0 && value < Infinity
    ? value
    : refuse(name, 'a finite number above 0', value);
}

/** Returns `value` when it is a whole number of at least `least`; `Infinity` passes only where `orInfinity` says so. */
export function wholeNumber(name: string, value: number, least: number, orInfinity = false): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  if (orInfinity && value === Infinity) return value;
  return refuse(name, `a whole number of at least ${String(least)}${orInfinity ? ' or Infinity' : ''}`, value);
}

/** Returns `value` when it is one of `allowed`. */
export function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  return allowed.includes(value) ? value : refuseKind(name, allowed.map((word) => `'${word}'`).join(' or '), value);
}

/** Returns `value` when it is a function. */
export function callable<F extends (...args: never[]) => unknown>(name: string, value: F): F {
  return typeof value === 'function' ? value : refuseKind(name, 'a function', value);
}

/** The names of all options of a `T`. As a record, so that the compiler sees it when one is missing. */
export type NamesOf<T> = Readonly<Record<keyof T, true>>;

/**
 * Returns `value` when it is an object that has no other options than those named: one that is misspelt would be
 * ignored in silence, in code that no compiler checks.
 */
export function optionsOf<T extends object>(name: string, value: T, names: NamesOf<T>): T {
  for (const given of Object.keys(object(name, value))) {
    if (!Object.hasOwn(names, given)) refuseKind(name, `no options but ${Object.keys(names).join(', ')}`, given);
  }
  return value;
}

/** Returns `value` when it is an object. */
export function object<T extends object>(name: string, value: T): T {
  return typeof value === 'object' && (value as unknown) !== null ? value : refuseKind(name, 'an object', value);
}
