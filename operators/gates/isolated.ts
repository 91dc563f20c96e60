import type { Clock } from './Clock.js';

/**
 * Calls back. What the callback throws (a teardown that fails, say) reaches the host by way of a timer, as an unhandled
 * error, so that it stops neither the queue that called back nor those who are next in it.
 */
export function isolated(clock: Clock, callback: () => void): void {
  try {
    callback();
  } catch (error) {
    clock.setTimer(() => {
      throw error;
    }, 0);
  }
}
