import type { Case } from '../Case.js';
import { ending } from '../ending.js';
import { Stage } from '../Stage.js';

/** Work that always fails, a second between the attempts; cancelled half-way through the first wait. */
export const cancelledBackoff: Case = {
  name: 'cancelledBackoff',
  columns: ['the caller', 'calls in all'],
  measure: ({ create }) =>
    Stage.play(10_000, (stage) => {
      const guard = create();
      const controller = new AbortController();
      let calls = 0;
      let told = 'never';
      const work = (): Promise<never> => {
        calls++;
        return Promise.reject(new Error('the service is down'));
      };
      void ending(guard.run(work, controller.signal)).then((how) => {
        told = `${how} at ${stage.now} ms`;
      });
      stage.at(500, () => {
        controller.abort();
      });
      return () => {
        guard.close?.();
        return [told, String(calls)];
      };
    }),
};
