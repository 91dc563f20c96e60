import { expect } from 'chai';
import * as fc from 'fast-check';
import { History } from '../src/history.js';

describe('a history', () => {
  it('keeps the latest, in order, and counts those that have gone, whatever its capacity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), fc.array(fc.integer(), { maxLength: 30 }), (capacity, items) => {
        const history = new History<number>(capacity);
        items.forEach((item, index) => {
          history.push(item);
          const kept = items.slice(0, index + 1).slice(Math.max(0, index + 1 - capacity));
          expect(history.toArray()).to.deep.equal(kept);
          expect(history.size).to.equal(kept.length);
          expect(history.dropped).to.equal(capacity === 0 ? 0 : index + 1 - kept.length);
        });
      }),
    );
  });

  it('gives an array that later items do not change', () => {
    const history = new History<number>(2);
    history.push(1);
    const then = history.toArray();
    history.push(2);
    history.push(3);
    expect(then).to.deep.equal([1]);
  });
});
