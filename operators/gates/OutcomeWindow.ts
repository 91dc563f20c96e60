import { positiveMs, wholeNumber } from './argument.js';

/** What a circuit breaker wants to know of an attempt that has ended. */
export interface Outcome {
  readonly failed: boolean;
  readonly slow: boolean;
}

/** How many attempts ended in which way. */
export interface Tally {
  readonly calls: number;
  readonly failed: number;
  readonly slow: number;
}

/** The outcomes that a circuit breaker judges by. Times are milliseconds that never run backwards. */
export interface OutcomeWindow {
  add(now: number, outcome: Outcome): void;
  tally(now: number): Tally;
}

/** The last `size` outcomes, however old. */
export class CountWindow implements OutcomeWindow {
  private readonly ring: Outcome[] = [];
  private next = 0;
  private failed = 0;
  private slow = 0;

  constructor(private readonly size: number) {
    wholeNumber('size', size, 1);
  }

  add(_now: number, outcome: Outcome): void {
    const oldest = this.ring[this.next];
    if (oldest) this.count(oldest, -1);
    this.ring[this.next] = outcome;
    this.next = (this.next + 1) % this.size;
    this.count(outcome, 1);
  }

  tally(): Tally {
    return { calls: this.ring.length, failed: this.failed, slow: this.slow };
  }

  private count({ failed, slow }: Outcome, by: number): void {
    if (failed) this.failed += by;
    if (slow) this.slow += by;
  }
}

/** A part of a time window. */
interface Bucket {
  /** Which of the parts of all time it is. */
  readonly index: number;
  calls: number;
  failed: number;
  slow: number;
}

/** A time window is counted in so many parts: an outcome leaves it within a tenth of its length of its time. */
const parts = 10;

/** The outcomes of the last `ms`, also when nothing has been called since: time itself makes them leave. */
export class TimeWindow implements OutcomeWindow {
  private readonly ms: number;
  private buckets: Bucket[] = [];

  constructor(ms: number) {
    this.ms = positiveMs('ms', ms);
  }

  add(now: number, { failed, slow }: Outcome): void {
    const index = this.expire(now);
    let bucket = this.buckets[this.buckets.length - 1];
    if (bucket?.index !== index) {
      bucket = { index, calls: 0, failed: 0, slow: 0 };
      this.buckets.push(bucket);
    }
    bucket.calls++;
    if (failed) bucket.failed++;
    if (slow) bucket.slow++;
  }

  tally(now: number): Tally {
    this.expire(now);
    const total = { calls: 0, failed: 0, slow: 0 };
    for (const { calls, failed, slow } of this.buckets) {
      total.calls += calls;
      total.failed += failed;
      total.slow += slow;
    }
    return total;
  }

  /** Drops the parts that are over; the index of the part that `now` is in. */
  private expire(now: number): number {
    // In this order whole numbers stay exact: a tenth of the length may have no exact value.
    const index = Math.floor((now * parts) / this.ms);
    this.buckets = this.buckets.filter((bucket) => bucket.index > index - parts);
    return index;
  }
}
