import { expect } from 'chai';
import fc from 'fast-check';
import { defer, EMPTY, mergeMap, NEVER, type Observable, of, throwError, timer } from 'rxjs';
import { withHedge } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

type Outcome = 'value' | 'end' | 'error' | 'never';

interface Attempt {
  readonly afterMs: number;
  readonly outcome: Outcome;
}

/** What is told, and when: the attempt's own number, `end` or `error`. */
interface Told {
  readonly at: number;
  readonly what: string;
}

/** Each time is a whole number and its own fraction: no two things happen at the same time. */
const attempts: fc.Arbitrary<readonly Attempt[]> = fc
  .array(
    fc.record({
      afterMs: fc.integer({ min: 1, max: 12 }),
      outcome: fc.constantFrom<Outcome>('value', 'end', 'error', 'error', 'never'),
    }),
    { minLength: 2, maxLength: 6 },
  )
  .map((all) => all.map(({ afterMs, outcome }, index) => ({ afterMs: afterMs + 2 ** -(index + 2), outcome })));

const delayMs = fc.oneof(
  fc.nat(9).map((ms) => ms + 0.5),
  fc.constantFrom(0, Infinity),
);

/** The race as one would tell it: at each step, the earliest of all ends, and of the next start. */
function naiveRace(
  all: readonly Attempt[],
  delay: number,
): { readonly starts: number[]; readonly told: Told | undefined } {
  const starts = [0];
  const running = new Set([0]);
  const end = (index: number): number => (starts[index] ?? 0) + (all[index]?.afterMs ?? 0);
  let nextStart = delay;
  for (;;) {
    const ends = [...running].filter((index) => all[index]?.outcome !== 'never').sort((a, b) => end(a) - end(b));
    const first = ends[0];
    const startAt = starts.length < all.length ? nextStart : Infinity;
    if (first === undefined && startAt === Infinity) return { starts, told: undefined };
    const begin = (at: number): void => {
      running.add(starts.push(at) - 1);
      nextStart = at + delay;
    };
    if (first === undefined || startAt < end(first)) {
      begin(startAt);
      continue;
    }
    const outcome = all[first]?.outcome;
    if (outcome === 'value') return { starts, told: { at: end(first), what: String(first) } };
    if (outcome === 'end') return { starts, told: { at: end(first), what: 'end' } };
    running.delete(first);
    if (starts.length < all.length) begin(end(first));
    else if (running.size === 0) return { starts, told: { at: end(first), what: 'error 0' } };
  }
}

function sourceOf({ afterMs, outcome }: Attempt, index: number): Observable<string> {
  return timer(afterMs).pipe(
    mergeMap(() => {
      if (outcome === 'value') return of(String(index));
      if (outcome === 'end') return EMPTY;
      return outcome === 'error' ? throwError(() => `error ${String(index)}`) : NEVER;
    }),
  );
}

describe('withHedge, whatever its attempts do', () => {
  it('begins them, and tells of the first answer or of the first error, as a naive race does', () => {
    fc.assert(
      fc.property(attempts, delayMs, (all, delay) => {
        const expected = naiveRace(all, delay);
        virtually(({ scheduler, flush, scheduled }) => {
          const starts: number[] = [];
          const told: Told[] = [];
          const tell = (what: string): void => {
            told.push({ at: scheduler.frame, what });
          };
          const source = counted(
            defer(() => {
              const index = starts.push(scheduler.frame) - 1;
              return sourceOf(all[index] ?? { afterMs: 0, outcome: 'never' }, index);
            }),
          );
          const subscription = source.counted$.pipe(withHedge({ delayMs: delay, maxAttempts: all.length })).subscribe({
            next: tell,
            error: tell,
            complete: () => {
              if (told.length === 0) tell('end');
            },
          });
          flush();
          expect({ starts, told: told[0] }).to.deep.equal(expected);
          expect(told.length).to.be.at.most(1);
          subscription.unsubscribe();
          expect({ running: source.starts - source.ends, scheduled: scheduled() }).to.deep.equal({
            running: 0,
            scheduled: 0,
          });
        });
      }),
      { numRuns: 500 },
    );
  });
});
