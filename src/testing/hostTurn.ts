/** The host's own way to come back later, whatever is put in its place afterwards. */
export interface HostTurns {
  /** Comes back when all promises that are settled have been heard of. */
  next(): Promise<void>;
  /** Comes back after some real milliseconds. */
  wait(ms: number): Promise<void>;
  /** Comes back when the promise has settled, or after so many real milliseconds. */
  within(promise: Promise<unknown>, ms: number): Promise<void>;
  /** The real time, in ms. */
  now(): number;
}

/* eslint-disable no-restricted-globals -- the one place that needs the real timers: to let promises settle between two moments of virtual time */

/** Takes the host's timers as they are now. */
export function hostTurns(): HostTurns {
  const wait = setTimeout;
  const stopWaiting = clearTimeout;
  const clock = performance;
  const soon = soonOf();
  return {
    now: () => clock.now(),
    within: (promise, ms) =>
      new Promise((resolve) => {
        const waiting = wait(resolve, ms);
        const settled = (): void => {
          stopWaiting(waiting);
          resolve();
        };
        promise.then(settled, settled);
      }),
    next: () =>
      new Promise((resolve) => {
        soon(resolve);
      }),
    wait: (ms) =>
      new Promise((resolve) => {
        wait(resolve, ms);
      }),
  };
}

/** A task of its own, not a microtask; without the milliseconds that `setTimeout` takes. */
function soonOf(): (callback: () => void) => void {
  // Not in browsers.
  const own = (globalThis as { readonly setImmediate?: (callback: () => void) => unknown }).setImmediate;
  if (own) {
    return (callback) => {
      own(callback);
    };
  }
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => {
    waiting.shift()?.();
  };
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(undefined);
  };
}
/* eslint-enable no-restricted-globals -- see above */
