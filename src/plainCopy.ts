import { isPlainObject } from './resolve.js';

/** How much a copy may hold. */
export interface CopyBounds {
  /** Levels of objects and arrays. */
  readonly maxDepth: number;
  /** Values, counted over the whole copy: each field, each item. */
  readonly maxValues: number;
}

/** Data that is too much, or that is no data. */
export class Uncopyable extends Error {}

/**
 * Copies plain data, each of its fields read once: whatever it does later, the copy stays. What is neither a plain
 * object nor an array (a Date, an instance) is not looked into. A count of values goes down with each call, so that
 * data that shares its parts a thousandfold ends as soon as any other that is too large.
 */
export class PlainCopier {
  private left: number;

  constructor(private readonly bounds: CopyBounds) {
    this.left = bounds.maxValues;
  }

  /** @throws Uncopyable for data beyond the bounds and for cycles; whatever a getter throws. */
  copy(data: unknown): unknown {
    return this.copyAt(data, [], this.bounds.maxDepth);
  }

  private copyAt(data: unknown, above: readonly object[], depth: number): unknown {
    this.count(1);
    const isArray = Array.isArray(data);
    if (!isArray && !isPlainObject(data)) return data;
    if (above.includes(data)) {
      throw new Uncopyable('expected data without cycles, got an object that contains itself');
    }
    if (depth === 0) {
      throw new Uncopyable(`expected at most ${String(this.bounds.maxDepth)} levels, got more`);
    }
    const path = [...above, data];
    if (isArray) {
      const items = data as readonly unknown[];
      const { length } = items;
      if (length > this.left) this.count(length);
      const copied: unknown[] = [];
      for (let index = 0; index < length; index++) copied.push(this.copyAt(items[index], path, depth - 1));
      return Object.freeze(copied);
    }
    const copied: Record<string, unknown> = {};
    for (const key of Object.keys(data)) {
      const value = this.copyAt(data[key], path, depth - 1);
      // An assignment to `__proto__` would set the prototype.
      if (key === '__proto__') Object.defineProperty(copied, key, { value, enumerable: true });
      else copied[key] = value;
    }
    return Object.freeze(copied);
  }

  private count(values: number): void {
    this.left -= values;
    if (this.left < 0) {
      throw new Uncopyable(`expected at most ${String(this.bounds.maxValues)} values, got more`);
    }
  }
}
