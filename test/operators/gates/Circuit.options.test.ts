import { expect } from 'chai';
import { Circuit } from '../../../operators/gates/Circuit.js';

describe('Circuit, wrongly made', () => {
  const count = { kind: 'count', size: 10 } as const;
  for (const [options, error, message] of [
    [null, TypeError, 'circuit: expected an object, got null'],
    [{ window: null }, TypeError, 'window: expected an object, got null'],
    [{ window: 'count' }, TypeError, 'window: expected an object, got "count"'],
    [{ window: { kind: 'rate' } }, TypeError, `window.kind: expected 'consecutive' or 'count' or 'time', got "rate"`],
    [{ window: { kind: 'consecutive', failures: 0 } }, RangeError, 'failures: expected a whole number of at least 1'],
    [{ window: { kind: 'count', size: 0 } }, RangeError, 'size: expected a whole number of at least 1, got 0'],
    [{ window: { kind: 'count' } }, TypeError, 'size: expected a whole number of at least 1, got undefined'],
    [{ window: { kind: 'time', ms: 0 } }, RangeError, 'ms: expected milliseconds above 0, got 0'],
    [{ window: { ...count, minimumCalls: 0 } }, RangeError, 'minimumCalls: expected a whole number of at least 1'],
    [{ window: { ...count, minimumCalls: 11 } }, RangeError, "minimumCalls: expected at most the window's size of 10"],
    [
      { window: { ...count, failureRate: 0 } },
      RangeError,
      'failureRate: expected a number above 0 and at most 1, got 0',
    ],
    [{ window: { ...count, failureRate: 1.1 } }, RangeError, 'failureRate: expected a number above 0 and at most 1'],
    [{ window: { ...count, failureRate: NaN } }, RangeError, 'failureRate: expected a number above 0 and at most 1'],
    [{ window: { ...count, failureRate: '0.5' } }, TypeError, 'failureRate: expected a number above 0 and at most 1'],
    [
      { window: { ...count, slowCallRate: 2, slowCallMs: 1 } },
      RangeError,
      'slowCallRate: expected a number above 0 and at most 1, got 2',
    ],
    [
      { window: { ...count, slowCallRate: 0.5 } },
      TypeError,
      'slowCallRate: expected slowCallRate and slowCallMs together, got one of them',
    ],
    [
      { window: { ...count, slowCallMs: 5 } },
      TypeError,
      'slowCallRate: expected slowCallRate and slowCallMs together, got one of them',
    ],
    [
      { window: { ...count, slowCallRate: 0.5, slowCallMs: 0 } },
      RangeError,
      'slowCallMs: expected milliseconds above 0, got 0',
    ],
    [{ openMs: 0 }, RangeError, 'openMs: expected milliseconds above 0, got 0'],
    [{ probes: 0 }, RangeError, 'probes: expected a whole number of at least 1, got 0'],
    [{ maxHalfOpenMs: -1 }, RangeError, 'maxHalfOpenMs: expected milliseconds above 0, got -1'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => new Circuit(options as never)).to.throw(error, message);
    });
  }

  it('throws at once for a listener that is no function', () => {
    expect(() => new Circuit().onTransition('open' as never)).to.throw(TypeError, 'listener: expected a function');
  });
});
