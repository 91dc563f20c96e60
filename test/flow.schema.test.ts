import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { isRight } from 'fp-ts/Either';
import { chain, decodeFlow, plan } from '../src/index.js';
import { hostileText } from './support/flowArbitraries.js';
import { echo } from './support/flowTools.js';

/** The place of every part that a step or a flow has, so that a new one cannot be forgotten. */
interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly $defs: { readonly step: { readonly properties: Readonly<Record<string, unknown>> } };
}

const isDecoded = (data: unknown): boolean => isRight(decodeFlow(data));

/** Values of every type, most of them out of place wherever they are put. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, 1, 2, -1, 1.5, 2 ** 53, '', 'a', '$a', '$a.b[0]', '${a}', '$', [], {}),
  fc.constantFrom<unknown>(
    [1],
    ['a'],
    ['a', null],
    [['a']],
    { a: 1 },
    { not: true },
    { equals: [1, 2] },
    'plan',
    'all',
  ),
  hostileText,
);

/** Texts near those that are references. */
const nearlyReference = fc
  .array(
    fc.constantFrom(
      ...['$', 'a', '_b', 'é', '.c', '.d-e', '.0', '[0]', '[00]', '[-1]', '[1234567890123456]', '["k"]', '["\\""]'],
      ...['["\\u00e9"]', '["\\x"]', '["\n"]', '[""]', '["]', ']', '.', ' ', '\n', '"', '\\'],
    ),
    { maxLength: 5 },
  )
  .chain((parts) => fc.constantFrom('$', '$a', '$a', '$_b', '$["k"]').map((start) => start + parts.join('')));

