import pRetry from 'p-retry';
import type { Library } from '../Library.js';
import { promised } from '../promised.js';

const RETRIES_ONLY = 'retries only';

export const pRetryLibrary: Library = {
  name: 'p-retry',
  packages: ['p-retry'],
  ignoredSignal: RETRIES_ONLY,
  cancelledWait: RETRIES_ONLY,
  lateFailure: RETRIES_ONLY,
  windowEdge: RETRIES_ONLY,
  cancelledBackoff: [
    {
      code: 'pRetry(work, { retries: 3, minTimeout: 1_000, factor: 1, signal })',
      create: () => ({
        run: (work, signal, ended) =>
          promised(
            pRetry(() => work(signal), { retries: 3, minTimeout: 1_000, factor: 1, ...(signal ? { signal } : {}) }),
            ended,
          ),
      }),
    },
  ],
  freedSlot: RETRIES_ONLY,
};
