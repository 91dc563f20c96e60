import type { Case } from '../Case.js';
import type { Setup } from '../Library.js';
import { ending } from '../ending.js';
import { Stage } from '../Stage.js';

/** How many microtasks after A's end newcomers are tried in. */
const MICROTASKS = 40;

/** One slot and, where it can be bounded, one place in the queue. B waits; as A ends, N and O ask. */
export const freedSlot: Case = {
  name: 'freedSlot',
  columns: ["as A's caller is told", 'at the worst microtask after the end of A'],
  measure: async (setup) => {
    const told = await play(setup, 'told');
    const orders: string[] = [];
    for (let microtask = 0; microtask <= MICROTASKS; microtask++) orders.push(await play(setup, microtask));
    return [told, orders.find(isOvertaken) ?? told];
  },
};

function isOvertaken(order: string): boolean {
  return !order.startsWith('A B');
}

/** @param when - When the newcomers ask: as A's caller is told, or so many microtasks after the end of A's work. */
function play({ create }: Setup, when: 'told' | number): Promise<string> {
  return Stage.play(10_000, (stage) => {
    const guard = create();
    const started: string[] = [];
    const refused: string[] = [];
    const ask = (name: string, work: () => Promise<unknown>, ended?: () => void): void => {
      const begin = (): Promise<unknown> => {
        started.push(name);
        return work();
      };
      void ending(guard.run(begin, undefined, ended)).then((how) => {
        if (how !== 'done') refused.push(`${name} is refused`);
      });
    };
    const newcomers = (): void => {
      ask('N', () => stage.after(10));
      ask('O', () => stage.after(10));
    };
    const workOfA = new Promise<void>((resolve) => {
      stage.at(100, () => {
        resolve();
        if (when !== 'told') afterMicrotasks(when, newcomers);
      });
    });
    ask('A', () => workOfA, when === 'told' ? newcomers : undefined);
    stage.at(10, () => {
      ask('B', () => stage.after(10));
    });
    return () => {
      guard.close?.();
      return [started.join(' '), ...refused].join(', ');
    };
  });
}

function afterMicrotasks(count: number, act: () => void): void {
  if (count === 0) act();
  else
    queueMicrotask(() => {
      afterMicrotasks(count - 1, act);
    });
}
