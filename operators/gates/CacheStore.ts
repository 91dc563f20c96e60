import { MonotonicTime } from './MonotonicTime.js';
import type { Clock } from './Clock.js';
import { type NamesOf, optionsOf, positiveMs, zeroOrMoreMs, wholeNumber } from './argument.js';

/** What a cache is made of. */
export interface CacheOptions {
  /** How long a result is good, in ms, above 0. Default: `Infinity`. */
  readonly ttlMs?: number;
  /** How long after that it may still be used while a new one is fetched, in ms, at least 0. Default: 0. */
  readonly staleWhileRevalidateMs?: number;
  /** How many results are kept, at least 1; the least recently used goes first. Default: 1,000. */
  readonly maxSize?: number;
}

const names: NamesOf<CacheOptions> = { ttlMs: true, staleWhileRevalidateMs: true, maxSize: true };

/** What a cache has under a key. */
export interface Cached<V> {
  readonly value: V;
  /** False once its time is over: good only until a new one is there. */
  readonly fresh: boolean;
}

/** Results by key, with a time to live and a bound: the least recently used goes first. No timer: old ones are dropped when they are met. */
export class CacheStore<V> {
  private readonly time = new MonotonicTime();
  private readonly entries = new Map<string, { readonly value: V; readonly storedAt: number }>();
  private readonly ttlMs: number;
  private readonly staleMs: number;
  private readonly maxSize: number;

  /** @throws TypeError, RangeError for an option that is unknown or out of its range. */
  constructor(options: CacheOptions = {}) {
    const { ttlMs = Infinity, staleWhileRevalidateMs = 0, maxSize = 1_000 } = optionsOf('cache', options, names);
    this.ttlMs = positiveMs('ttlMs', ttlMs);
    this.staleMs = zeroOrMoreMs('staleWhileRevalidateMs', staleWhileRevalidateMs);
    this.maxSize = wholeNumber('maxSize', maxSize, 1);
  }

  /** How many results are kept, those whose time is over included until they are met. */
  get size(): number {
    return this.entries.size;
  }

  get(clock: Clock, key: string): Cached<V> | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    const age = this.time.at(clock.now()) - entry.storedAt;
    this.entries.delete(key);
    if (age >= this.ttlMs + this.staleMs) return undefined;
    this.entries.set(key, entry);
    return { value: entry.value, fresh: age < this.ttlMs };
  }

  set(clock: Clock, key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, { value, storedAt: this.time.at(clock.now()) });
    if (this.entries.size > this.maxSize) this.entries.delete(this.entries.keys().next().value as string);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }
}
