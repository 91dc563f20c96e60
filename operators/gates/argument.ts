/** A value as an error message shows it: short, and never throwing. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'symbol' ? value.toString() : `${value as number}`;
}

function refuse(name: string, expected: string, got: unknown): never {
  const message = `${name}: expected ${expected}, got ${shown(got)}`;
  throw typeof got === 'number' ? new RangeError(message) : new TypeError(message);
}

/** Returns `value` when it is a duration above 0 ms (`Infinity` switches a limit off). */
export function positiveMs(name: string, value: number): number {
  return typeof value === 'number' && value > 0 ? value : refuse(name, 'milliseconds above 0', value);
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
  return allowed.includes(value) ? value : refuse(name, allowed.map((word) => `'${word}'`).join(' or '), value);
}

/** Returns `value` when it is a function. */
export function callable<F extends (...args: never[]) => unknown>(name: string, value: F): F {
  return typeof value === 'function' ? value : refuse(name, 'a function', value);
}

/** Returns `value` when it is an object. */
export function object<T extends object>(name: string, value: T): T {
  return typeof value === 'object' && (value as unknown) !== null ? value : refuse(name, 'an object', value);
}
