import { expect } from 'chai';
import {
  BulkheadRejected,
  CircuitRejected,
  isRejection,
  RateLimitRejected,
  TimeoutExceeded,
} from '../../operators/index.js';
import { rejectionMark, retryAfterMsOf } from '../../operators/rejection.js';

describe('isRejection', () => {
  for (const error of [
    new RateLimitRejected('limit', 5),
    new BulkheadRejected('queueFull', 1, 0),
    new CircuitRejected('open', 5),
    new CircuitRejected('isolated', undefined),
  ]) {
    it(`is true for a ${error.name}: ${error.message}`, () => {
      expect(isRejection(error)).to.equal(true);
    });
  }

  it('is true for a refusal that another copy of this package made', () => {
    const error = Object.assign(new Error('refused'), { [Symbol.for('toolstream.rejection')]: true });
    expect(isRejection(error)).to.equal(true);
  });

  for (const [name, error] of [
    ['a timeout, which is a failure of the work', new TimeoutExceeded('total', 5, 0)],
    ['an error that only says when to come again', Object.assign(new Error('429'), { retryAfterMs: 5 })],
    ['an error caused by a refusal', new Error('no answer', { cause: new RateLimitRejected('limit', 5) })],
    ['a text', 'the rate limit is used up'],
    ['null', null],
    ['undefined', undefined],
  ] as const) {
    it(`is false for ${name}`, () => {
      expect(isRejection(error)).to.equal(false);
    });
  }

  it('goes by a mark that does not show in what is printed or stored', () => {
    const error = new CircuitRejected('open', 5);
    expect(Object.getOwnPropertySymbols(error)).to.deep.equal([]);
    expect(error[rejectionMark]).to.equal(true);
  });
});

describe('retryAfterMsOf', () => {
  for (const [name, error, expected] of [
    ['a refusal of a rate limit', new RateLimitRejected('limit', 5), 5],
    ['a refusal of a circuit', new CircuitRejected('open', 7), 7],
    ['any error with the property', Object.assign(new Error('429'), { retryAfterMs: 1_500 }), 1_500],
    ['0: come again at once', { retryAfterMs: 0 }, 0],
    ['Infinity: do not come again', { retryAfterMs: Infinity }, Infinity],
    ['its cause', new Error('failed', { cause: { retryAfterMs: 9 } }), 9],
    [
      'itself rather than its cause',
      Object.assign(new Error('', { cause: { retryAfterMs: 9 } }), { retryAfterMs: 4 }),
      4,
    ],
  ] as const) {
    it(`is what the error says: ${name}`, () => {
      expect(retryAfterMsOf(error)).to.equal(expected);
    });
  }

  for (const [name, error] of [
    ['an error without the property', new Error('broken')],
    ['a refusal of a circuit that is held open by hand', new CircuitRejected('isolated', undefined)],
    ['a time before now', { retryAfterMs: -1 }],
    ['NaN', { retryAfterMs: Number.NaN }],
    ['a text, as a header has it', { retryAfterMs: '5' }],
    ['null in place of a time', { retryAfterMs: null }],
    ['a cause that says nothing', new Error('failed', { cause: null })],
    ['a text in place of an error', 'broken'],
    ['null in place of an error', null],
    ['undefined in place of an error', undefined],
  ] as const) {
    it(`is undefined for ${name}`, () => {
      expect(retryAfterMsOf(error)).to.equal(undefined);
    });
  }
});
