import { catchError, EMPTY, mergeMap, type MonoTypeOperatorFunction, retry, Subject, tap, timeout } from 'rxjs';
import type { Guard, Library, Work } from '../Library.js';
import { observed, subscribed } from '../observed.js';

export const rxjs: Library = {
  name: 'rxjs',
  packages: ['rxjs'],
  ignoredSignal: [
    {
      code: 'calls$.pipe(mergeMap((work) => work$.pipe(timeout(100)), 1))',
      create: () => queue(timeout(100)),
    },
  ],
  cancelledWait: '`mergeMap` has no handle on a value that waits: only all of them can be unsubscribed',
  lateFailure: 'no circuit breaker',
  windowEdge: 'no limit on how many start in a time',
  cancelledBackoff: [
    {
      code: 'retry({ count: 3, delay: 1_000 })',
      create: () => ({
        run: (work, signal, ended) => subscribed(observed(work).pipe(retry({ count: 3, delay: 1_000 })), signal, ended),
      }),
    },
  ],
  freedSlot: [{ code: 'calls$.pipe(mergeMap((work) => work$, 1))', create: () => queue((source) => source) }],
};

interface Call {
  readonly work: Work;
  readonly succeeded: () => void;
  readonly failed: (error: unknown) => void;
}

/** The queue that one writes with `mergeMap` and a Subject. */
function queue(each: MonoTypeOperatorFunction<unknown>): Guard {
  const calls$ = new Subject<Call>();
  calls$
    .pipe(
      mergeMap(
        ({ work, succeeded, failed }) =>
          observed(work).pipe(
            each,
            tap({ complete: succeeded }),
            catchError((error: unknown) => {
              failed(error);
              return EMPTY;
            }),
          ),
        1,
      ),
    )
    .subscribe();
  return {
    run: (work, _signal, ended) =>
      new Promise((resolve, reject) => {
        calls$.next({
          work,
          succeeded: () => {
            ended?.();
            resolve(undefined);
          },
          failed: reject,
        });
      }),
  };
}
