import Bottleneck from 'bottleneck';
import type { Guard, Library } from '../Library.js';
import { promised } from '../promised.js';

const NO_CANCEL = 'one job cannot be cancelled, only all of them by `stop()`';

export const bottleneck: Library = {
  name: 'bottleneck',
  packages: ['bottleneck'],
  ignoredSignal: [
    {
      code: 'new Bottleneck({ maxConcurrent: 1 }), schedule({ expiration: 100 }, work)',
      create: () => through({ maxConcurrent: 1 }, { expiration: 100 }),
    },
  ],
  cancelledWait: NO_CANCEL,
  lateFailure: 'no circuit breaker',
  windowEdge: [
    limited('new Bottleneck({ reservoir: 10, reservoirRefreshAmount: 10, reservoirRefreshInterval: 1_000 })', {
      reservoir: 10,
      reservoirRefreshAmount: 10,
      reservoirRefreshInterval: 1_000,
    }),
    limited('new Bottleneck({ minTime: 100 })', { minTime: 100 }),
  ],
  cancelledBackoff: NO_CANCEL,
  freedSlot: [{ code: 'new Bottleneck({ maxConcurrent: 1 })', create: () => through({ maxConcurrent: 1 }) }],
};

function limited(code: string, options: Bottleneck.ConstructorOptions): { code: string; create: () => Guard } {
  return { code, create: () => through(options) };
}

function through(options: Bottleneck.ConstructorOptions, job: Bottleneck.JobOptions = {}): Guard {
  const limiter = new Bottleneck(options);
  return {
    run: (work, _signal, ended) =>
      promised(
        limiter.schedule(job, () => work()),
        ended,
      ),
    waiting: () => limiter.counts().QUEUED,
    close: () => {
      void limiter.disconnect();
    },
  };
}
