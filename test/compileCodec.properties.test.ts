import { expect } from 'chai';
import * as fc from 'fast-check';
import type * as t from 'io-ts';
import { accepted } from '../src/codecChecks.js';
import { checkOf } from '../src/compileCodec.js';
import { compileCodec } from '../src/index.js';
import { anyCodec, hostile } from './support/anyCodec.js';

/** What a decoder makes of a value, in comparable words. */
function outcome({ decode }: t.Decoder<unknown, unknown>, value: unknown): unknown {
  try {
    const result = decode(value);
    if (result._tag === 'Right') {
      // The very same, or a copy: told apart by what is equal.
      return Object.is(result.right, value) ? 'the value' : { copy: result.right };
    }
    return {
      errors: result.left.map(({ context, message }) => ({
        message,
        path: context.map(({ key, type }) => `${key}:${type.name}`).join('/'),
      })),
    };
  } catch (error) {
    return { thrown: error instanceof RangeError ? 'stack' : String(error) };
  }
}

const tried = anyCodec().chain(({ codec, values }) =>
  fc.oneof({ weight: 4, arbitrary: values }, fc.anything()).map((value) => ({
    codec,
    value,
    // A codec's own functions say nothing to whoever reads a failure.
    [fc.toStringMethod]: () => `${codec.name} and ${fc.stringify(value)}`,
  })),
);

describe('compileCodec', () => {
  it('gives what io-ts gives, for any codec and any value: the same value, copy or errors', () => {
    fc.assert(
      fc.property(tried, ({ codec, value }) => {
        expect(outcome(compileCodec(codec), value)).to.deep.equal(outcome(codec, value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives what io-ts gives for values that lie, throw, or have no plain shape', () => {
    fc.assert(
      fc.property(tried, ({ codec, value }) => {
        const compiled = compileCodec(codec);
        const ours = hostile(value).map((each) => [each, outcome(compiled, each)] as const);
        for (const [each, outcomeOfOurs] of ours) expect(outcomeOfOurs).to.deep.equal(outcome(codec, each));
      }),
      { numRuns: 300 },
    );
  });

  it('accepts without io-ts whatever io-ts gives back as it is', () => {
    fc.assert(
      fc.property(tried, ({ codec, value }) => {
        // Where a member of a union would change some of the value, it is left to io-ts whether it refuses the rest.
        fc.pre(!/ \| |Tree/.test(codec.name) && outcome(codec, value) === 'the value');
        // And so are NaN, and -0 where a literal says 0.
        fc.pre(!/-0|NaN/.test(fc.stringify(value)));
        expect(checkOf(codec)(value)).to.equal(accepted);
      }),
      { numRuns: 1_500 },
    );
  });

  it('accepts nothing that io-ts would change or refuse', () => {
    fc.assert(
      fc.property(tried, ({ codec, value }) => {
        fc.pre(checkOf(codec)(value) === accepted);
        expect(outcome(codec, value)).to.equal('the value');
      }),
      { numRuns: 1_500 },
    );
  });
});
