import type { SemaphoreRefusal } from './gates/Semaphore.js';
import { rejectionMark } from './rejection.js';

/** `withBulkhead` refused a start. The source was not subscribed to. */
export class BulkheadRejected extends Error {
  readonly _tag = 'BulkheadRejected';
  override readonly name = 'BulkheadRejected';

  constructor(
    readonly reason: SemaphoreRefusal,
    /** How many ran when it was refused. */
    readonly running: number,
    /** How many waited when it was refused. */
    readonly queued: number,
  ) {
    super(`${semaphoreRefusals[reason]} (${String(running)} running, ${String(queued)} waiting)`);
  }

  get [rejectionMark](): true {
    return true;
  }
}

/** What each refusal of a semaphore means, in words. */
export const semaphoreRefusals: Readonly<Record<SemaphoreRefusal, string>> = {
  queueFull: 'all slots are taken and the queue is full',
  maxWait: 'no slot became free within maxWaitMs',
};
