import { expect } from 'chai';
import fc from 'fast-check';
import { catchError, EMPTY, type Observable, type Subscription } from 'rxjs';
import {
  Deadlines,
  RateLimiter,
  Semaphore,
  StatusTracker,
  withBulkhead,
  withRateLimit,
  withStatus,
  withTimeout,
} from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

interface Call {
  readonly at: number;
  readonly marbles: string;
  readonly key: string;
  /** When its subscriber leaves, whatever it is doing by then. */
  readonly leavesAfterMs: number;
}

const call: fc.Arbitrary<Call> = fc.record({
  at: fc.nat(20),
  marbles: fc.constantFrom('(a|)', '--a-|', '-#', '---a---b|', '------', '#', '|'),
  key: fc.constantFrom('x', 'y'),
  leavesAfterMs: fc.integer({ min: 0, max: 60 }),
});

/** All the gates, shared by all calls. */
function gates() {
  const deadlines = new Deadlines();
  const semaphore = new Semaphore({ concurrency: 2, maxQueue: 4, maxWaitMs: 9 });
  const limiter = new RateLimiter({ limit: 2, perMs: 6, maxQueue: 3, maxWaitMs: 20 });
  const tracker = new StatusTracker();
  return {
    through: <T>(source$: Observable<T>, key: string): Observable<T> =>
      source$.pipe(
        withTimeout<T>({ firstMs: 5, eachMs: 4 }, { deadlines }),
        withRateLimit<T>(limiter, { key }),
        withBulkhead<T>(semaphore),
        withTimeout<T>(25, { deadlines }),
        withStatus<T>(tracker),
      ),
    held: () => ({
      deadlines: deadlines.pending + deadlines.timers,
      slots: semaphore.permits + semaphore.queued + semaphore.timers,
      permits: limiter.queued + limiter.timers,
      running: tracker.current.running,
    }),
    tracker,
  };
}

const nothing = { deadlines: 0, slots: 0, permits: 0, running: 0 };

describe('all operators in one pipeline', () => {
  it('hold nothing, have nothing scheduled and run nothing, at whatever frame all subscribers leave', () => {
    for (let frame = 0; frame <= 40; frame++) {
      virtually(({ cold, scheduler, scheduled }) => {
        const { through, held } = gates();
        const source = counted(cold('--a---b|'));
        const all = Array.from({ length: 7 }, (_, index) =>
          through(source.counted$, index % 2 ? 'x' : 'y')
            .pipe(catchError(() => EMPTY))
            .subscribe(),
        );
        scheduler.schedule(() => {
          for (const one of all) one.unsubscribe();
          expect({ frame, ...held(), scheduled: scheduled() }).to.deep.equal({ frame, ...nothing, scheduled: 0 });
          expect(source.ends).to.equal(source.starts);
        }, frame);
      });
    }
  });

  it('end each call exactly once, or not at all after its subscriber has left, and hold nothing in the end', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 15 }), (calls) => {
        virtually(({ cold, scheduler, scheduled, flush }) => {
          const { through, held } = gates();
          const sources = calls.map(({ marbles }) => counted(cold(marbles)));
          const ends = calls.map(() => 0);
          const left = calls.map(() => false);
          calls.forEach(({ at, key, leavesAfterMs }, index) => {
            const end = (): void => {
              expect(left[index]).to.equal(false);
              ends[index] = (ends[index] ?? 0) + 1;
            };
            let subscription: Subscription | undefined;
            scheduler.schedule(() => {
              subscription = through(sources[index]?.counted$ ?? EMPTY, key).subscribe({ error: end, complete: end });
            }, at);
            scheduler.schedule(() => {
              left[index] = true;
              subscription?.unsubscribe();
            }, at + leavesAfterMs);
          });
          flush();
          // What is silent is timed out, so whoever stays long enough is told of an end.
          calls.forEach(({ leavesAfterMs }, index) => {
            if (leavesAfterMs > 25) expect(ends[index]).to.equal(1);
            else expect(ends[index]).to.be.at.most(1);
          });
          for (const { starts, ends: torndown } of sources) {
            expect(torndown).to.equal(starts);
            expect(starts).to.be.at.most(1);
          }
          expect({ ...held(), scheduled: scheduled() }).to.deep.equal({ ...nothing, scheduled: 0 });
        });
      }),
      { numRuns: 300 },
    );
  }).timeout(30_000);
});
