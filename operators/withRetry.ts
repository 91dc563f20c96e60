import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { type Backoff, exponential } from './backoff.js';
import { clockOf } from './clockOf.js';
import { callable, type NamesOf, optionsOf, zeroOrMoreMs, wholeNumber } from './gates/argument.js';
import type { Clock } from './gates/Clock.js';
import { HeadTimer } from './gates/HeadTimer.js';
import { isolated } from './gates/isolated.js';
import { MonotonicTime } from './gates/MonotonicTime.js';
import { isRejection, retryAfterMsOf } from './rejection.js';
import { type Upstream, upstreamOf } from './upstream.js';

/** A retry that will be made. */
export interface RetryScheduled {
  /** The attempt that failed, counted from 1. */
  readonly attempt: number;
  /** What it failed with. */
  readonly error: unknown;
  /** How long until the next attempt, in ms. */
  readonly delayMs: number;
}

/** How a source is retried. */
export interface RetryOptions {
  /** How many attempts there may be in total, the first included; at least 1. Default: 3. */
  readonly maxAttempts?: number;
  /** How long to wait before each retry; `Infinity`: none. Default: `exponential({ baseMs: 100 })`, at most 30 s. */
  readonly backoff?: Backoff;
  /**
   * Which failures are retried; `attempt` counts from 1. Default: all but the refusals of our own limits. An error that
   * has such a refusal as its `cause` is a failure like any other: the work was begun, and met the limit of something that
   * it uses. Given, it decides alone.
   */
  readonly retryIf?: (error: unknown, attempt: number) => boolean;
  /** No retry that would begin later than this after the subscription, in ms. Default: `Infinity`. */
  readonly maxElapsedMs?: number;
  /** Retry also after a value was emitted, so that values may come twice. Default: false. */
  readonly afterValue?: boolean;
  /** Where the backoff takes its random numbers from. Default: `Math.random`. */
  readonly random?: () => number;
  /** Called when a retry has been decided on, before the wait. What it throws becomes the error. */
  readonly onRetry?: (retry: RetryScheduled) => void;
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const names: NamesOf<RetryOptions> = {
  maxAttempts: true,
  backoff: true,
  retryIf: true,
  maxElapsedMs: true,
  afterValue: true,
  random: true,
  onRetry: true,
  scheduler: true,
};

/**
 * Subscribes to the source again when it fails, up to `maxAttempts` times in all, each time after a wait.
 *
 * ```marbles
 * maxAttempts: 3, backoff: constant 2
 * source  -#
 * source  ---#
 * source  -(a|)
 * subs    ^!
 * subs    ---^--!
 * subs    --------^!
 * output  ---------(a|)
 * ```
 *
 * An error's own `retryAfterMs` (a `RateLimitRejected`, an HTTP 429 of yours) wins over the backoff. Not retried: after
 * a value was emitted (but see `afterValue`), a refusal of our own limits, and what `retryIf` says; then, and after the
 * last attempt, the source's own error is forwarded. A failed attempt is torn down: the wait holds nothing.
 *
 * Unsubscribing during a wait ends it at once, and nothing is subscribed to again. Attempts that fail at once do not
 * nest, and let the host breathe now and then. State: none beyond the subscription.
 *
 * @throws TypeError, RangeError at once for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * http.get(url).pipe(withRetry({ maxAttempts: 5, backoff: exponential({ baseMs: 200, maxMs: 5_000 }) }));
 * ```
 */
export function withRetry<T>(options: RetryOptions = {}): MonoTypeOperatorFunction<T> {
  const settings = retrySettings(options);
  return retryWith(settings, settings.onRetry);
}

/** The same with options that have been checked, for whoever retries many sources in one way. */
export function retryWith<T>(settings: RetrySettings, onRetry: RetryOptions['onRetry']): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const retrying = new Retrying(source, subscriber, settings, onRetry);
      subscriber.add(() => {
        retrying.stop();
      });
      retrying.begin();
    });
}

/** After so many retries without a wait, one waits for the host's next turn: timers and I/O are not starved. */
const retriesPerTurn = 256;

