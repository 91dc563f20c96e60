import { Observable } from 'rxjs';
import type { Deadline } from '../operators/gates/Deadlines.js';
import type { Permit } from '../operators/gates/Semaphore.js';
import type { Waiting } from '../operators/gates/Waiting.js';
import { AttemptContext } from './attemptContext.js';
import type { CallState } from './callState.js';
import { decode } from './decode.js';
import { InvalidResult, RateLimitExceeded, ToolBusy, type ToolError, ToolFailed, ToolTimeout } from './error.js';
import type { ToolRuntime } from './toolRuntime.js';
import { type LateEnd, Work } from './work.js';

/**
 * One attempt of a call, each time it is subscribed to: waits for a slot, then for a rate permit, then calls `run` with
 * the decoded arguments under `timeoutMs`, and checks what it gives. Errors with a ToolError. Whatever it holds is given
 * back before the end is forwarded, and those who wait for it are served right after.
 */
export function attemptOf(call: CallState, runtime: ToolRuntime, args: unknown): Observable<unknown> {
  return new Observable<unknown>((subscriber) => {
    const { host, tool, callId } = call;
    const { clock } = host;
    const attempt = call.beginAttempt();
    const beganAt = clock.now();
    const context = new AttemptContext(call, attempt);

    /** The place in the queue for a slot. */
    let slotWait: Waiting | undefined;
    /** The slot. */
    let slot: Permit | undefined;
    /** The place in the queue for a rate permit. */
    let rateWait: Waiting | undefined;
    /** The attempt's timeout, from the moment `run` is called. */
    let timeout: Deadline | undefined;
    /** What `run` gave. */
    let work: Work | undefined;
    /** How many values it gave. */
    let values = 0;
    /** True from the end on, whatever it was. */
    let ended = false;

    /** Gives everything back and tells of the end; `stopped` is why, where the tool has not ended by itself. */
    const end = (notify?: () => void, stopped?: { readonly reason?: ToolError }): void => {
      if (ended) return;
      ended = true;
      slotWait?.cancel();
      leaveRateQueue(true);
      timeout?.cancel();
      try {
        work?.stop();
        context.close(stopped);
      } finally {
        // Whatever the tool's own teardown throws, what the attempt holds is given back.
        giveBack(notify);
      }
    };
    const giveBack = (notify?: () => void): void => {
      const abandoned = work?.outstanding === true;
      if (abandoned) reportLateness();
      if (slot && !(abandoned && runtime.tool.releaseOn === 'settle')) slot.release(notify);
      else notify?.();
      if (abandoned) call.publish('call.abandoned', () => ({}), attempt);
    };
    const fail = (error: ToolError): void => {
      end(
        () => {
          call.failAttempt(error, clock.now() - beganAt, () => {
            subscriber.error(error);
          });
        },
        { reason: error },
      );
    };
    const failWith = (cause: unknown): void => {
      fail(new ToolFailed({ tool, callId, attempt, cause }));
    };

    const takeSlot = (): void => {
      if (!runtime.semaphore) {
        takeRatePermit();
        return;
      }
      const { semaphore } = runtime;
      slotWait = semaphore.acquire(clock, {
        granted: (permit) => {
          slotWait = undefined;
          slot = permit;
          takeRatePermit();
        },
        refused: (reason) => {
          fail(new ToolBusy({ tool, callId, reason, running: semaphore.permits, queued: semaphore.queued }));
        },
      });
      if (!slotWait) return;
      call.outstanding = 'a free slot';
      call.enter('queued');
      call.publish('call.queued', () => ({ args: call.shownArguments, reason: 'concurrency' }), attempt);
    };

    const takeRatePermit = (): void => {
      if (!runtime.rateLimit) {
        begin();
        return;
      }
      const { limiter, key, cost } = runtime.rateLimit;
      try {
        rateWait = limiter.acquire(clock, {
          key: key?.(args as never) ?? '',
          cost: typeof cost === 'function' ? cost(args as never) : cost,
          granted: () => {
            leaveRateQueue(false);
            begin();
          },
          refused: (reason, retryAfterMs) => {
            fail(new RateLimitExceeded({ tool, callId, reason, retryAfterMs }));
          },
        });
      } catch (error) {
        failWith(error);
      }
      if (!rateWait) return;
      const availableAt = rateWait.availableAt ?? clock.now();
      runtime.limitReached(availableAt);
      call.outstanding = 'a rate permit';
      call.enter('queued');
      call.publish('call.queued', () => ({ args: call.shownArguments, reason: 'rateLimit', availableAt }), attempt);
    };
    const leaveRateQueue = (cancelled: boolean): void => {
      if (!rateWait) return;
      const left = rateWait;
      rateWait = undefined;
      runtime.limitPassed();
      if (cancelled) left.cancel();
    };

    const begin = (): void => {
      call.outstanding = 'the first value';
      call.enter('running');
      call.publish('call.started', () => ({ args: call.shownArguments, waitedMs: clock.now() - beganAt }), attempt);
      // Whoever heard of the start may have cancelled the call.
      if (ended) return;
      const { timeoutMs } = runtime;
      timeout = host.deadlines.add(clock, timeoutMs, () => {
        const { outstanding } = call;
        fail(new ToolTimeout({ tool, callId, attempt, limit: 'timeoutMs', ms: timeoutMs, outstanding }));
      });
      work = new Work({ next: receive, error: failWith, complete });
      try {
        work.start(runtime.tool.run(args as never, context));
      } catch (error) {
        failWith(error);
      }
    };
    const receive = (value: unknown): void => {
      call.outstanding = `the end after ${String(++values)} ${values === 1 ? 'value' : 'values'}`;
      if (!runtime.tool.output) {
        subscriber.next(value);
        return;
      }
      const result = decode(runtime.tool.output, value);
      if (result._tag === 'Right') subscriber.next(result.right);
      else fail(new InvalidResult({ tool, callId, attempt, faults: result.left }));
    };
    const complete = (): void => {
      end(() => {
        subscriber.complete();
      });
    };

    /** What goes on behind our back is heard of when it ends; a slot that it keeps is then free. */
    const reportLateness = (): void => {
      const abandonedAt = clock.now();
      work?.onSettled((late: LateEnd) => {
        const lateMs = clock.now() - abandonedAt;
        const error = 'error' in late ? { error: new ToolFailed({ tool, callId, attempt, cause: late.error }) } : {};
        const report = (): void => {
          call.publish('call.settledLate', () => ({ lateMs, ...error }), attempt);
        };
        if (slot && runtime.tool.releaseOn === 'settle') slot.release(report);
        else report();
      });
    };

    subscriber.add(() => {
      end(undefined, work?.finished ? undefined : call.stopped);
    });
    takeSlot();
  });
}
