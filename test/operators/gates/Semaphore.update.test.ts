import { expect } from 'chai';
import { Semaphore, type SemaphoreOptions } from '../../../operators/gates/Semaphore.js';
import { SlotRequests } from '../../support/requests.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function holding(options: SemaphoreOptions): { semaphore: Semaphore; clock: VirtualClock; slots: SlotRequests } {
  const semaphore = new Semaphore(options);
  const clock = new VirtualClock();
  return { semaphore, clock, slots: new SlotRequests(semaphore, clock) };
}

const namesOf = ({ outcomes }: SlotRequests): string[] =>
  outcomes.map(([name, , refusal]) => (refusal ? `${name}: ${refusal}` : name));

describe('Semaphore, updated', () => {
  it('gives more slots at once to those who wait, in their order, and no more than there are', () => {
    const { semaphore, slots } = holding({ concurrency: 1 });
    for (const name of 'abcd') slots.ask(name);
    semaphore.update({ concurrency: 3 });
    expect(namesOf(slots)).to.deep.equal(['a', 'b', 'c']);
    expect([semaphore.concurrency, semaphore.permits, semaphore.queued]).to.deep.equal([3, 3, 1]);
  });

  it('gives a slot to all who wait when there is no limit any more', () => {
    const { semaphore, slots } = holding({ concurrency: 1 });
    for (const name of 'abcd') slots.ask(name);
    semaphore.update({ concurrency: Infinity });
    expect(namesOf(slots)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('takes off the timer of those whom it lets in', () => {
    const { semaphore, slots, clock } = holding({ concurrency: 1, maxWaitMs: 5 });
    for (const name of 'ab') slots.ask(name);
    semaphore.update({ concurrency: 2 });
    expect([semaphore.timers, clock.pending]).to.deep.equal([0, 0]);
    clock.advance(10);
    expect(namesOf(slots)).to.deep.equal(['a', 'b']);
  });

  it('leaves those who hold a slot theirs when there are fewer, and lets the next in once enough have left', () => {
    const { semaphore, slots } = holding({ concurrency: 3 });
    for (const name of 'abcd') slots.ask(name);
    semaphore.update({ concurrency: 1 });
    expect([semaphore.permits, semaphore.queued]).to.deep.equal([3, 1]);
    slots.release('a');
    slots.release('b');
    expect([namesOf(slots).length, semaphore.permits]).to.deep.equal([3, 1]);
    slots.release('c');
    expect(namesOf(slots)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('lets as many wait as maxQueue says also while more hold a slot than there are', () => {
    const { semaphore, slots } = holding({ concurrency: 3, maxQueue: 1 });
    for (const name of 'abc') slots.ask(name);
    semaphore.update({ concurrency: 1 });
    expect(semaphore.accepts).to.equal(true);
    slots.ask('d');
    expect(semaphore.accepts).to.equal(false);
    slots.ask('e');
    expect(namesOf(slots)).to.deep.equal(['a', 'b', 'c', 'e: queueFull']);
  });

  it('refuses by the new maxQueue, and leaves those who wait already where they are', () => {
    const { semaphore, slots } = holding({ concurrency: 1, maxQueue: 2 });
    for (const name of 'abc') slots.ask(name);
    semaphore.update({ maxQueue: 0 });
    slots.ask('d');
    semaphore.update({ maxQueue: 3 });
    slots.ask('e');
    expect(semaphore.queued).to.equal(3);
    for (const name of 'abc') slots.release(name);
    expect(namesOf(slots)).to.deep.equal(['a', 'd: queueFull', 'b', 'c', 'e']);
  });

  it('changes only what it is given', () => {
    const { semaphore, slots } = holding({ concurrency: 1, maxQueue: 1 });
    semaphore.update({ concurrency: 2 });
    for (const name of 'abcd') slots.ask(name);
    expect(namesOf(slots)).to.deep.equal(['a', 'b', 'd: queueFull']);
    semaphore.update({});
    expect(semaphore.concurrency).to.equal(2);
  });

  it('goes by the latest limit when it is changed again by one whom it lets in', () => {
    const { semaphore, slots } = holding({ concurrency: 1 });
    slots.ask('a');
    slots.ask('b', () => {
      semaphore.update({ concurrency: 2 });
    });
    for (const name of 'cd') slots.ask(name);
    semaphore.update({ concurrency: 4 });
    expect(namesOf(slots)).to.deep.equal(['a', 'b']);
    expect([semaphore.permits, semaphore.queued]).to.deep.equal([2, 2]);
  });

  it('lets in those behind one whose start throws', () => {
    const { semaphore, slots, clock } = holding({ concurrency: 1 });
    slots.ask('a');
    slots.ask('b', () => {
      throw new Error('no start');
    });
    slots.ask('c');
    semaphore.update({ concurrency: 3 });
    expect(namesOf(slots)).to.deep.equal(['a', 'b', 'c']);
    expect(() => clock.advance(0)).to.throw('no start');
  });

  for (const [changes, error, message] of [
    [
      { concurrency: 0, maxQueue: 0 },
      RangeError,
      'concurrency: expected a whole number of at least 1 or Infinity, got 0',
    ],
    [{ concurrency: 4, maxQueue: -1 }, RangeError, 'maxQueue: expected a whole number of at least 0, got -1'],
    [
      { concurrency: '4', maxQueue: 0 },
      TypeError,
      'concurrency: expected a whole number of at least 1 or Infinity, got "4"',
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(changes)}, and changes nothing (${message})`, () => {
      const { semaphore, slots } = holding({ concurrency: 1, maxQueue: 1 });
      for (const name of 'ab') slots.ask(name);
      expect(() => {
        semaphore.update(changes as never);
      }).to.throw(error, message);
      expect([semaphore.concurrency, semaphore.permits, semaphore.queued]).to.deep.equal([1, 1, 1]);
      slots.release('a');
      slots.ask('c');
      expect(namesOf(slots)).to.deep.equal(['a', 'b']);
      expect(semaphore.queued).to.equal(1);
    });
  }
});