class Retrying<T> {
  private readonly time = new MonotonicTime();
  private readonly startedAt: number;
  /** The attempt that runs, or that ran last; counted from 1. */
  private attempt = 0;
  /** Whether any attempt has emitted a value. */
  private emitted = false;
  /** The wait before the latest retry. */
  private previousMs = 0;
  /** Waits for the next attempt. */
  private readonly timer = new HeadTimer(this.time, () => {
    this.begin();
  });
  /** True while attempts are being begun: one that fails inside asks for the next, and does not nest. */
  private beginning = false;
  /** An attempt that failed inside has asked for the next. */
  private again = false;

  constructor(
    private readonly source$: Observable<T>,
    private readonly subscriber: Subscriber<T>,
    private readonly settings: RetrySettings,
    private readonly onRetry: RetryOptions['onRetry'],
  ) {
    this.startedAt = this.now;
  }

  begin(): void {
    this.again = true;
    if (this.beginning) return;
    this.beginning = true;
    while (this.again) {
      this.again = false;
      this.attemptOnce();
    }
    this.beginning = false;
  }

  stop(): void {
    this.timer.clear();
  }

  private get now(): number {
    return this.time.at(this.settings.clock.now());
  }

  private attemptOnce(): void {
    this.attempt++;
    const upstream: Upstream<T> = upstreamOf<T>(this.subscriber, {
      next: (value) => {
        this.emitted = true;
        this.subscriber.next(value);
      },
      error: (error) => {
        this.failed(error, upstream);
      },
      complete: () => {
        this.subscriber.complete();
      },
    });
    isolated(this.settings.clock, () => {
      upstream.start(this.source$);
    });
  }

  private failed(error: unknown, upstream: Upstream<T>): void {
    let delayMs: number | undefined;
    try {
      delayMs = this.delayAfter(error);
      if (delayMs !== undefined && !this.subscriber.closed) {
        this.onRetry?.({ attempt: this.attempt, error, delayMs });
      }
    } catch (thrown) {
      this.subscriber.error(thrown);
      return;
    }
    if (delayMs === undefined) {
      this.subscriber.error(error);
      return;
    }
    // What the source throws as it is torn down reaches the host, and does not keep it from being retried.
    isolated(this.settings.clock, () => {
      upstream.stop();
    });
    // The functions that were asked, and the teardown, may have made the subscriber leave.
    if (this.subscriber.closed) return;
    if (delayMs === 0 && this.attempt % retriesPerTurn !== 0) this.begin();
    else this.timer.arm(this.settings.clock, this.now + delayMs);
  }

  /** How long to wait before the next attempt; undefined where there is to be none. */
  private delayAfter(error: unknown): number | undefined {
    const { maxAttempts, afterValue, retryIf, backoff, random, maxElapsedMs } = this.settings;
    const { attempt, previousMs } = this;
    if (attempt >= maxAttempts || (this.emitted && !afterValue) || !retryIf(error, attempt)) return undefined;
    const delayMs = retryAfterMsOf(error) ?? backoff({ retry: attempt, previousMs, random });
    if (!(delayMs >= 0)) throw new RangeError(`backoff: expected at least 0 ms, got ${String(delayMs)}`);
    if (delayMs === Infinity || this.now - this.startedAt + delayMs > maxElapsedMs) return undefined;
    this.previousMs = delayMs;
    return delayMs;
  }
}

/** Options that have been checked, with their defaults. */
export interface RetrySettings {
  readonly clock: Clock;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly retryIf: (error: unknown, attempt: number) => boolean;
  readonly maxElapsedMs: number;
  readonly afterValue: boolean;
  readonly random: () => number;
  readonly onRetry: ((retry: RetryScheduled) => void) | undefined;
}

/** @throws TypeError, RangeError for an option that is unknown or out of its range. */
export function retrySettings(options: RetryOptions): RetrySettings {
  const { maxElapsedMs = Infinity, onRetry } = optionsOf('retry', options, names);
  return {
    clock: clockOf(options.scheduler),
    maxAttempts: wholeNumber('maxAttempts', options.maxAttempts ?? 3, 1, true),
    backoff: callable('backoff', options.backoff ?? exponential({ baseMs: 100 })),
    retryIf: callable('retryIf', options.retryIf ?? ((error) => !isRejection(error))),
    maxElapsedMs: zeroOrMoreMs('maxElapsedMs', maxElapsedMs),
    afterValue: options.afterValue ?? false,
    random: callable('random', options.random ?? Math.random),
    onRetry: onRetry === undefined ? undefined : callable('onRetry', onRetry),
  };
}
