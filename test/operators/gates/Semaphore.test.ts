import { expect } from 'chai';
import { Semaphore, type SemaphoreOptions } from '../../../operators/gates/Semaphore.js';
import { SlotRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function holding(options: SemaphoreOptions): { semaphore: Semaphore; clock: VirtualClock; slots: SlotRequests } {
  const semaphore = new Semaphore(options);
  const clock = new VirtualClock();
  return { semaphore, clock, slots: new SlotRequests(semaphore, clock) };
}

const left = ({ permits, queued, timers }: Semaphore): number[] => [permits, queued, timers];

describe('Semaphore', () => {
  it('lets as many in as it says, and each one that follows for one that leaves, in their order', () => {
    const { semaphore, slots } = holding({ concurrency: 2 });
    for (const name of 'abcd') slots.ask(name);
    expect([slots.outcomes.length, ...left(semaphore)]).to.deep.equal([2, 2, 2, 0]);
    slots.release('b');
    slots.release('a');
    expect(slots.outcomes.map(([name]) => name)).to.deep.equal(['a', 'b', 'c', 'd']);
    slots.release('c');
    slots.release('d');
    expect(left(semaphore)).to.deep.equal([0, 0, 0]);
  });

  it('gives a permit back once, however often it is released', () => {
    const { semaphore, slots } = holding({ concurrency: 1 });
    for (const name of 'abc') slots.ask(name);
    for (let count = 0; count < 3; count++) slots.release('a');
    expect([slots.outcomes.length, ...left(semaphore)]).to.deep.equal([2, 1, 1, 0]);
    let told = 0;
    slots.permits.get('a')?.release(() => told++);
    expect(told).to.equal(0);
  });

  it('has the slot free before it tells, and gives it to the head of the queue after that', () => {
    const { semaphore, slots } = holding({ concurrency: 1 });
    slots.ask('a');
    slots.ask('b');
    const log: unknown[] = [];
    slots.permits.get('a')?.release(() => log.push(semaphore.permits, slots.outcomes.length));
    expect([...log, slots.outcomes.length]).to.deep.equal([0, 1, 2]);
  });

  it('lets whoever is told of the end in at once, when nobody waits', () => {
    const { semaphore, slots } = holding({ concurrency: 1, maxQueue: 0 });
    slots.ask('a');
    slots.permits.get('a')?.release(() => slots.ask('again'));
    expect(slots.outcomes).to.deep.equal([
      ['a', 0],
      ['again', 0],
    ]);
    expect(semaphore.permits).to.equal(1);
  });

  it('lets nobody overtake those who wait, not even from within a release', () => {
    const { slots } = holding({ concurrency: 1 });
    slots.ask('a');
    slots.ask('b');
    slots.permits.get('a')?.release(() => slots.ask('newcomer'));
    slots.release('b');
    expect(slots.outcomes.map(([name]) => name)).to.deep.equal(['a', 'b', 'newcomer']);
  });

  it('has a place for a newcomer in a full queue whose head is about to be let in', () => {
    const { semaphore, slots } = holding({ concurrency: 1, maxQueue: 1 });
    slots.ask('a');
    slots.ask('b');
    let accepts = false;
    slots.permits.get('a')?.release(() => {
      accepts = semaphore.accepts;
      slots.ask('newcomer');
    });
    slots.ask('one too many');
    slots.release('b');
    expect(accepts).to.equal(true);
    expect(slots.outcomes).to.deep.equal([
      ['a', 0],
      ['b', 0],
      ['one too many', 0, 'queueFull'],
      ['newcomer', 0],
    ]);
  });

  it('lets the head of the queue in when telling of the end throws', () => {
    const { semaphore, slots } = holding({ concurrency: 1 });
    slots.ask('a');
    slots.ask('b');
    expect(() =>
      slots.permits.get('a')?.release(() => {
        throw new Error('broken');
      }),
    ).to.throw('broken');
    expect(slots.outcomes.map(([name]) => name)).to.deep.equal(['a', 'b']);
    expect(left(semaphore)).to.deep.equal([1, 0, 0]);
  });

  it('serves the others when one that is let in releases and throws, whose error reaches the host', () => {
    const { semaphore, clock, slots } = holding({ concurrency: 1 });
    slots.ask('a');
    slots.ask('b', (permit) => {
      permit?.release();
      throw new Error('broken');
    });
    slots.ask('c');
    slots.release('a');
    expect(slots.outcomes.map(([name]) => name)).to.deep.equal(['a', 'b', 'c']);
    expect(() => {
      clock.advance(0);
    }).to.throw('broken');
    slots.release('c');
    expect(left(semaphore)).to.deep.equal([0, 0, 0]);
  });

  it('serves 100,000 waiters that all release at once without nesting', () => {
    const { semaphore, slots } = holding({ concurrency: 1, maxQueue: 100_000 });
    slots.ask('a');
    for (let count = 0; count < 100_000; count++) slots.ask('waiter', (permit) => permit?.release());
    slots.release('a');
    expect([slots.outcomes.length, ...left(semaphore)]).to.deep.equal([100_001, 0, 0, 0]);
  }).timeout(30_000);

  it('never refuses and never queues with a concurrency of Infinity', () => {
    const { semaphore, slots } = holding({ concurrency: Infinity, maxQueue: 0 });
    for (let count = 0; count < 1_000; count++) slots.ask('a');
    expect(left(semaphore)).to.deep.equal([1_000, 0, 0]);
  });

  describe('when one leaves the queue', () => {
    it('moves up those behind it', () => {
      const { semaphore, slots } = holding({ concurrency: 1 });
      slots.ask('a');
      slots.ask('b')?.cancel();
      slots.ask('c');
      slots.release('a');
      expect(slots.outcomes.map(([name]) => name)).to.deep.equal(['a', 'c']);
      expect(semaphore.queued).to.equal(0);
    });

    it('has a place for the next', () => {
      const { slots } = holding({ concurrency: 1, maxQueue: 1 });
      slots.ask('a');
      const b = slots.ask('b');
      b?.cancel();
      b?.cancel();
      slots.ask('c');
      slots.ask('d');
      expect(slots.outcomes).to.deep.equal([
        ['a', 0],
        ['d', 0, 'queueFull'],
      ]);
    });

    it('gives nothing back when it had been let in before', () => {
      const { semaphore, slots } = holding({ concurrency: 1 });
      slots.ask('a');
      const b = slots.ask('b');
      slots.ask('c');
      slots.release('a');
      b?.cancel();
      expect(left(semaphore)).to.deep.equal([1, 1, 0]);
    });

    it('holds no timer, at whatever time it leaves', () => {
      for (let leavesAt = 0; leavesAt <= 5; leavesAt++) {
        const { semaphore, clock, slots } = holding({ concurrency: 1, maxWaitMs: 5 });
        slots.ask('a');
        const b = slots.ask('b');
        clock.setTimer(() => b?.cancel(), leavesAt);
        clock.advance(leavesAt);
        expect([...left(semaphore), clock.pending, slots.outcomes.length]).to.deep.equal([1, 0, 0, 0, 1]);
      }
    });
  });

  describe('with maxWaitMs', () => {
    it('refuses on time whoever has not been let in by then, with one timer for all', () => {
      const { semaphore, clock, slots } = holding({ concurrency: 1, maxWaitMs: 10 });
      for (const name of 'abc') slots.ask(name);
      clock.advance(4);
      slots.ask('d');
      expect([semaphore.timers, clock.pending]).to.deep.equal([1, 1]);
      clock.advance(100);
      expect(slots.outcomes).to.deep.equal([
        ['a', 0],
        ['b', 10, 'maxWait'],
        ['c', 10, 'maxWait'],
        ['d', 14, 'maxWait'],
      ]);
      expect([...left(semaphore), clock.pending]).to.deep.equal([1, 0, 0, 0]);
    });

    it('lets in whom a slot becomes free for in the very frame', () => {
      const { semaphore, clock, slots } = holding({ concurrency: 1, maxWaitMs: 10 });
      slots.ask('a');
      slots.ask('b');
      clock.setTimer(() => {
        slots.release('a');
      }, 10);
      clock.advance(100);
      expect(slots.outcomes).to.deep.equal([
        ['a', 0],
        ['b', 10],
      ]);
      expect([...left(semaphore), clock.pending]).to.deep.equal([1, 0, 0, 0]);
    });

    it('lets one that is refused ask again, behind the others', () => {
      const { clock, slots } = holding({ concurrency: 1, maxWaitMs: 10 });
      slots.ask('a');
      slots.ask('b', () => slots.ask('b again'));
      slots.ask('c');
      clock.advance(15);
      slots.release('a');
      expect(slots.outcomes).to.deep.equal([
        ['a', 0],
        ['b', 10, 'maxWait'],
        ['c', 10, 'maxWait'],
        ['b again', 15],
      ]);
    });

    it('refuses on time though the clock is set back by an hour', () => {
      const { clock, slots } = holding({ concurrency: 1, maxWaitMs: 1_000 });
      slots.ask('a');
      slots.ask('b');
      clock.advance(300);
      clock.jump(-3_600_000);
      clock.advance(5_000);
      expect(slots.outcomes[1]?.[1]).to.be.within(1_000, 1_001);
    });
  });

  it('accepts while there is a slot or a place', () => {
    const { semaphore, slots } = holding({ concurrency: 1, maxQueue: 1 });
    const seen = [semaphore.accepts];
    for (const name of 'ab') {
      slots.ask(name);
      seen.push(semaphore.accepts);
    }
    slots.release('a');
    seen.push(semaphore.accepts);
    expect(seen).to.deep.equal([true, true, false, true]);
  });

  describe('with a maxWaitMs of 0', () => {
    it('refuses at once whoever would have to wait, and sets no timer', () => {
      const { clock, semaphore, slots } = holding({ concurrency: 1, maxWaitMs: 0 });
      slots.ask('a');
      expect([semaphore.accepts, slots.ask('b')]).to.deep.equal([false, undefined]);
      expect(slots.outcomes.map(([name, , refusal]) => [name, refusal])).to.deep.equal([
        ['a', undefined],
        ['b', 'maxWait'],
      ]);
      expect([semaphore.queued, semaphore.timers, clock.pending]).to.deep.equal([0, 0, 0]);
    });

    it('lets whoever asks as soon as a slot is given back have it', () => {
      const { semaphore, slots } = holding({ concurrency: 1, maxWaitMs: 0 });
      slots.ask('a');
      slots.release('a');
      expect(semaphore.accepts).to.equal(true);
      slots.ask('b');
      expect([semaphore.permits, slots.outcomes.at(-1)?.[2]]).to.deep.equal([1, undefined]);
    });
  });

  for (const [options, error, message] of [
    [{ concurrency: 0 }, RangeError, 'concurrency: expected a whole number of at least 1 or Infinity, got 0'],
    [{ concurrency: 1.5 }, RangeError, 'concurrency: expected a whole number of at least 1 or Infinity, got 1.5'],
    [{ concurrency: null }, TypeError, 'concurrency: expected a whole number of at least 1 or Infinity, got null'],
    [{ concurrency: 1, maxQueue: -1 }, RangeError, 'maxQueue: expected a whole number of at least 0, got -1'],
    [
      { concurrency: 1, maxQueue: Infinity },
      RangeError,
      'maxQueue: expected a whole number of at least 0, got Infinity',
    ],
    [{ concurrency: 1, maxWaitMs: -1 }, RangeError, 'maxWaitMs: expected milliseconds, 0 or more, got -1'],
    [{ concurrency: 1, maxWaitMs: '5' }, TypeError, 'maxWaitMs: expected milliseconds, 0 or more, got "5"'],
    [{ concurrency: 1, queue: 5 }, TypeError, 'semaphore: expected no options but concurrency, maxQueue, maxWaitMs'],
    [undefined, TypeError, 'semaphore: expected an object, got undefined'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}: ${message}`, () => {
      expect(() => new Semaphore(options as never)).to.throw(error, message);
    });
  }
});
