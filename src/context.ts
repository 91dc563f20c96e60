import type { Scope } from './scope.js';
import { setField } from './setField.js';

/** What a run has so far: the input's fields and each finished step's output, by key. */
export type Context = Readonly<Record<string, unknown>>;

/** Up to this many keys a context is copied; beyond it the copies of a long run would cost quadratic time. */
const maxCopied = 64;

/**
 * Gathers a run's results. Each context that is given out stays as it was when more is added: a small one is a plain
 * object of its own, a large one a read-only view of what had been gathered by then, which shares instead of copying.
 */
export class ContextLog implements Scope {
  /** What has been gathered. As long as it is small, it is an object, which is copied at one go. */
  private gathered: Record<string, unknown> | Columns = {};
  private count = 0;

  constructor(input: object) {
    for (const key of Object.keys(input)) this.add(key, (input as Context)[key]);
  }

  /** @param key - One that is not there yet. */
  add(key: string, value: unknown): void {
    if (this.count++ === maxCopied) this.gathered = new Columns(this.gathered as Context);
    if (this.gathered instanceof Columns) this.gathered.add(key, value);
    else setField(this.gathered, key, value);
  }

  get(key: string): unknown {
    const { gathered } = this;
    if (gathered instanceof Columns) return gathered.at(gathered.positionOf(key));
    return Object.hasOwn(gathered, key) ? gathered[key] : undefined;
  }

  has(key: string): boolean {
    const { gathered } = this;
    return gathered instanceof Columns ? gathered.positionOf(key) !== undefined : Object.hasOwn(gathered, key);
  }

  keys(): readonly string[] {
    return this.gathered instanceof Columns ? this.gathered.keys : Object.keys(this.gathered);
  }

  /** What has been gathered, as a view or a plain object. */
  current(): Context {
    return this.gathered instanceof Columns ? this.gathered.view() : { ...this.gathered };
  }

  /** What has been gathered, as a plain object, whatever its size. */
  copy(): Context {
    return this.gathered instanceof Columns ? this.gathered.copy() : { ...this.gathered };
  }
}

/** Keys and values to which more are added, and views of how many there were at a time. */
class Columns {
  readonly keys: string[] = [];
  private readonly values: unknown[] = [];
  private readonly positions = new Map<string, number>();

  constructor(fields: Context) {
    for (const key of Object.keys(fields)) this.add(key, fields[key]);
  }

  add(key: string, value: unknown): void {
    this.positions.set(key, this.keys.length);
    this.keys.push(key);
    this.values.push(value);
  }

  positionOf(key: string): number | undefined {
    return this.positions.get(key);
  }

  at(position: number | undefined): unknown {
    return position === undefined ? undefined : this.values[position];
  }

  copy(count = this.keys.length): Context {
    const copy: Record<string, unknown> = {};
    for (let index = 0; index < count; index++) setField(copy, this.keys[index] as string, this.values[index]);
    return copy;
  }

  /** What there is now, read-only. */
  view(): Context {
    const count = this.keys.length;
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
      ownKeys: () => this.keys.slice(0, count),
      getOwnPropertyDescriptor: (_target, key) => {
        const position = at(key);
        return position === undefined
          ? undefined
          : { value: this.values[position], enumerable: true, configurable: true, writable: true };
      },
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
      preventExtensions: () => false,
      setPrototypeOf: () => false,
    });
  }
}
