import type { Observable, Subscriber } from 'rxjs';
import { Flight } from './Flight.js';
import { type CacheOptions, CacheStore } from './gates/CacheStore.js';
import type { Clock } from './gates/Clock.js';
import { stableKey } from './stableKey.js';

/**
 * Complete results by key, and the shared state of `withCache`: while a source runs for a key, others who ask for it
 * join it, and the last to leave tears it down. Errors, and results that were cut short, are never kept. Plain
 * objects and arrays are frozen, all the way down, before anybody gets them, so that nobody can change them for the others.
 * Anything else is shared as it is: whoever changes a `Date`, a `Map` or an instance of a class changes it for all.
 *
 * A key is a text or other plain data. Equal data is the same key, whatever the order of its fields; different data
 * never is: `'1'` is another key than `1`.
 */
export class ResultCache {
  private readonly store: CacheStore<readonly unknown[]>;
  /** The sources that can be joined. */
  private readonly flights = new Map<string, Flight>();
  /** All that run: also those whose key has been invalidated. */
  private readonly runners = new Set<Flight>();

  /** @throws TypeError, RangeError for an option that is unknown or out of its range. */
  constructor(options: CacheOptions = {}) {
    this.store = new CacheStore(options);
  }

  /** How many results are kept. */
  get size(): number {
    return this.store.size;
  }

  /** How many sources are running. */
  get running(): number {
    return this.runners.size;
  }

  /**
   * Forgets the result of a key. A source that runs for it goes on for those who listen, and is not kept.
   *
   * @throws TypeError for a key that is no plain data.
   */
  invalidate(key: unknown): void {
    const text = stableKey(key);
    this.store.delete(text);
    const flight = this.flights.get(text);
    this.flights.delete(text);
    flight?.forsake();
  }

  /** Forgets everything, as `invalidate` does. */
  clear(): void {
    this.store.clear();
    const flights = [...this.flights.values()];
    this.flights.clear();
    for (const flight of flights) flight.forsake();
  }

  /**
   * Gives what is known under the key, or joins the source that runs for it, or begins `source`.
   *
   * @throws TypeError for a key that is no plain data.
   */
  listen(clock: Clock, key: unknown, source: Observable<unknown>, subscriber: Subscriber<unknown>): void {
    const text = stableKey(key);
    const known = this.store.get(clock, text);
    if (known) {
      // For nobody in particular: it runs until it ends, or until all have left who have joined it by then.
      if (!known.fresh && !this.flights.has(text)) this.begin(clock, text).start(source);
      for (const value of known.value) subscriber.next(value);
      subscriber.complete();
      return;
    }
    const running = this.flights.get(text);
    const flight = running ?? this.begin(clock, text);
    flight.join(subscriber);
    if (!running) flight.start(source);
  }

  private begin(clock: Clock, text: string): Flight {
    const flight = new Flight(clock, (complete) => {
      this.runners.delete(flight);
      if (this.flights.get(text) !== flight) return;
      this.flights.delete(text);
      if (complete) this.store.set(clock, text, flight.values);
    });
    this.flights.set(text, flight);
    this.runners.add(flight);
    return flight;
  }
}
