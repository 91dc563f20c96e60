import { expect } from 'chai';
import { isolated } from '../../../operators/gates/isolated.js';
import { VirtualClock } from '../../support/VirtualClock.js';

describe('isolated', () => {
  it('calls back at once', () => {
    const clock = new VirtualClock();
    let called = 0;
    isolated(clock, () => called++);
    expect([called, clock.pending]).to.deep.equal([1, 0]);
  });

  it('hands what the callback throws to the host, and returns', () => {
    const clock = new VirtualClock();
    isolated(clock, () => {
      throw new Error('broken');
    });
    expect(() => {
      clock.advance(0);
    }).to.throw('broken');
    expect(clock.pending).to.equal(0);
  });
});
