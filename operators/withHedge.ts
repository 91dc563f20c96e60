import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { clockOf } from './clockOf.js';
import { type NamesOf, optionsOf, zeroOrMoreMs, wholeNumber } from './gates/argument.js';
import type { Clock } from './gates/Clock.js';
import { HeadTimer } from './gates/HeadTimer.js';
import { isolated } from './gates/isolated.js';
import { MonotonicTime } from './gates/MonotonicTime.js';
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

const names: NamesOf<HedgeOptions> = { delayMs: true, maxAttempts: true, scheduler: true };

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
 * first one's error is forwarded. Unsubscribing tears all of them down, the latest first, so that none is let in
 * anywhere by another's leaving. State: none beyond the subscription.
 *
 * @throws TypeError, RangeError at once for an option that is unknown or out of its range.
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
        race.stop();
      });
      race.begin();
    });
}

class Race<T> {
  /** The attempts that run, in the order in which they were begun. */
  private readonly runners = new Set<Upstream<T>>();
  /** How many have been begun. */
  private begun = 0;
  /** How many more are to be begun at once. */
  private due = 0;
  /** The first one's error; undefined while it has not failed. */
  private failure: { readonly error: unknown } | undefined;
  /** The one that has answered; undefined while none has. */
  private winner: Upstream<T> | undefined;
  /** True while attempts are being begun: one that fails inside asks for the next, and does not nest. */
  private beginning = false;
  private readonly time = new MonotonicTime();
  /** Waits for the next attempt. */
  private readonly timer = new HeadTimer(this.time, () => {
    this.begin();
  });

  constructor(
    private readonly source$: Observable<T>,
    private readonly subscriber: Subscriber<T>,
    private readonly settings: Settings,
  ) {}

  /** Begins the next attempt, and then those that are to begin at once beside it. */
  begin(): void {
    this.due++;
    if (this.beginning) return;
    this.beginning = true;
    while (this.due > 0 && this.mayBegin) {
      this.due--;
      this.timer.clear();
      this.beginOne();
      if (this.due === 0 && this.mayBegin) this.waitForNext();
    }
    this.beginning = false;
  }

  stop(): void {
    this.timer.clear();
    for (const runner of [...this.runners].reverse()) this.tearDown(runner);
  }

  private get mayBegin(): boolean {
    return !this.winner && !this.subscriber.closed && this.begun < this.settings.maxAttempts;
  }

  private beginOne(): void {
    const attempt = ++this.begun;
    const runner = upstreamOf<T>(this.subscriber, {
      next: (value) => {
        if (this.goesOn(runner)) this.subscriber.next(value);
      },
      error: (error) => {
        this.failed(runner, attempt, error);
      },
      complete: () => {
        if (this.goesOn(runner)) this.subscriber.complete();
      },
    });
    this.runners.add(runner);
    isolated(this.settings.clock, () => {
      runner.start(this.source$);
    });
  }

  private waitForNext(): void {
    const { clock, delayMs } = this.settings;
    let wait: number;
    try {
      wait = zeroOrMoreMs('delayMs', delayMs(this.begun + 1));
    } catch (thrown) {
      this.subscriber.error(thrown);
      return;
    }
    // The function may have made the subscriber leave, or an attempt answer.
    if (!this.mayBegin) return;
    if (wait === 0) this.due++;
    else this.timer.arm(clock, this.time.at(clock.now()) + wait);
  }

  /** Whether this is the one that goes on: the first to answer, once the others are torn down. */
  private goesOn(runner: Upstream<T>): boolean {
    if (!this.winner) {
      this.winner = runner;
      this.runners.delete(runner);
      this.stop();
    }
    return this.winner === runner;
  }

  private failed(runner: Upstream<T>, attempt: number, error: unknown): void {
    if (this.winner) {
      if (this.winner === runner) this.subscriber.error(error);
      return;
    }
    this.runners.delete(runner);
    if (attempt === 1) this.failure = { error };
    this.tearDown(runner);
    if (this.mayBegin) this.begin();
    else if (this.runners.size === 0) this.subscriber.error(this.failure?.error);
  }

  /** What a source throws as it is torn down reaches the host, and is no matter of the others. */
  private tearDown(runner: Upstream<T>): void {
    isolated(this.settings.clock, () => {
      runner.stop();
    });
  }
}

interface Settings {
  readonly clock: Clock;
  readonly delayMs: (attempt: number) => number;
  readonly maxAttempts: number;
}

function settingsOf(options: HedgeOptions): Settings {
  const { delayMs, maxAttempts = 2, scheduler } = optionsOf('hedge', options, names);
  if (typeof delayMs !== 'function') zeroOrMoreMs('delayMs', delayMs);
  return {
    clock: clockOf(scheduler),
    delayMs: typeof delayMs === 'function' ? delayMs : () => delayMs,
    maxAttempts: wholeNumber('maxAttempts', maxAttempts, 2),
  };
}
