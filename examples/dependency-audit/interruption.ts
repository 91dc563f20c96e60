import { fromEvent, map, merge, type Observable, take } from 'rxjs';

/** By convention a program that a signal ends says so with 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Emits the exit code to end with when somebody asks the program to stop: ctrl-C, `kill`, a closed terminal. Only once:
 * whoever presses ctrl-C again means it, and ends the process there and then.
 */
export function interruption(): Observable<number> {
  const signals = Object.entries(EXIT_CODES).map(([signal, code]) => fromEvent(process, signal).pipe(map(() => code)));
  return merge(...signals).pipe(take(1));
}
