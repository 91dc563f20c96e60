import { expect } from 'chai';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/Either';
import { decodeFlow, encodeFlow, type Flow, type FlowData } from '../src/index.js';
import { formatTemplate } from '../src/reference.js';
import { anyPlan, flowOf } from './support/anyPlan.js';
import { anyData, anyKey, anyTemplate, hostileText } from './support/flowArbitraries.js';

function decoded(data: unknown): Flow {
  const flow = decodeFlow(data);
  if (isLeft(flow)) throw flow.left;
  return flow.right;
}

const throughJson = (data: unknown): unknown => JSON.parse(JSON.stringify(data));

/** Texts that hold references of every spelling, and others that only look like some. */
const anyText = fc.oneof(anyTemplate.map(formatTemplate), hostileText);

const anyReference = anyTemplate.filter(({ kind }) => kind === 'reference').map(formatTemplate);

const anyValue = fc.oneof(
  anyText,
  anyData,
  fc.array(anyText, { maxLength: 3 }),
  fc.dictionary(anyKey, anyText, { maxKeys: 3 }),
);

const anyCondition = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.boolean(),
    anyReference,
    fc.record({ exists: anyReference }),
    ...['equals', 'lessThan', 'atMost', 'greaterThan', 'atLeast', 'in'].map((key) =>
      fc.tuple(anyValue, anyValue).map((pair) => ({ [key]: pair })),
    ),
    fc.record({ not: tie('condition') }),
    fc.record({ allOf: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ anyOf: fc.array(tie('condition'), { maxLength: 3 }) }),
  ),
})).condition;

const nonEmpty = fc.oneof(anyKey, fc.string()).filter((text) => text !== '');

const anyStep = fc
  .record(
    {
      tool: nonEmpty,
      arguments: anyValue,
      outputKey: nonEmpty,
      name: fc.string(),
      after: fc.array(fc.oneof(anyKey, fc.string()), { maxLength: 3 }),
      take: fc.constantFrom('last', 'first', 'all'),
      when: anyCondition,
      fallback: anyValue,
      each: fc.oneof(anyReference, fc.array(anyValue, { maxLength: 3 })),
      concurrency: fc.integer({ min: 1, max: 100 }),
      timeoutMs: fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.001, max: 1e6, noNaN: true })),
    },
    { requiredKeys: ['tool', 'arguments', 'outputKey'] },
  )
  .map(({ concurrency, ...step }) => ({ ...step, ...('each' in step && concurrency ? { concurrency } : {}) }));

const anyFlow = fc
  .record(
    {
      kind: fc.constantFrom('chain', 'plan'),
      name: fc.string(),
      steps: fc.array(anyStep, { maxLength: 4 }),
      concurrency: fc.integer({ min: 1, max: 100 }),
      failFast: fc.boolean(),
    },
    { requiredKeys: ['kind', 'name', 'steps'] },
  )
  .map(({ concurrency, failFast, ...flow }) => ({
    ...flow,
    ...(flow.kind === 'plan' && concurrency !== undefined ? { concurrency } : {}),
    ...(flow.kind === 'plan' && failFast !== undefined ? { failFast } : {}),
  }));

describe('encodeFlow and decodeFlow', () => {
  it('give back any flow, with options of every kind and references of every spelling', () => {
    fc.assert(
      fc.property(anyFlow, (data) => {
        const flow = decoded(data);
        expect(encodeFlow(flow)).to.deep.equal(data);
        expect(decoded(encodeFlow(flow))).to.deep.equal(flow);
      }),
      { numRuns: 1_000 },
    );
  });

  it('give back any flow through JSON', () => {
    fc.assert(
      fc.property(anyFlow, (data) => {
        // JSON has no -0.
        const flow = decoded(throughJson(data));
        expect(decoded(throughJson(encodeFlow(flow)))).to.deep.equal(flow);
      }),
      { numRuns: 1_000 },
    );
  });

  it('give back the flows that the other tests run', () => {
    fc.assert(
      fc.property(anyPlan, (recipe) => {
        const flow = decoded(flowOf(recipe));
        expect(decoded(throughJson(encodeFlow(flow)))).to.deep.equal(flow);
      }),
      { numRuns: 200 },
    );
  });

  it('leave out what is infinite, as JSON would', () => {
    const data: FlowData = {
      kind: 'plan',
      name: 'f',
      concurrency: Infinity,
      steps: [{ tool: 'a', each: [], concurrency: Infinity, timeoutMs: Infinity }],
    };
    const flow = decoded(data);
    expect(flow).to.deep.equal({
      kind: 'plan',
      name: 'f',
      steps: [{ tool: 'a', arguments: {}, outputKey: 'a', each: [] }],
    });
    expect(decoded(throughJson(data))).to.deep.equal(flow);
  });

  it('give a flow that nothing can change', () => {
    const flow = decoded({ steps: [{ tool: 'a', arguments: { x: [1] }, after: ['b'], when: { not: true } }] });
    const [step] = flow.steps;
    for (const part of [flow.steps, step, step?.arguments, step?.after, step?.when]) {
      expect(Object.isFrozen(part)).to.equal(true);
    }
  });
});
