/* eslint-disable @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions -- references stand in template strings */
import { expect } from 'chai';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/Either';
import { type AnyTool, chain, createOrchestrator, decodeFlow, type Flow, type FlowData } from '../src/index.js';
import { isBuilt } from '../src/flowBuilder.js';
import { anyKey } from './support/flowArbitraries.js';
import { echo, lastOf } from './support/flowTools.js';
import { anyChain, builtFrom } from './support/anyChain.js';

interface Input {
  readonly topic: string;
}

const begun = chain<Input>('begun').step('hits', echo, ($) => ({ query: $.topic }));

function throughJson(flow: Flow): Flow {
  const decoded = decodeFlow(JSON.parse(JSON.stringify(flow)));
  if (isLeft(decoded)) throw decoded.left;
  return decoded.right;
}

describe('chain', () => {
  it('is data: its kind, its name and its steps, with tools by name', () => {
    const { kind, name, steps } = begun.step('page', echo, ($) => ({ url: `see ${$.topic}`, hit: $.hits }));
    expect({ kind, name, steps }).to.deep.equal({
      kind: 'chain',
      name: 'begun',
      steps: [
        { tool: 'echo', arguments: { query: '$topic' }, outputKey: 'hits' },
        { tool: 'echo', arguments: { url: 'see ${topic}', hit: '$hits' }, outputKey: 'page' },
      ],
    });
  });

  it('has no steps at the beginning', () => {
    expect(chain('empty').steps).to.deep.equal([]);
  });

  it('stays as it is when a step is added, so that one beginning has several endings', () => {
    const ends = ['a', 'b'].map((key) => begun.step(key, echo, () => key));
    expect(begun.steps.map(({ outputKey }) => outputKey)).to.deep.equal(['hits']);
    expect(ends.map(({ steps }) => steps.map(({ outputKey }) => outputKey))).to.deep.equal([
      ['hits', 'a'],
      ['hits', 'b'],
    ]);
  });

  it('has a list of steps that cannot be changed', () => {
    expect(() => (begun.steps as unknown[]).push(5)).to.throw(TypeError);
  });

  it('is its data form in JSON', () => {
    expect(JSON.parse(JSON.stringify(begun))).to.deep.equal({
      kind: 'chain',
      name: 'begun',
      steps: [{ tool: 'echo', arguments: { query: '$topic' }, outputKey: 'hits' }],
    });
  });

  it('calls the function of a step once, when the step is added', () => {
    let calls = 0;
    const counted = begun.step('a', echo, () => ++calls);
    lastOf(createOrchestrator({ tools: [echo] }).run(counted, { topic: 'x' }));
    expect(calls).to.equal(1);
  });

  for (const [title, misuse, message] of [
    ['a name that is no text', () => chain(5 as never), 'name: expected a text, got 5'],
    ['no name', () => chain(undefined as never), 'name: expected a text, got nothing'],
    ['an empty key', () => begun.step('', echo, () => 1), 'key: expected a name, got ""'],
    ['a key that is no text', () => begun.step(5 as unknown as string, echo, () => 1), 'key: expected a name, got 5'],
    ['no key', () => begun.step(undefined as unknown as string, echo, () => 1), 'key: expected a name, got nothing'],
    ['no tool', () => begun.step('a', undefined as unknown as AnyTool, () => 1), 'tool: expected a tool, got nothing'],
    [
      "a tool's name for a tool",
      () => begun.step('a', 'echo' as unknown as AnyTool, () => 1),
      'tool: expected a tool, got "echo"',
    ],
    [
      'arguments that are no function',
      () => begun.step('a', echo, {} as never),
      'args: expected a function, got an object',
    ],
  ] as const) {
    it(`refuses ${title} at once`, () => {
      expect(misuse).to.throw(TypeError, message);
    });
  }

  it('makes 100,000 steps and lists them', () => {
    let built = chain('long') as unknown as { step(key: string, tool: AnyTool, args: () => unknown): typeof built };
    for (let index = 0; index < 100_000; index++) built = built.step(`k${index}`, echo, () => 1);
    const { steps } = built as unknown as Flow;
    expect([steps.length, steps[0]?.outputKey, steps.at(-1)?.outputKey]).to.deep.equal([100_000, 'k0', 'k99999']);
  });
});

describe('a chain that has been JSON', () => {
  it('is the same flow', () => {
    const { kind, name, steps } = begun.step('page', echo, ($) => [$.hits, '$text', `$\{x} ${$.topic}`]);
    const flow: Flow = begun.step('page', echo, ($) => [$.hits, '$text', `$\{x} ${$.topic}`]);
    expect(throughJson(flow)).to.deep.equal({ kind, name, steps });
  });

  it('gives the same result', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    fc.assert(
      fc.property(anyChain, (recipe) => {
        const built = builtFrom(recipe);
        const context = lastOf(orchestrator.run(built, recipe.input));
        expect(lastOf(orchestrator.run(throughJson(built), recipe.input as never))).to.deep.equal(context);
        expect(lastOf(orchestrator.run(JSON.parse(JSON.stringify(built)) as FlowData, recipe.input))).to.deep.equal(
          context,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every key', () => {
    fc.assert(
      fc.property(
        anyKey.filter((key) => key !== ''),
        (key) => {
          const built = chain('keys').step(key as 'key', echo, () => 1);
          expect(throughJson(built).steps[0]?.outputKey).to.equal(key);
        },
      ),
    );
  });
});

describe('isBuilt', () => {
  it('is true for what was built, and false for data', () => {
    const data: unknown[] = [undefined, null, 5, 'x', {}, { steps: [] }, { step: {} }, throughJson(begun)];
    expect([isBuilt(begun), isBuilt(chain('a')), ...data.map(isBuilt)]).to.deep.equal([
      true,
      true,
      ...data.map(() => false),
    ]);
  });
});
