import { expect } from 'chai';
import fc from 'fast-check';
import { callIdOf, isNestedIn, nestedRunId } from '../src/runIds.js';
import { anyKey } from './support/flowArbitraries.js';

describe('callIdOf', () => {
  it('is the id of the run, the key, and the position of the element', () => {
    expect(callIdOf('r', 'hits')).to.equal('r.hits');
    expect(callIdOf('r', 'hits', 3)).to.equal('r.hits#3');
  });

  it('differs wherever the step or the element differs, whatever the key', () => {
    const key = fc.oneof(
      anyKey,
      fc.array(fc.constantFrom('a', '#', '%', '0', '25', '23'), { maxLength: 5 }).map((p) => p.join('')),
    );
    const place = fc.tuple(key, fc.option(fc.nat({ max: 30 }), { nil: undefined }));
    fc.assert(
      fc.property(place, place, ([a, i], [b, j]) => {
        expect(callIdOf('r', a, i) === callIdOf('r', b, j)).to.equal(a === b && i === j);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('nestedRunId', () => {
  it('makes no id of a call that a step of the run around it could have', () => {
    const nested = callIdOf(nestedRunId(callIdOf('r', 'a'), 1, 1), 'x');
    expect(nested).to.equal('r.a/1.x');
    expect(callIdOf('r', 'a/1.x')).not.to.equal(nested);
  });

  it('is the id of the call, the attempt, and from the second run of the attempt on its number', () => {
    expect([nestedRunId('c', 1, 1), nestedRunId('c', 2, 1), nestedRunId('c', 1, 3)]).to.deep.equal([
      'c/1',
      'c/2',
      'c/1-3',
    ]);
  });

  it('is known for one that is inside of that call, and of no other', () => {
    expect(isNestedIn(nestedRunId('r.a', 1, 1), 'r.a')).to.equal(true);
    expect(isNestedIn(nestedRunId('r.ab', 1, 1), 'r.a')).to.equal(false);
    expect(isNestedIn('r', 'r')).to.equal(false);
  });
});
