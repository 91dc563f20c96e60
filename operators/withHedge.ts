import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { clockOf } from './clockOf.js';
import { positiveMs, wholeNumber } from './gates/argument.js';
import type { Clock } from './gates/Clock.js';
import { type Upstream, upstreamOf } from './upstream.js';

/** How a source is hedged. */
export interface HedgeOptions {
  /**
   * How long, in ms, at least 0, the attempts so far may stay without a value before another is begun beside them.
   * A function is asked before each: `attempt` is the one to be begun, from 2 on. 0: at once. `Infinity`: only when one
   * has failed.
   */
  readonly delayMs: number | ((attempt: number) => number);
  /** How many attempts there may be in total, at least 2. Default: 2. */
  readonly maxAttempts?: number;
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Subscribes to a source that is slow to answer once more, beside the first, and goes on with whichever answers first:
 * cuts the slowest few answers for the price of a few more calls. Only for work that may be done twice.
 *
 * ```marbles
 * delayMs: 3
 * source  -------(a|)
 * source  --(b|)
 * subs    ^----!
 * subs    ---^-!
 * output  -----(b|)
 * ```
 * ```marbles
 * delayMs: 5
 * source  --#
 * source  --(b|)
 * subs    ^-!
 * subs    --^-!
 * output  ----(b|)
 * ```
 *
 * The first value decides: the others are torn down before it is forwarded, and the rest is the winner's. A source that
 * completes without a value has answered too. A failure begins the next attempt at once; when all have failed, the
 * first one's error is forwarded. Unsubscribing tears all of them down. State: none beyond the subscription.
 *
 * @throws TypeError, RangeError at once for an option that is out of its range.
 *
 * @example
 * ```ts
 * lookUp(key).pipe(withHedge({ delayMs: 80 })); // 80 ms: the 95th percentile
 * ```
 */
export function withHedge<T>(options: HedgeOptions): MonoTypeOperatorFunction<T> {
  const settings = settingsOf(options);
  return (source) =>
    new Observable<T>((subscriber) => {
      const race = new Race(source, subscriber, settings);
      subscriber.add(() => {
        race.stopWaiting();
      });
      race.begin();
    });
}

class Race<T> {
  /** The attempts that run. */
  private readonly runners = new Set<Upstream<T>>();
  /** How many have been begun. */
  private begun = 0;
  /** The first one's error; undefined while it has not failed. */
  private failure: { readonly error: unknown } | undefined;
  /** True once one of them has answered. */
  private decided = false;
  /** Cancels the wait for the next attempt; undefined while there is none. */
  private cancelWait: (() => void) | undefined;
  /** True while attempts are being begun: one that fails inside asks for the next, and does not nest. */
  private beginning = false;
  /** An attempt that failed inside has asked for the next. */
  private again = false;

  constructor(
    private readonly source$: Observable<T>,
    private readonly subscriber: Subscriber<T>,
    private readonly settings: Settings,
  ) {}

  /** Begins the next attempt, and then those that are to begin at once beside it. */
  begin(): void {
    this.again = true;
    if (this.beginning) return;
    this.beginning = true;
    while (this.again && this.mayBegin) {
      this.again = false;
      this.stopWaiting();
      this.beginOne();
      if (!this.again && this.mayBegin) this.waitForNext();
    }
    this.beginning = false;
  }

  stopWaiting(): void {
    this.cancelWait?.();
    this.cancelWait = undefined;
  }

  private get mayBegin(): boolean {
    return !this.decided && !this.subscriber.closed && this.begun < this.settings.maxAttempts;
  }

  private beginOne(): void {
    const attempt = ++this.begun;
    const runner = upstreamOf<T>(this.subscriber, {
      next: (value) => {
        this.decide(runner);
        this.subscriber.next(value);
      },
      error: (error) => {
        this.failed(runner, attempt, error);
      },
      complete: () => {
        this.decide(runner);
        this.subscriber.complete();
      },
    });
    this.runners.add(runner);
    runner.start(this.source$);
  }

  private waitForNext(): void {
    const { clock, delayMs } = this.settings;
    let wait: number;
    try {
      wait = delayOf(delayMs(this.begun + 1));
    } catch (thrown) {
      this.decided = true;
      this.subscriber.error(thrown);
      return;
    }
    if (wait === 0) {
      this.again = true;
    } else if (wait < Infinity) {
      this.cancelWait = clock.setTimer(() => {
        this.begin();
      }, wait);
    }
  }

  /** The first to answer goes on alone. */
  private decide(winner: Upstream<T>): void {
    if (this.decided) return;
    this.decided = true;
    this.stopWaiting();
    for (const runner of this.runners) if (runner !== winner) runner.stop();
  }

  private failed(runner: Upstream<T>, attempt: number, error: unknown): void {
    if (this.decided) {
      this.subscriber.error(error);
      return;
    }
    this.runners.delete(runner);
    if (attempt === 1) this.failure = { error };
    runner.stop();
    if (this.mayBegin) this.begin();
    else if (this.runners.size === 0) this.subscriber.error(this.failure?.error);
  }
}

interface Settings {
  readonly clock: Clock;
  readonly delayMs: (attempt: number) => number;
  readonly maxAttempts: number;
}

function settingsOf({ delayMs, maxAttempts = 2, scheduler }: HedgeOptions): Settings {
  if (typeof delayMs !== 'function') delayOf(delayMs);
  return {
    clock: clockOf(scheduler),
    delayMs: typeof delayMs === 'function' ? delayMs : () => delayMs,
    maxAttempts: wholeNumber('maxAttempts', maxAttempts, 2),
  };
}

/** `Infinity`: the next attempt is begun by a failure only. */
function delayOf(delayMs: number): number {
  return delayMs === 0 ? 0 : positiveMs('delayMs', delayMs);
}
