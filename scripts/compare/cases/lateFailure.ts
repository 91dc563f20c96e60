import type { Case } from '../Case.js';
import type { Setup } from '../Library.js';
import { ending } from '../ending.js';
import { Stage } from '../Stage.js';

/**
 * A slow call begins while the circuit is closed. Two others fail, the circuit opens, and is half-open 100 ms later,
 * with a probe under way. Then the slow call ends.
 */
export const lateFailure: Case = {
  name: 'lateFailure',
  columns: ['after the late failure', 'a call then', 'after the probe has succeeded', 'after a late success'],
  measure: async (setup) => {
    const failure = await play(setup, 'fails');
    const success = await play(setup, 'succeeds');
    return [failure.late, failure.call, failure.end, success.late];
  },
};

interface States {
  /** After the slow call's end. */
  readonly late: string;
  /** What becomes of a call that is made after that, while the probe is still under way. */
  readonly call: string;
  /** After the probe's end. */
  readonly end: string;
}

function play({ create }: Setup, slow: 'fails' | 'succeeds'): Promise<States> {
  return Stage.play(10_000, (stage) => {
    const guard = create();
    const seen = { late: '', call: 'is made to wait', end: '' };
    const call = (at: number, takesMs: number, how: 'fails' | 'succeeds'): void => {
      stage.at(at, () => {
        void ending(guard.run(() => stage.after(takesMs).then(() => (how === 'fails' ? fail() : undefined))));
      });
    };
    call(0, 150, slow);
    call(10, 1, 'fails');
    call(20, 1, 'fails');
    call(130, 100, 'succeeds');
    stage.at(151, () => {
      seen.late = guard.state?.() ?? '';
    });
    stage.at(160, () => {
      const work = (): Promise<void> => {
        if (stage.now === 160) seen.call = 'is let through';
        return Promise.resolve();
      };
      void ending(guard.run(work)).then((how) => {
        if (stage.now === 160 && how !== 'done') seen.call = how;
      });
    });
    stage.at(231, () => {
      seen.end = guard.state?.() ?? '';
    });
    return () => {
      guard.close?.();
      return seen;
    };
  });
}

function fail(): never {
  throw new Error('the service is down');
}
