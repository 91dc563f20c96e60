import { expect } from 'chai';
import { countingIds, idsFrom } from '../src/ids.js';

describe('countingIds', () => {
  it('counts from 1 behind a prefix that differs from one to the next', () => {
    const ids = countingIds();
    const [first, second] = [ids.textOf(ids.reserve()), ids.textOf(ids.reserve())];
    expect(first).to.match(/^[a-z0-9]{1,8}-1$/);
    expect(second).to.equal(first.replace(/1$/, '2'));
    expect(countingIds().textOf(1)).not.to.equal(first);
  });

  it('writes every number as it is, whatever was written before it', () => {
    const ids = countingIds();
    const prefix = ids.textOf(0).slice(0, -1);
    const numbers = [
      1, 9, 99, 999, 1_000, 1_001, 1_099, 1_999, 2_000, 2_005, 12_007, 1_000_000, 2_005, 999, 123_456_789,
    ];
    expect(numbers.map((number) => ids.textOf(number))).to.deep.equal(numbers.map((number) => `${prefix}${number}`));
    for (let number = 0; number < 12_000; number += 7) expect(ids.textOf(number)).to.equal(`${prefix}${number}`);
  });

  it('leaves an id as it is that has a text', () => {
    expect(countingIds().textOf('mine')).to.equal('mine');
  });
});

describe('idsFrom', () => {
  it('gives what it was handed, one for each that is reserved', () => {
    let count = 0;
    const ids = idsFrom(() => `id${++count}`);
    expect([ids.reserve(), ids.reserve()].map((id) => ids.textOf(id))).to.deep.equal(['id1', 'id2']);
  });
});
