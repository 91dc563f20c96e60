import { install } from '@sinonjs/fake-timers';

/** Where the fake clock begins: not at 0, which some take for "no time". */
const STARTS_AT = 1_000_000;

/**
 * Virtual time for one scenario: the host's own timers and clock, replaced, so that any library falls on exact
 * milliseconds, and ten seconds take none.
 */
export class Stage {
  private constructor(private readonly clock: ReturnType<typeof install>) {}

  /** Sets the scene, lets `forMs` pass, and returns what the scene was seen to do. */
  static async play<T>(forMs: number, scene: (stage: Stage) => () => T): Promise<T> {
    const clock = install({
      now: STARTS_AT,
      // Not the queues of microtasks: promises have to go on between one timer and the next.
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'Date',
        'performance',
      ],
    });
    try {
      const outcome = scene(new Stage(clock));
      await clock.tickAsync(forMs);
      return outcome();
    } finally {
      clock.uninstall();
    }
  }

  /** How many ms have passed. */
  get now(): number {
    return this.clock.now - STARTS_AT;
  }

  at(ms: number, act: () => void): void {
    this.clock.setTimeout(act, ms - this.now);
  }

  /** A promise for `ms` from now. */
  after(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimeout(() => {
        resolve();
      }, ms);
    });
  }
}
