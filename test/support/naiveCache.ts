import type { CacheOptions } from '../../operators/gates/CacheStore.js';

/** What a source does, each thing so many ms after it was subscribed to. */
export type Script = readonly { readonly at: number; readonly does: 'value' | 'complete' | 'error' }[];

/** Somebody who asks for a key. */
export interface Asker {
  readonly name: string;
  readonly key: string;
  readonly script: Script;
  /** Asks once more when it is told of the end. */
  readonly again: boolean;
}

interface Running {
  readonly key: string;
  /** The how-manieth source it is, from 1 on. */
  readonly number: number;
  readonly startedAt: number;
  readonly script: Script;
  readonly values: string[];
  listeners: Asker[];
  joinable: boolean;
  over: boolean;
}

/** A cache that keeps everything in lists, and looks through them every millisecond. */
export class NaiveCache {
  /** What each asker was told, and when. */
  readonly log: string[] = [];
  private now = 0;
  /** The least recently used first. */
  private kept: { readonly key: string; readonly values: readonly string[]; readonly storedAt: number }[] = [];
  private readonly begun: Running[] = [];

  constructor(private readonly options: Required<CacheOptions>) {}

  get size(): number {
    return this.kept.length;
  }

  get running(): number {
    return this.begun.filter(({ over }) => !over).length;
  }

  get starts(): number {
    return this.begun.length;
  }

  ask(asker: Asker): void {
    const { key, script } = asker;
    const entry = this.kept.find((one) => one.key === key);
    const joinable = this.begun.find((one) => one.key === key && one.joinable && !one.over);
    const { ttlMs, staleWhileRevalidateMs } = this.options;
    if (entry) this.kept = this.kept.filter((one) => one !== entry);
    if (entry && this.now - entry.storedAt < ttlMs + staleWhileRevalidateMs) {
      this.kept.push(entry);
      if (this.now - entry.storedAt >= ttlMs && !joinable) this.begin(key, script, []);
      for (const value of entry.values) this.tell(asker, value);
      this.end(asker, 'complete');
    } else if (joinable) {
      joinable.listeners.push(asker);
      for (const value of joinable.values) this.tell(asker, value);
    } else {
      this.begin(key, script, [asker]);
    }
  }

  leave(name: string): void {
    for (const running of this.begun) {
      if (!running.listeners.some((one) => one.name === name)) continue;
      running.listeners = running.listeners.filter((one) => one.name !== name);
      if (running.listeners.length === 0) running.over = true;
    }
  }

  forget(key?: string): void {
    this.kept = this.kept.filter((one) => key !== undefined && one.key !== key);
    for (const running of this.begun) {
      if (key !== undefined && running.key !== key) continue;
      running.joinable = false;
      if (running.listeners.length === 0) running.over = true;
    }
  }

  wait(ms: number): void {
    for (let count = 0; count < ms; count++) {
      this.now++;
      for (const running of [...this.begun]) this.play(running);
    }
  }

  private begin(key: string, script: Script, listeners: Asker[]): void {
    const number = this.begun.length + 1;
    const startedAt = this.now;
    const running = { key, number, startedAt, script, values: [], listeners, joinable: true, over: false };
    this.begun.push(running);
    this.play(running);
  }

  /** Does what is in the script for this millisecond. */
  private play(running: Running): void {
    for (const { at, does } of running.script) {
      if (running.over || running.startedAt + at !== this.now) continue;
      if (does === 'value') {
        const value = `${String(running.number)}.${String(running.values.length)}`;
        running.values.push(value);
        for (const listener of running.listeners) this.tell(listener, value);
        continue;
      }
      const { listeners, joinable, key, values } = running;
      running.over = true;
      running.listeners = [];
      if (does === 'complete' && joinable) this.keep(key, values);
      for (const listener of listeners) this.end(listener, does);
    }
  }

  private keep(key: string, values: readonly string[]): void {
    this.kept = [...this.kept.filter((one) => one.key !== key), { key, values, storedAt: this.now }];
    if (this.kept.length > this.options.maxSize) this.kept = this.kept.slice(1);
  }

  private tell({ name }: Asker, what: string): void {
    this.log.push(`${name} at ${String(this.now)}: ${what}`);
  }

  private end(asker: Asker, does: 'complete' | 'error'): void {
    this.tell(asker, does);
    if (asker.again) this.ask({ ...asker, name: `${asker.name} again`, again: false });
  }
}
