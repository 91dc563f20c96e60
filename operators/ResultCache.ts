import { type Observable, ReplaySubject, type Subscriber } from 'rxjs';
import { deepFreeze } from './freeze.js';
import { type CacheOptions, CacheStore } from './gates/CacheStore.js';
import type { Clock } from './gates/Clock.js';
import { subscriberOf } from './upstream.js';

/** A source that runs for a key, for all who ask meanwhile. */
interface Flight {
  /** What has come, then what comes. */
  readonly values$: ReplaySubject<unknown>;
  readonly upstream: Subscriber<unknown>;
  /** How many listen. */
  listeners: number;
}

/**
 * Complete results by key, and the shared state of `withCache`: while a source runs for a key, others who ask for it
 * join it, and the last to leave tears it down. Errors, and results that were cut short, are never kept. Plain data is
 * frozen before anybody gets it, so that nobody can change it for the others.
 */
export class ResultCache {
  private readonly store: CacheStore<readonly unknown[]>;
  private readonly flights = new Map<string, Flight>();

  /** @throws TypeError, RangeError for an option that is out of its range. */
  constructor(options: CacheOptions = {}) {
    this.store = new CacheStore(options);
  }

  /** How many results are kept. */
  get size(): number {
    return this.store.size;
  }

  /** How many sources are running. */
  get running(): number {
    return this.flights.size;
  }

  /** Forgets the result of a key. A source that runs for it goes on for those who listen, and is not kept. */
  invalidate(key: string): void {
    this.store.delete(key);
    this.flights.delete(key);
  }

  /** Forgets everything, as `invalidate` does. */
  clear(): void {
    this.store.clear();
    this.flights.clear();
  }

  /** Gives what is known under the key, or joins the source that runs for it, or begins `source`. */
  listen(clock: Clock, key: string, source: Observable<unknown>, subscriber: Subscriber<unknown>): void {
    const known = this.store.get(clock, key);
    if (known) {
      if (!known.fresh && !this.flights.has(key)) this.begin(clock, key, source);
      for (const value of known.value) subscriber.next(value);
      subscriber.complete();
      return;
    }
    const running = this.flights.get(key);
    if (running) this.join(key, running, subscriber);
    else this.begin(clock, key, source, subscriber);
  }

  /** Without a subscriber the source runs to renew a stale result, for nobody in particular. */
  private begin(clock: Clock, key: string, source: Observable<unknown>, subscriber?: Subscriber<unknown>): void {
    const values: unknown[] = [];
    const values$ = new ReplaySubject<unknown>(Infinity);
    const isCurrent = (): boolean => this.flights.get(key) === flight;
    const leave = (): void => {
      if (isCurrent()) this.flights.delete(key);
    };
    const upstream = subscriberOf<unknown>({
      next: (value) => {
        values.push(deepFreeze(value));
        values$.next(value);
      },
      error: (error: unknown) => {
        leave();
        // eslint-disable-next-line rxjs-x/throw-error -- what the source threw is handed on as it is
        values$.error(error);
      },
      complete: () => {
        if (isCurrent()) this.store.set(clock, key, values);
        leave();
        values$.complete();
      },
    });
    const flight: Flight = { values$, upstream, listeners: subscriber ? 0 : 1 };
    this.flights.set(key, flight);
    if (subscriber) this.join(key, flight, subscriber);
    if (!upstream.closed) source.subscribe(upstream);
  }

  private join(key: string, flight: Flight, subscriber: Subscriber<unknown>): void {
    flight.listeners++;
    subscriber.add(() => {
      if (--flight.listeners > 0) return;
      if (this.flights.get(key) === flight) this.flights.delete(key);
      flight.upstream.unsubscribe();
    });
    flight.values$.subscribe(subscriber);
  }
}
