/** Where two values are not the same: what stands at `path` in each. */
export interface Difference {
  /** From the top: `items[0].id`; `''` for the value itself. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Stands for what one of the two does not have. */
export const absent: unique symbol = Symbol('nothing');

/**
 * The first place at which two values differ; undefined where they are the same all the way down. Numbers are compared
 * by `Object.is`, errors by class, message and fields. The class of any other object does not matter, but its kind does:
 * an array, a Map, a Set, a Date.
 */
export function differenceBetween(expected: unknown, actual: unknown): Difference | undefined {
  return compare(expected, actual, '', new Map());
}

/** True where two values are the same all the way down. */
export function isSame(expected: unknown, actual: unknown): boolean {
  return differenceBetween(expected, actual) === undefined;
}

/** Pairs that are being compared further up: where a cycle comes back to one, it has nothing new to say. */
type Seen = Map<object, Set<object>>;

function compare(expected: unknown, actual: unknown, path: string, seen: Seen): Difference | undefined {
  if (Object.is(expected, actual)) return undefined;
  const different = { path, expected, actual };
  if (!isObject(expected) || !isObject(actual)) return different;
  if (typeof expected === 'function' || kindOf(expected) !== kindOf(actual)) return different;
  const partners = seen.get(expected) ?? new Set();
  if (partners.has(actual)) return undefined;
  seen.set(expected, partners.add(actual));

  if (expected instanceof Date) return Object.is(+expected, +(actual as Date)) ? undefined : different;
  if (expected instanceof RegExp) return String(expected) === (actual as RegExp).toString() ? undefined : different;
  if (expected instanceof Set) return compareSets(expected, actual as Set<unknown>, different, seen);
  if (expected instanceof Map) return compareMaps(expected, actual as Map<unknown, unknown>, path, seen);
  if (expected instanceof Error) {
    const said = ['name', 'message', 'cause'] as const;
    for (const field of said) {
      const found = compare(expected[field], (actual as Error)[field], pathTo(path, field), seen);
      if (found) return found;
    }
  }
  return compareFields(expected, actual, path, seen);
}

function compareFields(expected: object, actual: object, path: string, seen: Seen): Difference | undefined {
  const inActual = new Set(keysOf(actual));
  for (const key of keysOf(expected)) {
    const here = pathTo(path, key);
    const value = fieldOf(expected, key);
    if (!inActual.delete(key)) return { path: here, expected: value, actual: absent };
    const found = compare(value, fieldOf(actual, key), here, seen);
    if (found) return found;
  }
  const [more] = inActual;
  return more === undefined ? undefined : { path: pathTo(path, more), expected: absent, actual: fieldOf(actual, more) };
}

function compareMaps(
  expected: ReadonlyMap<unknown, unknown>,
  actual: ReadonlyMap<unknown, unknown>,
  path: string,
  seen: Seen,
): Difference | undefined {
  for (const [key, value] of expected) {
    const here = `${path}.get(${String(key)})`;
    if (!actual.has(key)) return { path: here, expected: value, actual: absent };
    const found = compare(value, actual.get(key), here, seen);
    if (found) return found;
  }
  for (const [key, value] of actual) {
    if (!expected.has(key)) return { path: `${path}.get(${String(key)})`, expected: absent, actual: value };
  }
  return undefined;
}

/** The order does not matter, and each member stands for one of the other side. */
function compareSets(
  expected: ReadonlySet<unknown>,
  actual: ReadonlySet<unknown>,
  different: Difference,
  seen: Seen,
): Difference | undefined {
  if (expected.size !== actual.size) return different;
  const left = new Set(actual);
  for (const member of expected) {
    const partner = left.has(member)
      ? member
      : [...left].find((other) => compare(member, other, '', new Map(seen)) === undefined);
    if (!left.delete(partner)) return different;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function kindOf(value: object): string {
  return value instanceof Error ? 'Error' : Object.prototype.toString.call(value);
}

function keysOf(value: object): readonly (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

function fieldOf(value: object, key: string | symbol): unknown {
  return (value as Record<string | symbol, unknown>)[key];
}

function pathTo(path: string, key: string | symbol): string {
  if (typeof key === 'symbol') return `${path}[${String(key)}]`;
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return path === '' ? key : `${path}.${key}`;
  return `${path}[${JSON.stringify(key)}]`;
}
