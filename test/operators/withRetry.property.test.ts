import { expect } from 'chai';
import fc from 'fast-check';
import { concat, defer, mergeMap, of, throwError, timer } from 'rxjs';
import { withRetry } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

/** An attempt that fails: after how long, and how long its retry waits. */
const failure = fc.record({ afterMs: fc.nat(5), waitMs: fc.nat(5), asksToWait: fc.boolean() });

describe('withRetry, whatever its attempts do', () => {
  it('begins each attempt when the wait after the one before is over, and holds nothing once its subscriber has left', () => {
    fc.assert(
      fc.property(fc.array(failure, { maxLength: 8 }), fc.nat(80), (failures, leavesAt) => {
        const expected = [0];
        for (const { afterMs, waitMs } of failures) expected.push((expected.at(-1) ?? 0) + afterMs + waitMs);
        virtually(({ scheduler, scheduled, flush }) => {
          const starts: number[] = [];
          const source = counted(
            defer(() => {
              const attempt = failures[starts.push(scheduler.frame) - 1];
              if (!attempt) return concat(of('a'), timer(3));
              const error$ = throwError(() => (attempt.asksToWait ? { retryAfterMs: attempt.waitMs } : 'broken'));
              return attempt.afterMs === 0 ? error$ : timer(attempt.afterMs).pipe(mergeMap(() => error$));
            }),
          );
          const backoff = ({ retry }: { readonly retry: number }): number => failures[retry - 1]?.waitMs ?? 0;
          const subscription = source.counted$.pipe(withRetry({ maxAttempts: Infinity, backoff })).subscribe();
          let startsBefore = -1;
          scheduler.schedule(() => {
            subscription.unsubscribe();
            startsBefore = starts.length;
            expect({ scheduled: scheduled(), running: source.starts - source.ends }).to.deep.equal({
              scheduled: 0,
              running: 0,
            });
          }, leavesAt);
          flush();
          expect(starts).to.deep.equal(expected.slice(0, startsBefore));
          expect(expected.filter((at) => at < leavesAt).length).to.be.at.most(startsBefore);
        });
      }),
      { numRuns: 500 },
    );
  });
});
