import type { ToolEvent } from '../event.js';
import { Histogram, type Quantiles } from './Histogram.js';

/** A number that changed over time. */
export interface Course {
  /** Over the time, so that long states count more than short ones. */
  readonly mean: number;
  readonly max: number;
  /** The most in each part of the duration. */
  readonly maxOfParts: readonly number[];
}

/** What happened to a tool. */
export interface ToolTraffic {
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly rejected: number;
  readonly cancelled: number;
  /** Why calls were refused, by the `_tag` of the error: `RateLimitExceeded`, `ToolBusy`, `CircuitOpen` … */
  readonly rejectedBy: Readonly<Record<string, number>>;
  /** How often `run` was called. */
  readonly attempts: number;
  readonly retries: number;
  /** From the call to its end, of those that succeeded. */
  readonly latencyMs: Quantiles;
  /** From the call to its end, of all that were not refused and did not leave. */
  readonly durationMs: Quantiles;
  /** How long attempts waited for a slot and a rate permit before they started. */
  readonly waitingMs: Quantiles;
  /** Calls that ran. */
  readonly running: Course;
  /** Calls that waited for a slot or a rate permit. */
  readonly queued: Course;
}

/** Counts what happens to a tool, in memory that does not grow with it. */
export class ToolTally {
  private readonly ends = { succeeded: 0, failed: 0, timedOut: 0, rejected: 0, cancelled: 0 };
  private readonly rejectedBy: Record<string, number> = {};
  private attempts = 0;
  private retries = 0;
  private readonly latency = new Histogram();
  private readonly duration = new Histogram();
  private readonly waiting = new Histogram();
  private readonly running: Level;
  private readonly queued: Level;

  constructor(durationMs: number, parts: number) {
    this.running = new Level(durationMs, parts);
    this.queued = new Level(durationMs, parts);
  }

  add(event: ToolEvent): void {
    switch (event.type) {
      case 'call.started':
        this.attempts++;
        this.waiting.add(event.waitedMs);
        break;
      case 'call.retryScheduled':
        this.retries++;
        break;
      case 'call.succeeded':
        this.ends.succeeded++;
        this.latency.add(event.durationMs);
        this.duration.add(event.durationMs);
        break;
      case 'call.failed':
        this.ends.failed++;
        this.duration.add(event.durationMs);
        break;
      case 'call.timedOut':
        this.ends.timedOut++;
        this.duration.add(event.durationMs);
        break;
      case 'call.rejected':
        this.ends.rejected++;
        this.rejectedBy[event.error._tag] = (this.rejectedBy[event.error._tag] ?? 0) + 1;
        break;
      case 'call.cancelled':
        this.ends.cancelled++;
        break;
      default:
        break;
    }
    if (!('load' in event) || event.load === undefined) return;
    this.running.set(event.load.running, event.at);
    this.queued.set(event.load.queued, event.at);
  }

  summary(endedAtMs: number): ToolTraffic {
    const { succeeded, failed, timedOut, rejected, cancelled } = this.ends;
    return {
      calls: succeeded + failed + timedOut + rejected + cancelled,
      ...this.ends,
      rejectedBy: { ...this.rejectedBy },
      attempts: this.attempts,
      retries: this.retries,
      latencyMs: this.latency.summary(),
      durationMs: this.duration.summary(),
      waitingMs: this.waiting.summary(),
      running: this.running.course(endedAtMs),
      queued: this.queued.course(endedAtMs),
    };
  }
}

/** A number over time. */
class Level {
  private value = 0;
  private since = 0;
  /** The sum of each value times how long it was so. */
  private area = 0;
  private max = 0;
  private readonly maxOfParts: number[];

  constructor(
    private readonly durationMs: number,
    parts: number,
  ) {
    this.maxOfParts = Array<number>(parts).fill(0);
  }

  set(value: number, at: number): void {
    this.area += this.value * (at - this.since);
    // What it was counts in each part that it lasted into.
    this.note(this.value, this.since, at);
    this.value = value;
    this.since = at;
    this.max = Math.max(this.max, value);
    this.note(value, at, at);
  }

  course(endedAtMs: number): Course {
    this.set(this.value, endedAtMs);
    return { mean: endedAtMs > 0 ? this.area / endedAtMs : 0, max: this.max, maxOfParts: [...this.maxOfParts] };
  }

  private note(value: number, from: number, to: number): void {
    const { maxOfParts, durationMs } = this;
    const last = maxOfParts.length - 1;
    const partOf = (ms: number): number => Math.min(last, Math.floor((ms / durationMs) * maxOfParts.length));
    if (from >= durationMs) return;
    for (let part = partOf(from); part <= partOf(to); part++) {
      if (value > (maxOfParts[part] ?? 0)) maxOfParts[part] = value;
    }
  }
}
