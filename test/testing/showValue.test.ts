import { expect } from 'chai';
import { ToolTimeout } from '../../src/index.js';
import { absent } from '../../src/testing/difference.js';
import { showValue } from '../../src/testing/showValue.js';

describe('showValue', () => {
  class Hit {
    readonly url = '/a';
  }
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const timeout = new ToolTimeout({
    tool: 'search',
    callId: '1',
    attempt: 1,
    limit: 'timeoutMs',
    ms: 5,
    outstanding: 'the first value',
  });

  for (const [value, text] of [
    ["it's\n", "'it\\'s\\n'"],
    [-0, '-0'],
    [12n, '12n'],
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [absent, 'nothing'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, '[function]'],
    [parseInt, '[function parseInt]'],
    [[], '[]'],
    [{}, '{}'],
    [[1, 'a'], "[1, 'a']"],
    [{ a: 1, 'b-c': [2] }, "{ a: 1, 'b-c': [2] }"],
    [new Hit(), "Hit { url: '/a' }"],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'an invalid date'],
    [/a/g, '/a/g'],
    [new Set([1]), 'Set { 1 }'],
    [new Map([['k', 1]]), "Map { 'k' => 1 }"],
    [new RangeError('no'), 'RangeError: no'],
    [timeout, "ToolTimeout: 'search' exceeded its timeoutMs of 5 ms in attempt 1, waiting for the first value"],
    [cyclic, '[[circular]]'],
    [{ a: { b: { c: { d: { e: 1 } } } } }, '{ a: { b: { c: { d: { e: … } } } } }'],
    [Array.from({ length: 25 }, () => 0), `[${'0, '.repeat(20)}… 5 more]`],
    [Object.create(null), '{}'],
  ] as const) {
    it(`writes ${text}`, () => {
      expect(showValue(value)).to.equal(text);
    });
  }

  it('cuts what is longer than a line', () => {
    expect(showValue('x'.repeat(500)))
      .to.have.length(120)
      .and.match(/x…$/);
    expect(showValue('abcdef', 4)).to.equal("'ab…");
  });
});
