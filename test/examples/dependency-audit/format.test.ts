import { expect } from 'chai';
import { formatBytes, formatCount, formatMs } from '../../../examples/dependency-audit/format.js';

describe('formatCount', () => {
  it('says a number with its noun', () => {
    expect([0, 1, 1_234].map((number) => formatCount(number, 'package'))).to.deep.equal([
      '0 packages',
      '1 package',
      '1,234 packages',
    ]);
  });
});

describe('formatMs', () => {
  it('says milliseconds below a second and seconds above', () => {
    expect([0.4, 999, 2_149].map(formatMs)).to.deep.equal(['0 ms', '999 ms', '2.1 s']);
  });
});

describe('formatBytes', () => {
  it('says bytes, thousands and millions of them', () => {
    expect([0, 999, 1_500, 12_345_678].map(formatBytes)).to.deep.equal(['0 B', '999 B', '1.5 kB', '12.3 MB']);
  });
});
