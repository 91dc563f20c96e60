import type { Case } from '../Case.js';
import { ending } from '../ending.js';
import { Stage } from '../Stage.js';

const CANCELLED_AT = 50;

/** One slot, taken until 100 ms. B and C wait for it and fill the queue; B is cancelled at 50 ms, and D comes. */
export const cancelledWait: Case = {
  name: 'cancelledWait',
  columns: ["B's caller", "B's work", 'waiting at 51 ms', 'D, at 60 ms', "C's work"],
  measure: ({ create }) =>
    Stage.play(10_000, (stage) => {
      const guard = create();
      const startedAt = new Map<string, number>();
      const told = new Map<string, string>();
      const controller = new AbortController();
      const ask = (name: string, at: number, signal?: AbortSignal): void => {
        const work = (): Promise<void> => {
          startedAt.set(name, stage.now);
          return stage.after(100);
        };
        stage.at(at, () => {
          void ending(guard.run(work, signal)).then((how) => {
            told.set(name, `${how} at ${stage.now} ms`);
          });
        });
      };
      let waiting: number | undefined;
      ask('A', 0);
      ask('B', 10, controller.signal);
      ask('C', 20);
      stage.at(CANCELLED_AT, () => {
        controller.abort();
      });
      stage.at(CANCELLED_AT + 1, () => {
        waiting = guard.waiting?.();
      });
      ask('D', 60);
      const start = (name: string): string => {
        const at = startedAt.get(name);
        return at === undefined ? 'never starts' : `starts at ${at} ms`;
      };
      return () => {
        guard.close?.();
        return [
          told.get('B') ?? 'never',
          start('B'),
          String(waiting),
          startedAt.has('D') ? 'has a place' : (told.get('D') ?? 'never told'),
          start('C'),
        ];
      };
    }),
};
