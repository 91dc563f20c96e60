import { expect } from 'chai';
import {
  callable,
  object,
  oneOf,
  optionsOf,
  positive,
  positiveMs,
  wholeNumber,
  zeroOrMoreMs,
} from '../../../operators/gates/argument.js';

describe('an argument of ours', () => {
  it('is returned when it is right', () => {
    const options = {};
    const callback = (): void => undefined;
    expect(positiveMs('x', 0.5)).to.equal(0.5);
    expect(positiveMs('x', Infinity)).to.equal(Infinity);
    expect(zeroOrMoreMs('x', 0)).to.equal(0);
    expect(zeroOrMoreMs('x', Infinity)).to.equal(Infinity);
    expect(positive('x', 0.5)).to.equal(0.5);
    expect(wholeNumber('x', 3, 3)).to.equal(3);
    expect(wholeNumber('x', Infinity, 3, true)).to.equal(Infinity);
    expect(oneOf('x', 'b', ['a', 'b'])).to.equal('b');
    expect(callable('x', callback)).to.equal(callback);
    expect(object('x', options)).to.equal(options);
    const one = { a: undefined };
    expect(optionsOf<{ a?: undefined; b?: 1 }>('x', one, { a: true, b: true })).to.equal(one);
  });

  for (const [value, error, shown] of [
    [0, RangeError, '0'],
    [-1, RangeError, '-1'],
    [Number.NaN, RangeError, 'NaN'],
    ['5', TypeError, '"5"'],
    [
      'a "quoted" text that is much longer than an error message has room for',
      TypeError,
      '"a \\"quoted\\" text that is much longer than…"',
    ],
    ['forty characters, which are still shown:', TypeError, '"forty characters, which are still shown:"'],
    [undefined, TypeError, 'undefined'],
    [null, TypeError, 'null'],
    [true, TypeError, 'true'],
    [10n, TypeError, '10'],
    [Symbol('ms'), TypeError, 'Symbol(ms)'],
    [[1], TypeError, 'an array'],
    [{ toString: null }, TypeError, 'an object'],
    [() => 1, TypeError, 'a function'],
  ] as const) {
    it(`is a ${error.name} that shows ${shown} when it is that in place of a time`, () => {
      expect(() => positiveMs('totalMs', value as number)).to.throw(
        error,
        `totalMs: expected milliseconds above 0, got ${shown}`,
      );
    });
  }

  for (const [check, message] of [
    [() => zeroOrMoreMs('waitMs', -1), 'waitMs: expected milliseconds, 0 or more, got -1'],
    [() => zeroOrMoreMs('waitMs', Number.NaN), 'waitMs: expected milliseconds, 0 or more, got NaN'],
    [() => zeroOrMoreMs('waitMs', '1' as never), 'waitMs: expected milliseconds, 0 or more, got "1"'],
    [() => positive('perMs', Infinity), 'perMs: expected a finite number above 0, got Infinity'],
    [() => wholeNumber('limit', 1.5, 1), 'limit: expected a whole number of at least 1, got 1.5'],
    [() => wholeNumber('limit', Infinity, 1), 'limit: expected a whole number of at least 1, got Infinity'],
    [() => wholeNumber('limit', 2 ** 53, 1), 'limit: expected a whole number of at least 1, got 9007199254740992'],
    [() => wholeNumber('slots', 0, 1, true), 'slots: expected a whole number of at least 1 or Infinity, got 0'],
    [() => oneOf<string>('overflow', 'c', ['a', 'b']), `overflow: expected 'a' or 'b', got "c"`],
    [() => callable('run', 'x' as never), 'run: expected a function, got "x"'],
    [() => optionsOf('retry', { a: 1, c: 2 }, { a: true } as never), 'retry: expected no options but a, got "c"'],
    [() => optionsOf('retry', { toString: 1 }, {} as never), 'retry: expected no options but , got "toString"'],
    [() => optionsOf('retry', undefined as never, {}), 'retry: expected an object, got undefined'],
    [() => object('options', null as never), 'options: expected an object, got null'],
    [() => object('options', (() => 1) as never), 'options: expected an object, got a function'],
  ] as const) {
    it(`says "${message}"`, () => {
      expect(check).to.throw(message);
    });
  }

  it('is a TypeError, and no matter of range, when it is a number in place of something else', () => {
    for (const check of [
      () => object('x', 5 as never),
      () => callable('x', 5 as never),
      () => oneOf<string>('x', 5 as never, ['a']),
    ]) {
      expect(check).to.throw(TypeError, 'got 5');
    }
  });
});
