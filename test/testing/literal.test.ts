import { expect } from 'chai';
import * as fc from 'fast-check';
import { errorLiteral, literal } from '../../src/testing/literal.js';

/** The value of an expression. */
function valueOf(expression: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- what it means is the point
  return new Function(`'use strict'; return (${expression});`)() as unknown;
}

describe('literal', () => {
  it('is an expression that gives the same data, on one line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const expression = literal(value);
        expect(expression).not.to.match(/[\n\r\u2028\u2029]/);
        expect(valueOf(expression)).to.deep.equal(value);
      }),
      { numRuns: 300 },
    );
  });

  it('reads as people write it', () => {
    expect(literal({ query: "it's", 'content-type': 'a "b"', n: -0, list: [null, true], none: {} })).to.equal(
      `{ query: "it's", 'content-type': 'a "b"', n: -0, list: [null, true], none: {} }`,
    );
  });

  it('keeps a field that is named like the prototype', () => {
    const parsed = JSON.parse('{ "__proto__": 1 }') as object;
    expect(Object.keys(valueOf(literal(parsed)) as object)).to.deep.equal(['__proto__']);
  });
});

describe('errorLiteral', () => {
  it('makes an error of the same message, name and code', () => {
    expect(errorLiteral(new Error("it's\ngone"))).to.equal(`new Error("it's\\ngone")`);
    const error = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' });
    expect(errorLiteral(error)).to.equal(
      "Object.assign(new Error('refused'), { name: 'TypeError', code: 'ECONNREFUSED' })",
    );
    expect(valueOf(errorLiteral(error)))
      .to.be.an('error')
      .that.includes({ name: 'TypeError', message: 'refused', code: 'ECONNREFUSED' });
  });

  it('throws what is no error as it is', () => {
    expect(errorLiteral({ status: 503 })).to.equal('{ status: 503 }');
  });
});
