import { expect } from 'chai';
import { stackless } from '../../operators/stackless.js';

const made = (): Error => stackless(() => new RangeError('too late'));

describe('stackless', () => {
  it('makes an error whose stack is its name and message', () => {
    const error = made();
    expect(error).to.be.instanceOf(RangeError);
    expect(error.stack).to.equal('RangeError: too late');
  });

  it('leaves the stacks of all other errors as they were', () => {
    const limit = Error.stackTraceLimit;
    made();
    expect(() =>
      stackless(() => {
        throw new TypeError('no error');
      }),
    ).to.throw(TypeError, 'no error');
    expect(Error.stackTraceLimit).to.equal(limit);
    expect(new Error('here').stack).to.match(/stackless\.test/);
  });

  for (const [engine, descriptor] of [
    ['has no such limit', { value: undefined, writable: true }],
    ['does not let it be set', { value: 7, writable: false }],
  ] as const) {
    it(`makes the error where the engine ${engine}, and sets nothing`, () => {
      const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') ?? {};
      Object.defineProperty(Error, 'stackTraceLimit', { ...descriptor, configurable: true });
      try {
        expect(made().message).to.equal('too late');
        expect(Error.stackTraceLimit).to.equal(descriptor.value);
      } finally {
        Object.defineProperty(Error, 'stackTraceLimit', before);
      }
    });
  }
});
