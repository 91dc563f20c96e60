import { defer, type MonoTypeOperatorFunction, Observable, of } from 'rxjs';
import { withRateLimit } from '../../operators/index.js';
import type { BenchRow } from '../BenchRow.js';
import { interleave } from '../interleave.js';
import { ignore } from '../work.js';

const limit = 100_000;
const perMs = 10;

/** What drops from the times of the starts, in order, those that have left the window. */
type Drop = (starts: number[], before: number) => number[];

/** Looks at all of them. */
const filtering: Drop = (starts, before) => starts.filter((start) => start > before);

/** Only takes off what is over: the fastest that is written with an array. */
const shifting: Drop = (starts, before) => {
  while (starts.length > 0 && (starts[0] as number) <= before) starts.shift();
  return starts;
};

/** A sliding window as people write it: the times of the starts in an array, and a timer for whoever has to wait. */
function slidingWindow<T>(drop: Drop): MonoTypeOperatorFunction<T> {
  let starts: number[] = [];
  return (source) =>
    new Observable<T>((subscriber) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const begin = (): void => {
        const now = Date.now();
        starts = drop(starts, now - perMs);
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

/** An operator that reads the clock and does nothing else: no limit that knows when its starts are can be faster. */
function readingTheClock<T>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      Date.now();
      source.subscribe(subscriber);
    });
}

/** What a limit costs whom it never holds back: subscriptions per second through `withRateLimit` alone. */
export const row: BenchRow = {
  async measure() {
    const source$ = defer(() => of(1));
    const filtering$ = source$.pipe(slidingWindow(filtering));
    const shifting$ = source$.pipe(slidingWindow(shifting));
    const ours$ = source$.pipe(withRateLimit({ limit, perMs }));
    const reading$ = source$.pipe(readingTheClock());
    const repeat =
      (of$: Observable<number>) =>
      (times: number): void => {
        for (let call = 0; call < times; call++) of$.subscribe(ignore);
      };
    const shifted = await interleave({ shifting: repeat(shifting$), ours: repeat(ours$) });
    const most = await interleave({ shifting: repeat(shifting$), reading: repeat(reading$) });
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
        id: 'neverLimited.most',
        work: 'the same, through an operator that only reads the clock',
        unit: 'x',
        ...most.speed('reading', 'shifting'),
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
