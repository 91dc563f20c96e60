import type { Scope } from './scope.js';

/** What a run has so far: the input's fields and each finished step's output, by key. */
export type Context = Readonly<Record<string, unknown>>;

/** Up to this many keys a context is copied; beyond it the copies of a long run would cost quadratic time. */
const maxCopied = 64;

/**
 * Gathers a run's results. Each context that is given out stays as it was when more is added: a small one is a plain
 * object of its own, a large one a read-only view of what had been gathered by then, which shares instead of copying.
 */
export class ContextLog implements Scope {
  private readonly positions = new Map<string, number>();
  private readonly values: unknown[] = [];
  private readonly names: string[] = [];

  constructor(input: object) {
    for (const [key, value] of Object.entries(input)) this.add(key, value);
  }

  add(key: string, value: unknown): void {
    this.positions.set(key, this.names.length);
    this.names.push(key);
    this.values.push(value);
  }

  get(key: string): unknown {
    const position = this.positions.get(key);
    return position === undefined ? undefined : this.values[position];
  }

  has(key: string): boolean {
    return this.positions.has(key);
  }

  keys(): readonly string[] {
    return this.names;
  }

  /** What has been gathered, as a view or a plain object. */
  current(): Context {
    return this.names.length <= maxCopied ? this.copy() : this.view(this.names.length);
  }

  /** What has been gathered, as a plain object, whatever its size. */
  copy(count = this.names.length): Context {
    const copy: Record<string, unknown> = {};
    for (let index = 0; index < count; index++) {
      const key = this.names[index] as string;
      // An assignment to `__proto__` would set the prototype.
      if (key === '__proto__') Object.defineProperty(copy, key, this.descriptor(index));
      else copy[key] = this.values[index];
    }
    return copy;
  }

  private view(count: number): Context {
    const at = (key: string | symbol): number | undefined => {
      const position = typeof key === 'string' ? this.positions.get(key) : undefined;
      return position !== undefined && position < count ? position : undefined;
    };
    // Node prints a proxy's target, which is empty here, unless it is told what to print.
    const target = { [Symbol.for('nodejs.util.inspect.custom')]: () => this.copy(count) };
    Object.defineProperty(target, Symbol.for('nodejs.util.inspect.custom'), { enumerable: false });
    return new Proxy<Record<string, unknown>>(target, {
      get: (_target, key, receiver) => {
        const position = at(key);
        return position === undefined
          ? (Reflect.get(Object.prototype, key, receiver) as unknown)
          : this.values[position];
      },
      has: (_target, key) => at(key) !== undefined || Reflect.has(Object.prototype, key),
      ownKeys: () => this.names.slice(0, count),
      getOwnPropertyDescriptor: (_target, key) => {
        const position = at(key);
        return position === undefined ? undefined : this.descriptor(position);
      },
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
      preventExtensions: () => false,
      setPrototypeOf: () => false,
    });
  }

  private descriptor(position: number): PropertyDescriptor {
    return { value: this.values[position], enumerable: true, configurable: true, writable: true };
  }
}
