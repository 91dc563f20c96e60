import { TestScheduler } from 'rxjs/testing';

/** Deprecated for RxJS 8, which will have no other; in RxJS 7 it is what the parser counts by. */
const frames: { frameTimeFactor: number } = TestScheduler;

/** Calls back while RxJS counts one character of a diagram as 1 ms, as it does inside `TestScheduler.run`. */
export function inFramesOf1Ms<T>(callback: () => T): T {
  const before = frames.frameTimeFactor;
  frames.frameTimeFactor = 1;
  try {
    return callback();
  } finally {
    frames.frameTimeFactor = before;
  }
}

/** True inside `TestScheduler.run`. */
export function isInRun(): boolean {
  return frames.frameTimeFactor === 1;
}

/** A time as a diagram's text writes it: `5ms`, `30s`, `2m`. */
export function durationText(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms >= 1_000 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
