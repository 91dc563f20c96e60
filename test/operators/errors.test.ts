import { expect } from 'chai';
import { BulkheadRejected, RateLimitRejected, TimeoutExceeded } from '../../operators/index.js';

describe('errors of the operators', () => {
  for (const [error, message] of [
    [new TimeoutExceeded('total', 7, 0), 'did not complete within 7 ms (0 values so far)'],
    [new TimeoutExceeded('first', 4, 0), 'no value within 4 ms (0 values so far)'],
    [new TimeoutExceeded('each', 3, 1), 'nothing for 3 ms (1 value so far)'],
    [new RateLimitRejected('limit', 12), 'the rate limit is used up; retry after 12 ms'],
    [new RateLimitRejected('queueFull', 12), 'the queue of the rate limit is full; retry after 12 ms'],
    [
      new RateLimitRejected('maxWait', 12),
      'the rate limit would make it wait longer than maxWaitMs; retry after 12 ms',
    ],
    [new RateLimitRejected('maxKeys', 12), 'the rate limit keeps as many keys as it may; retry after 12 ms'],
    [new BulkheadRejected('queueFull', 2, 1), 'all slots are taken and the queue is full (2 running, 1 waiting)'],
    [new BulkheadRejected('maxWait', 2, 0), 'no slot became free within maxWaitMs (2 running, 0 waiting)'],
  ] as const) {
    it(`says "${message}"`, () => {
      expect(error.message).to.equal(message);
    });
  }

  for (const error of [
    new TimeoutExceeded('total', 7, 0),
    new RateLimitRejected('limit', 12),
    new BulkheadRejected('queueFull', 2, 1),
  ]) {
    it(`${error._tag} is an Error whose name and tag say which`, () => {
      expect(error).to.be.instanceOf(Error);
      expect(error.name).to.equal(error._tag);
      expect(String(error)).to.equal(`${error._tag}: ${error.message}`);
      expect(error.stack).to.contain('errors.test');
    });
  }

  it('carry what they are about', () => {
    expect(new TimeoutExceeded('each', 3, 2)).to.include({ limit: 'each', ms: 3, values: 2 });
    expect(new RateLimitRejected('maxWait', 9)).to.include({ reason: 'maxWait', retryAfterMs: 9 });
    expect(new BulkheadRejected('maxWait', 2, 5)).to.include({ reason: 'maxWait', running: 2, queued: 5 });
  });
});
