import { defer, type MonoTypeOperatorFunction, Observable, of } from 'rxjs';
import { withRateLimit } from '../../operators/index.js';
import type { BenchRow } from '../BenchRow.js';
import { interleave } from '../interleave.js';
import { ignore } from '../work.js';

const limit = 100_000;
const perMs = 10;

/** A sliding window as people write it: the times of the starts in an array, and a timer for whoever has to wait. */
function slidingWindow<T>(): MonoTypeOperatorFunction<T> {
  let starts: number[] = [];
  return (source) =>
    new Observable<T>((subscriber) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const begin = (): void => {
        const now = Date.now();
        starts = starts.filter((start) => start > now - perMs);
        if (starts.length < limit) {
          starts.push(now);
          subscriber.add(source.subscribe(subscriber));
        } else {
          timer = setTimeout(begin, (starts[0] ?? now) + perMs - now);
        }
      };
      begin();
      return () => {
        clearTimeout(timer);
      };
    });
}

/** The same, but one that only drops what is over: the fastest that is written with an array. */
function shiftingWindow<T>(): MonoTypeOperatorFunction<T> {
  const starts: number[] = [];
  return (source) =>
    new Observable<T>((subscriber) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const begin = (): void => {
        const now = Date.now();
        while (starts.length > 0 && (starts[0] as number) <= now - perMs) starts.shift();
        if (starts.length < limit) {
          starts.push(now);
          subscriber.add(source.subscribe(subscriber));
        } else {
          timer = setTimeout(begin, (starts[0] ?? now) + perMs - now);
        }
      };
      begin();
      return () => {
        clearTimeout(timer);
      };
    });
}

/** What a limit costs whom it never holds back: subscriptions per second through `withRateLimit` alone. */
export const row: BenchRow = {
  async measure() {
    const source$ = defer(() => of(1));
    const filtering$ = source$.pipe(slidingWindow());
    const shifting$ = source$.pipe(shiftingWindow());
    const ours$ = source$.pipe(withRateLimit({ limit, perMs }));
    const repeat =
      (of$: Observable<number>) =>
      (times: number): void => {
        for (let call = 0; call < times; call++) of$.subscribe(ignore);
      };
    const shifted = await interleave({ shifting: repeat(shifting$), ours: repeat(ours$) });
    const filtered = await interleave({ filtering: repeat(filtering$), ours: repeat(ours$) });
    const work = 'never limited, through withRateLimit alone';
    return [
      {
        id: 'neverLimited',
        work: `${work}: over a hand-written window that shifts`,
        unit: 'x',
        ...shifted.speed('ours', 'shifting'),
      },
      {
        id: 'neverLimited.filter',
        work: `${work}: over one that filters`,
        unit: 'x',
        ...filtered.speed('ours', 'filtering'),
      },
    ];
  },
};
