import type { Case } from '../Case.js';
import { ending } from '../ending.js';
import { Stage } from '../Stage.js';

/** Calls come while the ones before them have timed out, and work on. */
const ASKED_AT = [0, 150, 300, 450];
const WORK_MS = 1_000;

/** Capacity 1, timeout 100 ms, work of 1,000 ms that ignores its signal. */
export const ignoredSignal: Case = {
  name: 'ignoredSignal',
  columns: ['first call', 'second call, made at 150 ms', 'at work at once'],
  measure: ({ create }) =>
    Stage.play(10_000, (stage) => {
      const guard = create();
      const startedAt = new Map<number, number>();
      const told = new Map<number, string>();
      let working = 0;
      let most = 0;
      ASKED_AT.forEach((askedAt, call) => {
        const work = async (): Promise<void> => {
          startedAt.set(call, stage.now);
          most = Math.max(most, ++working);
          await stage.after(WORK_MS);
          working--;
        };
        stage.at(askedAt, () => {
          void ending(guard.run(work)).then((how) => {
            told.set(call, `${how} at ${stage.now} ms`);
          });
        });
      });
      return () => {
        guard.close?.();
        const second = startedAt.get(1);
        const begun = second === undefined ? 'never starts' : `starts at ${second} ms`;
        return [told.get(0) ?? 'never', `${begun}, ${told.get(1) ?? 'never told'}`, String(most)];
      };
    }),
};
