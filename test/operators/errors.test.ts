import { expect } from 'chai';
import {
  BulkheadRejected,
  CircuitRejected,
  isRejection,
  RateLimitRejected,
  TimeoutExceeded,
} from '../../operators/index.js';
import { rejectionMark } from '../../operators/rejection.js';

describe('errors of the operators', () => {
  for (const [create, message] of [
    [() => new TimeoutExceeded('total', 7, 0), 'did not complete within 7 ms (0 values so far)'],
    [() => new TimeoutExceeded('first', 4, 0), 'no value within 4 ms (0 values so far)'],
    [() => new TimeoutExceeded('each', 3, 1), 'nothing for 3 ms (1 value so far)'],
    [() => new RateLimitRejected('limit', 12), 'the rate limit is used up; retry after 12 ms'],
    [() => new RateLimitRejected('queueFull', 12), 'the queue of the rate limit is full; retry after 12 ms'],
    [
      () => new RateLimitRejected('maxWait', 12),
      'the rate limit would make it wait longer than maxWaitMs; retry after 12 ms',
    ],
    [() => new RateLimitRejected('maxKeys', 12), 'the rate limit keeps as many keys as it may; retry after 12 ms'],
    [() => new CircuitRejected('open', 5), 'the circuit is open; retry after 5 ms'],
    [() => new CircuitRejected('halfOpen', undefined), 'the circuit is half-open and all its probes are under way'],
    [() => new CircuitRejected('isolated', undefined), 'the circuit is held open by hand'],
    [() => new BulkheadRejected('queueFull', 2, 1), 'all slots are taken and the queue is full (2 running, 1 waiting)'],
    [() => new BulkheadRejected('maxWait', 2, 0), 'no slot became free within maxWaitMs (2 running, 0 waiting)'],
  ] as const) {
    it(`says "${message}"`, () => {
      expect(create().message).to.equal(message);
    });
  }

  // Made inside the tests: what is made while they are declared is tested by none of them.
  for (const [name, isOurs, create] of [
    ['TimeoutExceeded', false, () => new TimeoutExceeded('total', 7, 0)],
    ['RateLimitRejected', true, () => new RateLimitRejected('limit', 12)],
    ['BulkheadRejected', true, () => new BulkheadRejected('queueFull', 2, 1)],
    ['CircuitRejected', true, () => new CircuitRejected('open', 5)],
  ] as const) {
    it(`${name} is an Error whose name and tag say which`, () => {
      const error = create();
      expect(error).to.be.instanceOf(Error);
      expect([error.name, error._tag]).to.deep.equal([name, name]);
      expect(String(error)).to.equal(`${name}: ${error.message}`);
      expect(error.stack).to.contain('errors.test');
    });

    it(`${name} is ${isOurs ? 'a' : 'no'} refusal of our own limits`, () => {
      expect(isRejection(create())).to.equal(isOurs);
      expect((create() as { [rejectionMark]?: true })[rejectionMark]).to.equal(isOurs ? true : undefined);
    });
  }

  it('carry what they are about', () => {
    expect(new TimeoutExceeded('each', 3, 2)).to.include({ limit: 'each', ms: 3, values: 2 });
    expect(new RateLimitRejected('maxWait', 9)).to.include({ reason: 'maxWait', retryAfterMs: 9 });
    expect(new BulkheadRejected('maxWait', 2, 5)).to.include({ reason: 'maxWait', running: 2, queued: 5 });
  });
});
