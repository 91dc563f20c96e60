import PQueue from 'p-queue';
import pTimeout from 'p-timeout';
import type { Guard, Library } from '../Library.js';
import { promised } from '../promised.js';

type Options = NonNullable<ConstructorParameters<typeof PQueue>[0]>;

export const pQueue: Library = {
  name: 'p-queue',
  packages: ['p-queue', 'p-timeout'],
  ignoredSignal: [
    {
      code: 'new PQueue({ concurrency: 1, timeout: 100 })',
      create: () => through({ concurrency: 1, timeout: 100 }),
    },
    {
      code: 'pTimeout(queue.add(work), { milliseconds: 100 }), new PQueue({ concurrency: 1 })',
      create: () => {
        const queue = new PQueue({ concurrency: 1 });
        return {
          run: (work, _signal, ended) =>
            promised(
              pTimeout(
                queue.add(() => work()),
                { milliseconds: 100 },
              ),
              ended,
            ),
        };
      },
    },
  ],
  cancelledWait: [
    { code: 'new PQueue({ concurrency: 1 })', create: () => through({ concurrency: 1 }) },
    {
      code: 'new PQueue({ intervalCap: 1, interval: 100, strict: true })',
      create: () => through({ intervalCap: 1, interval: 100, strict: true }),
    },
  ],
  lateFailure: 'no circuit breaker',
  windowEdge: [
    {
      code: 'new PQueue({ intervalCap: 10, interval: 1_000 })',
      create: () => through({ intervalCap: 10, interval: 1_000 }),
    },
    {
      code: 'new PQueue({ intervalCap: 10, interval: 1_000, strict: true })',
      create: () => through({ intervalCap: 10, interval: 1_000, strict: true }),
    },
  ],
  cancelledBackoff: 'no retry',
  freedSlot: [{ code: 'new PQueue({ concurrency: 1 })', create: () => through({ concurrency: 1 }) }],
};

function through(options: Options): Guard {
  const queue = new PQueue(options);
  return {
    run: (work, signal, ended) =>
      promised(
        queue.add((task) => work(task.signal), { signal }),
        ended,
      ),
    waiting: () => queue.size,
  };
}
