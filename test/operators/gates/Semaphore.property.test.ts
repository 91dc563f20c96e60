import { expect } from 'chai';
import fc from 'fast-check';
import { Semaphore } from '../../../operators/gates/Semaphore.js';
import type { Waiting } from '../../../operators/gates/Waiting.js';
import { type SlotOutcome, SlotRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

interface Visit {
  readonly at: number;
  /** How long it stays once it is in; 0: it releases within the grant. */
  readonly staysMs: number;
  /** How long after it came it leaves the queue, if it still waits. */
  readonly leavesAfterMs: number | null;
  /** Whether it comes again, once, from within its own release. */
  readonly again: boolean;
}

interface Options {
  readonly concurrency: number;
  readonly maxQueue: number;
  readonly maxWaitMs: number;
}

const visit: fc.Arbitrary<Visit> = fc.record({
  at: fc.nat(30),
  staysMs: fc.nat(8),
  leavesAfterMs: fc.option(fc.nat(15)),
  again: fc.boolean(),
});

const options: fc.Arbitrary<Options> = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  maxQueue: fc.constantFrom(0, 1, 2, 3, 100),
  maxWaitMs: fc.constantFrom(1, 4, 9, Infinity),
});

const horizon = 700;

function actual(given: Options, visits: readonly Visit[]): readonly SlotOutcome[] {
  const semaphore = new Semaphore(given);
  const clock = new VirtualClock();
  const slots = new SlotRequests(semaphore, clock);
  const waiting = new Map<string, Waiting | undefined>();
  const releases: { readonly at: number; readonly name: string }[] = [];
  let most = 0;

  const release = (name: string): void => {
    const again = visits[Number(name)]?.again;
    slots.permits.get(name)?.release(
      again
        ? () => {
            come(`${name} again`, 1);
          }
        : undefined,
    );
  };
  const come = (name: string, staysMs: number): void => {
    const place = slots.ask(name, (permit) => {
      most = Math.max(most, semaphore.permits);
      if (!permit) return;
      if (staysMs === 0) release(name);
      else releases.push({ at: clock.elapsedMs + staysMs, name });
    });
    waiting.set(name, place);
  };
  for (let now = 0; now <= horizon; now++) {
    for (const { name } of releases.filter(({ at }) => at === now)) release(name);
    visits.forEach((one, index) => {
      if (one.at === now) come(String(index), one.staysMs);
    });
    visits.forEach((one, index) => {
      if (one.leavesAfterMs !== null && one.at + one.leavesAfterMs === now) waiting.get(String(index))?.cancel();
    });
    clock.advance(0);
    clock.block(1);
  }
  expect(most).to.be.at.most(given.concurrency);
  const { permits, queued, timers } = semaphore;
  expect([permits, queued, timers, clock.pending], 'permits, queued, timers, pending').to.deep.equal([0, 0, 0, 0]);
  return slots.outcomes;
}

/** Two lists, who is in and who waits, looked through every millisecond. */
function expected({ concurrency, maxQueue, maxWaitMs }: Options, visits: readonly Visit[]): readonly SlotOutcome[] {
  const outcomes: SlotOutcome[] = [];
  let inside: { readonly name: string; readonly until: number }[] = [];
  let queue: { readonly name: string; readonly since: number; readonly staysMs: number }[] = [];

  const fill = (now: number): void => {
    while (inside.length < concurrency) {
      const [next, ...rest] = queue;
      if (!next) return;
      queue = rest;
      enter(now, next.name, next.staysMs);
    }
  };
  const enter = (now: number, name: string, staysMs: number): void => {
    outcomes.push([name, now]);
    inside.push({ name, until: now + staysMs });
    if (staysMs === 0) leave(now, name);
  };
  const leave = (now: number, name: string): void => {
    inside = inside.filter((one) => one.name !== name);
    // It comes again while its slot is free, but behind those who wait for it.
    if (visits[Number(name)]?.again) come(now, `${name} again`, 1);
    fill(now);
  };
  const come = (now: number, name: string, staysMs: number): void => {
    if (queue.length === 0 && inside.length < concurrency) enter(now, name, staysMs);
    else if (queue.length - (concurrency - inside.length) >= maxQueue) outcomes.push([name, now, 'queueFull']);
    else queue.push({ name, since: now, staysMs });
  };

  for (let now = 0; now <= horizon; now++) {
    for (const { name } of inside.filter(({ until }) => until === now)) leave(now, name);
    visits.forEach((one, index) => {
      if (one.at === now) come(now, String(index), one.staysMs);
    });
    visits.forEach((one, index) => {
      if (one.leavesAfterMs === null || one.at + one.leavesAfterMs !== now) return;
      queue = queue.filter(({ name }) => name !== String(index));
    });
    for (const { name } of queue.filter(({ since }) => since + maxWaitMs === now)) {
      queue = queue.filter((one) => one.name !== name);
      outcomes.push([name, now, 'maxWait']);
    }
  }
  return outcomes;
}

describe('Semaphore, against two lists', () => {
  it('lets in and refuses the same ones, at the same times, in the same order, and holds nothing in the end', () => {
    fc.assert(
      fc.property(options, fc.array(visit, { maxLength: 25 }), (given, visits) => {
        expect(actual(given, visits)).to.deep.equal(expected(given, visits));
      }),
      { numRuns: 500 },
    );
  }).timeout(30_000);
});
