import { expect } from 'chai';
import fc from 'fast-check';
import { type Deadline, Deadlines } from '../../../operators/gates/Deadlines.js';
import { VirtualClock } from '../../support/VirtualClock.js';

/** What happens to one deadline: set at a time, perhaps cancelled at a later one, and what its callback does. */
interface Plan {
  readonly at: number;
  readonly ms: number;
  readonly cancelAt: number | null;
  /** The callback sets another deadline of the same length. */
  readonly again: boolean;
  /** The callback cancels this one. */
  readonly cancels: number | null;
}

const horizon = 120;

const plan: fc.Arbitrary<Plan> = fc.record({
  at: fc.nat(40),
  ms: fc.integer({ min: 1, max: 6 }),
  cancelAt: fc.option(fc.nat(50)),
  again: fc.boolean(),
  cancels: fc.option(fc.nat(20)),
});

/** Of each length, who expired when. Between lengths that are due at one instant there is no order. */
type Outcome = Record<number, [number, string][]>;

function actual(plans: readonly Plan[]): Outcome {
  const clock = new VirtualClock();
  const deadlines = new Deadlines();
  const outcome: Outcome = {};
  const set: (Deadline | undefined)[] = [];
  plans.forEach((one, index) => {
    clock.setTimer(() => {
      set[index] = deadlines.add(clock, one.ms, () => {
        (outcome[one.ms] ??= []).push([clock.now(), String(index)]);
        const victim = one.cancels === null ? undefined : plans[one.cancels];
        if (one.cancels !== null && victim?.ms === one.ms) set[one.cancels]?.cancel();
        if (one.again)
          deadlines.add(clock, one.ms, () => outcome[one.ms]?.push([clock.now(), `${String(index)} again`]));
      });
    }, one.at);
    if (one.cancelAt !== null) clock.setTimer(() => set[index]?.cancel(), one.cancelAt);
  });
  clock.advance(horizon);
  expect([deadlines.pending, deadlines.timers, clock.pending]).to.deep.equal([0, 0, 0]);
  return outcome;
}

/** A list that is sorted and looked through every millisecond. */
function model(plans: readonly Plan[]): Outcome {
  const outcome: Outcome = {};
  let list: { due: number; ms: number; index: number; name: string }[] = [];
  for (let now = 0; now <= horizon; now++) {
    plans.forEach((one, index) => {
      if (one.at === now) list.push({ due: now + one.ms, ms: one.ms, index, name: String(index) });
      if (one.cancelAt === now) list = list.filter((entry) => entry.name !== String(index));
    });
    for (const due of list.filter((entry) => entry.due === now)) {
      if (!list.includes(due)) continue;
      list = list.filter((entry) => entry !== due);
      (outcome[due.ms] ??= []).push([now, due.name]);
      const one = plans[due.index];
      if (!one || due.name.endsWith('again')) continue;
      if (one.cancels !== null && plans[one.cancels]?.ms === one.ms) {
        list = list.filter((entry) => entry.name !== String(one.cancels));
      }
      if (one.again) list.push({ due: now + one.ms, ms: one.ms, index: due.index, name: `${due.name} again` });
    }
  }
  return outcome;
}

describe('Deadlines, against a sorted list', () => {
  it('expires the same ones at the same times in the same order, with callbacks that set and cancel others', () => {
    fc.assert(
      fc.property(fc.array(plan, { maxLength: 25 }), (plans) => {
        expect(actual(plans)).to.deep.equal(model(plans));
      }),
      { numRuns: 500 },
    );
  }).timeout(30_000);
});
