import { expect } from 'chai';
import fc from 'fast-check';
import { type Place, Queue } from '../../../operators/gates/Queue.js';

describe('Queue', () => {
  it('gives out first what came first', () => {
    const queue = new Queue<string>();
    for (const value of 'abc') queue.push(value);
    expect([queue.head, queue.shift(), queue.shift(), queue.shift(), queue.shift()]).to.deep.equal([
      'a',
      'a',
      'b',
      'c',
      undefined,
    ]);
  });

  it('takes a place out only once', () => {
    const queue = new Queue<string>();
    const place = queue.push('a');
    queue.push('b');
    expect([queue.remove(place), queue.remove(place), queue.length]).to.deep.equal([true, false, 1]);
  });

  it('knows that what was shifted has left', () => {
    const queue = new Queue<string>();
    const place = queue.push('a');
    queue.shift();
    expect([queue.remove(place), queue.length]).to.deep.equal([false, 0]);
  });

  it('lets go of all others when a place is kept after it has left', () => {
    const queue = new Queue<number>();
    const places = Array.from({ length: 5 }, (_, index) => queue.push(index));
    for (const index of [2, 0, 1, 4, 3]) queue.remove(places[index] as Place<number>);
    const kept = places.map((place) => Object.values(place).filter((value: unknown) => typeof value === 'object'));
    expect(kept).to.deep.equal([[], [], [], [], []]);
  });

  it('does as an array does, whatever joins and leaves in whatever order', () => {
    const step = fc.oneof(fc.constant('push' as const), fc.constant('shift' as const), fc.nat(20));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new Queue<number>();
        const places: Place<number>[] = [];
        let model: number[] = [];
        for (const what of steps) {
          if (what === 'push') {
            model.push(places.length);
            places.push(queue.push(places.length));
          } else if (what === 'shift') {
            expect(queue.shift()).to.equal(model.shift());
          } else {
            const place = places[what];
            if (!place) continue;
            expect(queue.remove(place)).to.equal(model.includes(what));
            model = model.filter((value) => value !== what);
          }
          expect([queue.length, queue.head]).to.deep.equal([model.length, model[0]]);
        }
      }),
    );
  });
});
