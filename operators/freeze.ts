import { isPlainObject } from './plain.js';

/**
 * Freezes plain objects and arrays, all the way down, and returns what it was given. Anything else, such as a
 * `Date`, a `Map` or an instance of a class, is left as it is, and what is in it too. Accessors of objects are not called.
 */
export function deepFreeze<T>(value: T): T {
  const waiting: unknown[] = [value];
  /** What was frozen when it was met: it has been looked into too, since its parts need not be frozen. */
  const met = new Set<unknown>();
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (!(Array.isArray(next) || isPlainObject(next)) || met.has(next)) continue;
    if (Object.isFrozen(next)) met.add(next);
    else Object.freeze(next);
    for (const part of partsOf(next)) if (typeof part === 'object') waiting.push(part);
  }
  return value;
}

function partsOf(whole: object): readonly unknown[] {
  if (Array.isArray(whole)) return whole;
  return Reflect.ownKeys(whole).map((key): unknown => Object.getOwnPropertyDescriptor(whole, key)?.value);
}