const condition: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(true, '$a', '$["a b"].c[0]'),
    nearlyReference,
    anything,
    fc.record({ not: tie('condition') }),
    fc.record({ exists: fc.oneof(nearlyReference, anything) }),
    fc.record({ allOf: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ anyOf: fc.oneof(fc.array(tie('condition'), { maxLength: 3 }), anything) }),
    fc
      .tuple(
        fc.constantFrom('equals', 'lessThan', 'atMost', 'greaterThan', 'atLeast', 'in', 'like', '__proto__'),
        fc.oneof(fc.array(anything, { minLength: 2, maxLength: 2 }), fc.array(anything, { maxLength: 3 }), anything),
      )
      .map(([key, operand]) => JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(operand)}}`) as unknown),
    fc.record({ not: tie('condition'), exists: fc.constant('$a') }),
  ),
})).condition;

/** Mostly what is right, and at times anything. */
const rightOr = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: anything });

const count = rightOr(fc.constantFrom(1, 2, 100, null));

const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record(
      {
        tool: rightOr(fc.constantFrom('a', 'b c')),
        arguments: anything,
        outputKey: rightOr(fc.constantFrom('k', null)),
        output_key: rightOr(fc.constantFrom('k', null)),
        name: rightOr(fc.constantFrom('A step', '', null)),
        after: rightOr(fc.constantFrom<unknown>([], ['k'], ['k', 'l'], null)),
        take: rightOr(fc.constantFrom('last', 'first', 'all', null)),
        when: rightOr(condition),
        fallback: anything,
        each: rightOr(fc.oneof(fc.constantFrom<unknown>('$a', [], [1, '$a'], null), nearlyReference)),
        concurrency: count,
        timeoutMs: rightOr(fc.constantFrom(1, 0.5, 1e9, null)),
      },
      { requiredKeys: ['tool'] },
    ),
  },
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: fc.record({ tool: fc.constant('a'), args: anything }) },
);

const flow = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record(
      {
        $schema: fc.constant('./flow.schema.json'),
        kind: rightOr(fc.constantFrom('chain', 'plan', null)),
        name: rightOr(fc.constantFrom('f', '', null)),
        steps: rightOr(fc.array(step, { maxLength: 3 })),
        concurrency: count,
        failFast: rightOr(fc.constantFrom(true, false, null)),
      },
      { requiredKeys: ['steps'] },
    ),
  },
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: fc.record({ stepz: fc.array(step) }) },
);

/** Where the decoder refuses what no schema can: it would have to compare two values, or to count over the whole. */
function isBeyondSchemas(data: unknown): boolean {
  const { steps } = (data ?? {}) as { readonly steps?: unknown };
  return (
    Array.isArray(steps) &&
    (steps as readonly unknown[]).some((each) => {
      const { outputKey, output_key } = (each ?? {}) as Readonly<Record<string, unknown>>;
      return outputKey != null && output_key != null && outputKey !== output_key;
    })
  );
}

describe('flow.schema.json', () => {
  let schema: Schema;
  let isValid: ValidateFunction;
  before(() => {
    schema = JSON.parse(readFileSync('flow.schema.json', 'utf8')) as Schema;
    // In strict mode a keyword that is misspelt, or that has no effect where it stands, is an error.
    isValid = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false }).compile(
      schema,
    );
  });

  it('is a schema in which no keyword is unknown', () => {
    expect(isValid({ steps: [] })).to.equal(true);
    expect(isValid({})).to.equal(false);
  });

  it('says of any data what decodeFlow says', () => {
    const verdicts = { valid: 0, invalid: 0, beyond: 0 };
    fc.assert(
      fc.property(flow, (data) => {
        if (isBeyondSchemas(data)) {
          verdicts.beyond++;
          expect(isDecoded(data)).to.equal(false);
          return;
        }
        verdicts[isDecoded(data) ? 'valid' : 'invalid']++;
        expect(isValid(data)).to.equal(isDecoded(data));
      }),
      { numRuns: 4_000 },
    );
    expect(Math.min(verdicts.valid, verdicts.invalid)).to.be.greaterThan(150);
    expect(verdicts.beyond).to.be.greaterThan(20);
  });

  it('knows a reference from a text as decodeFlow does', () => {
    const verdicts = { reference: 0, text: 0 };
    fc.assert(
      fc.property(fc.oneof(nearlyReference, hostileText), (when) => {
        const data = { steps: [{ tool: 'a', when }] };
        verdicts[isDecoded(data) ? 'reference' : 'text']++;
        expect(isValid(data)).to.equal(isDecoded(data));
      }),
      { numRuns: 4_000 },
    );
    expect(Math.min(verdicts.reference, verdicts.text)).to.be.greaterThan(200);
  });

  const exceptions: readonly (readonly [string, unknown])[] = [
    ['two spellings of a key that differ', { steps: [{ tool: 'a', outputKey: 'b', output_key: 'c' }] }],
    ['arguments of more than 64 levels', { steps: [{ tool: 'a', arguments: nested(65) }] }],
    ['a condition of more than 64 levels', { steps: [{ tool: 'a', when: nestedNot(65) }] }],
    ['more steps than 100,000', { steps: Array.from({ length: 100_001 }, () => ({ tool: 'a' })) }],
  ];
  for (const [what, data] of exceptions) {
    it(`lets ${what} pass, which decodeFlow refuses`, () => {
      expect(isValid(data)).to.equal(true);
      expect(isDecoded(data)).to.equal(false);
    });
  }

  it('lets every flow pass that was built', () => {
    const built = plan<{ list: number[] }>('p', { concurrency: 2, failFast: true })
      .step('a', echo, ($) => ({ of: $.list[0], in: [$.list] }))
      .step('b', echo, { each: ($) => $.list, concurrency: 3, take: 'all' }, ($) => [$.item, $.index])
      .step('c', echo, () => 1, {
        ...{ name: 'C', after: ['a'], take: 'first', timeoutMs: 5 },
        when: ($) => ({ anyOf: [{ not: $.a }, { in: [1, $.list] }, { exists: $.b }] }),
        fallback: ($) => [$.a],
      });
    for (const each of [built, chain('c'), chain('c').step('a', echo, () => null)]) {
      isValid(JSON.parse(JSON.stringify(each)));
      expect(isValid.errors).to.equal(null);
    }
  });

  it('tells editors what each field is for', () => {
    const fields = { ...schema.properties, ...schema.$defs.step.properties };
    for (const [name, field] of Object.entries(fields)) {
      expect(field, name).to.have.property('description').that.is.a('string').with.length.greaterThan(10);
    }
  });

  it('has the fields that decodeFlow names', () => {
    const namedBy = (data: unknown): readonly string[] => {
      const decoded = decodeFlow(data);
      const message = decoded._tag === 'Left' ? decoded.left.faults[0]?.message : undefined;
      return /expected one of (.*), got/.exec(message ?? '')?.[1]?.split(', ') ?? [];
    };
    const { $schema: _forEditors, ...properties } = schema.properties;
    expect(Object.keys(properties)).to.have.members(namedBy({ unknown: 1, steps: [] }));
    expect(Object.keys(schema.$defs.step.properties)).to.have.members(namedBy({ steps: [{ unknown: 1, tool: 'a' }] }));
  });
});

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}

function nestedNot(levels: number): unknown {
  return levels === 0 ? true : { not: nestedNot(levels - 1) };
}
