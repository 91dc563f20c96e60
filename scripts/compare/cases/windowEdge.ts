import type { Case } from '../Case.js';
import type { Setup } from '../Library.js';
import { ending } from '../ending.js';
import { Stage } from '../Stage.js';

const WINDOW_MS = 1_000;
/** How many calls come at 0; when a burst of ten comes; and how long after that another twenty do. */
const FIRST_CALLS = [0, 1];
const BURSTS_AT = [0, 500, 900, 950, 990, 999];
const GAPS_MS = [1, 10, 51, 100, 500, 900, 999];

/** Ten starts in 1,000 ms are allowed. Bursts come at many distances from where a window might begin. */
export const windowEdge: Case = {
  name: 'windowEdge',
  columns: ['starts in the worst 1,000 ms', '10 at once: the last starts', '30 at once: the last starts'],
  measure: async (setup) => {
    let worst = 0;
    for (const bursts of arrivals()) worst = Math.max(worst, mostInOneWindow(await startsOf(setup, bursts)));
    const thirty = await startsOf(setup, [{ calls: 30, at: 0 }]);
    return [String(worst), `after ${thirty[9] ?? '∞'} ms`, `after ${thirty[29] ?? '∞'} ms`];
  },
};

interface Burst {
  readonly calls: number;
  readonly at: number;
}

function arrivals(): readonly (readonly Burst[])[] {
  return FIRST_CALLS.flatMap((calls) =>
    BURSTS_AT.flatMap((at) =>
      GAPS_MS.map((gapMs) => [
        { calls, at: 0 },
        { calls: 10, at },
        { calls: 20, at: at + gapMs },
      ]),
    ),
  );
}

function startsOf({ create }: Setup, bursts: readonly Burst[]): Promise<readonly number[]> {
  return Stage.play(10_000, (stage) => {
    const guard = create();
    const starts: number[] = [];
    const work = (): Promise<void> => {
      starts.push(stage.now);
      return Promise.resolve();
    };
    for (const { calls, at } of bursts) {
      stage.at(at, () => {
        for (let call = 0; call < calls; call++) void ending(guard.run(work));
      });
    }
    return () => {
      guard.close?.();
      return starts;
    };
  });
}

/** Over all windows `[start, start + 1,000)`: the fullest begins with a start. */
function mostInOneWindow(starts: readonly number[]): number {
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + WINDOW_MS).length));
}
