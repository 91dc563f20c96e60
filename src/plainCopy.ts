import { isPlainObject } from './resolve.js';
import { setField } from './setField.js';

/** How much a copy may hold. */
export interface CopyBounds {
  /** Levels of objects and arrays. */
  readonly maxDepth: number;
  /** Values, counted over the whole copy: each field, each item. */
  readonly maxValues: number;
}

/** Data that is too much, or that is no data. */
export class Uncopyable extends Error {}

/** An object that has been copied. */
interface Copied {
  readonly copy: object;
  /** How many values it holds, itself included. */
  readonly values: number;
  /** How many levels of objects and arrays it has, its own included. */
  readonly levels: number;
}

/**
 * Copies plain data, each of its objects once, and each of its fields read once: whatever it does later, the copy stays.
 * What is neither a plain object nor an array (a Date, an instance) is not looked into. A count of values goes down with
 * each copy; where an object stands in several places, what it holds counts in each of them, for whoever goes through
 * the copy comes by that often.
 */
export class PlainCopier {
  private left: number;
  private readonly known = new Map<object, Copied>();
  /** The objects that are being copied, from the outermost in. */
  private readonly above = new Set<object>();
  /** How many levels the value has that was copied last. */
  private levels = 0;

  constructor(private readonly bounds: CopyBounds) {
    this.left = bounds.maxValues;
  }

  /** True once there were more values than there may be. */
  get exhausted(): boolean {
    return this.left < 0;
  }

  /** @throws Uncopyable for data beyond the bounds and for cycles; whatever a getter throws. */
  copy(data: unknown): unknown {
    try {
      return this.copyAt(data, this.bounds.maxDepth);
    } finally {
      this.above.clear();
    }
  }

  /** What has been copied may be something else by now. */
  forget(): void {
    this.known.clear();
  }

  /** @param depth - How many levels there may be. */
  private copyAt(data: unknown, depth: number): unknown {
    const isArray = Array.isArray(data);
    if (!isArray && !isPlainObject(data)) {
      this.count(1);
      this.levels = 0;
      return data;
    }
    const before = this.known.get(data);
    if (this.above.has(data)) {
      throw new Uncopyable('expected data without cycles, got an object that contains itself');
    }
    if (depth < (before?.levels ?? 1)) {
      throw new Uncopyable(`expected at most ${String(this.bounds.maxDepth)} levels, got more`);
    }
    this.count(before?.values ?? 1);
    if (before) {
      this.levels = before.levels;
      return before.copy;
    }
    this.above.add(data);
    const { left } = this;
    const copy = isArray ? this.copyItems(data, depth - 1) : this.copyFields(data, depth - 1);
    this.above.delete(data);
    this.levels++;
    this.known.set(data, { copy, levels: this.levels, values: left - this.left + 1 });
    return copy;
  }

  private copyItems(items: readonly unknown[], depth: number): object {
    const { length } = items;
    if (length > this.left) this.count(length);
    const copy: unknown[] = [];
    let levels = 0;
    for (let index = 0; index < length; index++) {
      copy.push(this.copyAt(items[index], depth));
      levels = Math.max(levels, this.levels);
    }
    this.levels = levels;
    return Object.freeze(copy);
  }

  private copyFields(fields: Readonly<Record<string, unknown>>, depth: number): object {
    const copy: Record<string, unknown> = {};
    let levels = 0;
    for (const key of Object.keys(fields)) {
      const value = this.copyAt(fields[key], depth);
      levels = Math.max(levels, this.levels);
      setField(copy, key, value);
    }
    this.levels = levels;
    return Object.freeze(copy);
  }

  private count(values: number): void {
    this.left -= values;
    if (this.left < 0) {
      throw new Uncopyable(`expected at most ${String(this.bounds.maxValues)} values, got more`);
    }
  }
}
