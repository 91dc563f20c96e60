import { expect } from 'chai';
import { isLeft, isRight } from 'fp-ts/Either';
import { decodeFlow, type Flow, type FlowFault, InvalidFlow } from '../src/index.js';

function flowOf(data: unknown): Flow {
  const decoded = decodeFlow(data);
  if (isLeft(decoded)) throw decoded.left;
  return decoded.right;
}

function faultsOf(data: unknown): readonly FlowFault[] {
  const decoded = decodeFlow(data);
  if (isRight(decoded)) throw new Error(`expected faults, got ${JSON.stringify(decoded.right)}`);
  expect(decoded.left).to.be.instanceOf(InvalidFlow);
  return decoded.left.faults;
}

/** The faults as lines, `place: message`. */
function linesOf(data: unknown): readonly string[] {
  return faultsOf(data).map(({ path, message }) => `${path}: ${message}`);
}

/** An object that contains itself. */
function cycle(): unknown {
  const data: Record<string, unknown> = { a: 1 };
  data['b'] = [data];
  return data;
}

function nested(levels: number): unknown {
  return levels === 0 ? 'end' : [nested(levels - 1)];
}

const step = { tool: 'search' };

describe('decodeFlow', () => {
  it('reads kind, name and steps', () => {
    const steps = [{ tool: 'search', arguments: { query: '$topic' }, outputKey: 'hits' }];
    expect(flowOf({ kind: 'chain', name: 'research', steps })).to.deep.equal({
      kind: 'chain',
      name: 'research',
      steps,
    });
  });

  it("takes 'chain' for the kind, 'flow' for the name, {} for the arguments and the tool's name for the key", () => {
    expect(flowOf({ steps: [step] })).to.deep.equal({
      kind: 'chain',
      name: 'flow',
      steps: [{ tool: 'search', arguments: {}, outputKey: 'search' }],
    });
  });

  it('takes null as nothing for what has a default, but for the arguments', () => {
    const data = { kind: null, name: null, steps: [{ tool: 'search', arguments: null, outputKey: null }] };
    expect(flowOf(data)).to.deep.equal({
      kind: 'chain',
      name: 'flow',
      steps: [{ tool: 'search', arguments: null, outputKey: 'search' }],
    });
  });

  it('takes null as nothing for every option of a step and of a plan, but for a fallback', () => {
    const names = ['name', 'after', 'take', 'when', 'each', 'concurrency', 'timeoutMs'];
    const options = Object.fromEntries([...names, 'fallback'].map((name) => [name, null]));
    expect(flowOf({ kind: 'plan', concurrency: null, failFast: null, steps: [{ ...step, ...options }] })).to.deep.equal(
      {
        kind: 'plan',
        name: 'flow',
        steps: [{ tool: 'search', arguments: {}, outputKey: 'search', fallback: null }],
      },
    );
  });

  it('takes output_key for outputKey', () => {
    expect(flowOf({ steps: [{ ...step, output_key: 'hits' }] }).steps[0]?.outputKey).to.equal('hits');
  });

  it('takes both spellings where they say the same', () => {
    expect(flowOf({ steps: [{ ...step, output_key: 'hits', outputKey: 'hits' }] }).steps[0]?.outputKey).to.equal(
      'hits',
    );
  });

  it('takes arguments that are no object, and a flow without steps', () => {
    expect(flowOf({ steps: [{ ...step, arguments: '$topic' }] }).steps[0]?.arguments).to.equal('$topic');
    expect(flowOf({ steps: [] }).steps).to.deep.equal([]);
  });

  it('takes arguments of 64 levels, and the same object twice', () => {
    const shared = { x: 1 };
    expect(flowOf({ steps: [{ ...step, arguments: nested(64) }] }).steps).to.have.length(1);
    expect(flowOf({ steps: [{ ...step, arguments: [shared, { shared }] }] }).steps).to.have.length(1);
  });

  for (const [title, data, lines] of [
    ['nothing', undefined, [': expected an object with steps, got nothing']],
    ['null', null, [': expected an object with steps, got null']],
    ['a text', '{}', [': expected an object with steps, got "{}"']],
    ['an array', [step], [': expected an object with steps, got [{"tool":"search"}]']],
    ['no steps', {}, ['steps: expected an array of steps, got nothing']],
    ['steps that are no array', { steps: step }, ['steps: expected an array of steps, got {"tool":"search"}']],
    ['another kind', { kind: 'graph', steps: [] }, ["kind: expected 'chain' or 'plan', got \"graph\""]],
    ['a name that is no text', { name: 5, steps: [] }, ['name: expected a text, got 5']],
    [
      'a misspelt field',
      { step: [], steps: [] },
      ["step: expected one of kind, name, steps, concurrency, failFast, got 'step'; did you mean 'steps'?"],
    ],
    [
      'a field that is like no other',
      { xyzzyx: 1, steps: [] },
      ["xyzzyx: expected one of kind, name, steps, concurrency, failFast, got 'xyzzyx'"],
    ],
    ['a step that is no object', { steps: ['search'] }, ['steps[0]: expected an object with tool, got "search"']],
    [
      'a step that is missing',

      { steps: [, step] },
      ['steps[0]: expected an object with tool, got nothing'],
    ],
    ['no tool', { steps: [{}] }, ['steps[0].tool: expected the name of a tool, got nothing']],
    ['an empty tool', { steps: [{ tool: '' }] }, ['steps[0].tool: expected the name of a tool, got ""']],
    [
      'a tool that is no text',
      { steps: [{ tool: { name: 'a' } }] },
      ['steps[0].tool: expected the name of a tool, got {"name":"a"}'],
    ],
    [
      'a tool that cannot be made a text',
      { steps: [{ tool: Object.create(null) as unknown }] },
      ['steps[0].tool: expected the name of a tool, got {}'],
    ],
    [
      'a misspelt field of a step',
      { steps: [step, { ...step, argument: {}, outputKey: 'b' }] },
      [
        "steps[1].argument: expected one of tool, arguments, outputKey, output_key, name, after, take, when, fallback, each, concurrency, timeoutMs, got 'argument'; did you mean 'arguments'?",
      ],
    ],
    [
      'two spellings that differ',
      { steps: [{ ...step, outputKey: 'a', output_key: 'b' }] },
      ['steps[0].outputKey: expected outputKey or output_key, got both'],
    ],
    ['an empty key', { steps: [{ ...step, outputKey: '' }] }, ['steps[0].outputKey: expected a name, got ""']],
    ['a key that is no text', { steps: [{ ...step, output_key: 5 }] }, ['steps[0].outputKey: expected a name, got 5']],
    [
      'a key that cannot be made a text',
      { steps: [{ ...step, outputKey: Object.create(null) as unknown }] },
      ['steps[0].outputKey: expected a name, got {}'],
    ],
    [
      'arguments that contain themselves',
      { steps: [{ ...step, arguments: { a: cycle() } }] },
      ['steps[0].arguments: expected data without cycles, got an object that contains itself'],
    ],
    [
      'arguments of 65 levels',
      { steps: [{ ...step, arguments: nested(65) }] },
      ['steps[0].arguments: expected at most 64 levels, got more'],
    ],
    ['a name of a step that is no text', { steps: [{ ...step, name: 5 }] }, ['steps[0].name: expected a text, got 5']],
    [
      'after that is no array',
      { steps: [{ ...step, after: 'a' }] },
      ['steps[0].after: expected an array of keys, got "a"'],
    ],
    [
      'keys in after that are no texts',
      { steps: [{ ...step, after: ['a', 5] }] },
      ['steps[0].after: expected an array of keys, got ["a",5]'],
    ],
    [
      'another take',
      { steps: [{ ...step, take: 'al' }] },
      ["steps[0].take: expected 'last' or 'first' or 'all', got \"al\"; did you mean 'all'?"],
    ],
    [
      'a condition that is none',
      { steps: [{ ...step, when: { equal: [1, 2] } }] },
      [
        'steps[0].when: expected a reference, or an object with one of equals, lessThan, atMost, greaterThan, atLeast, in, exists, not, allOf, anyOf, got {"equal":[1,2]}; did you mean \'equals\'?',
      ],
    ],
    [
      'each that is neither an array nor a reference',
      { steps: [{ ...step, each: 'items of ${a}' }] },
      ['steps[0].each: expected an array or a reference to one, got "items of ${a}"'],
    ],
    [
      'concurrency without each',
      { steps: [{ ...step, concurrency: 2 }] },
      ['steps[0].concurrency: expected it beside each, got it alone'],
    ],
    [
      'infinite concurrency without each',
      { steps: [{ ...step, concurrency: Infinity }] },
      ['steps[0].concurrency: expected it beside each, got it alone'],
    ],
    [
      'concurrency of none',
      { steps: [{ ...step, each: [], concurrency: 0 }] },
      ['steps[0].concurrency: expected a whole number, at least 1, got 0'],
    ],
    [
      'concurrency of a half',
      { steps: [{ ...step, each: [], concurrency: 1.5 }] },
      ['steps[0].concurrency: expected a whole number, at least 1, got 1.5'],
    ],
    [
      'a timeout of no time',
      { steps: [{ ...step, timeoutMs: 0 }] },
      ['steps[0].timeoutMs: expected a number of ms above 0, got 0'],
    ],
    [
      'a timeout that is no number',
      { steps: [{ ...step, timeoutMs: '5' }] },
      ['steps[0].timeoutMs: expected a number of ms above 0, got "5"'],
    ],
    [
      'options of a plan in a chain',
      { concurrency: 2, failFast: true, steps: [] },
      [
        "concurrency: expected it in a plan only (kind: 'plan'), got it in a chain",
        "failFast: expected it in a plan only (kind: 'plan'), got it in a chain",
      ],
    ],
    ['failFast that is neither', { kind: 'plan', failFast: 1, steps: [] }, ['failFast: expected true or false, got 1']],
    [
      'a plan of which none may run',
      { kind: 'plan', concurrency: 0, steps: [] },
      ['concurrency: expected a whole number, at least 1, got 0'],
    ],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    it(`refuses ${title}`, () => {
      expect(linesOf(data)).to.deep.equal(lines);
    });
  }

  it('finds all the faults at once, in their order', () => {
    const data = {
      kind: 'graph',
      name: 5,
      stepps: 1,
      steps: [5, { tool: '' }, { ...step, arguments: cycle() }, { tol: 'a' }],
    };
    expect(faultsOf(data).map(({ path }) => path)).to.deep.equal([
      'stepps',
      'kind',
      'name',
      'steps[0]',
      'steps[1].tool',
      'steps[2].arguments',
      'steps[3].tol',
      'steps[3].tool',
    ]);
  });

  it('says them all in the message of the error, with the name of the flow', () => {
    const decoded = decodeFlow({ name: 'research', steps: [{ tool: '' }, 5] });
    expect(isLeft(decoded) && decoded.left.message).to.equal(
      'flow \'research\' is invalid: steps[0].tool: expected the name of a tool, got ""; ' +
        'steps[1]: expected an object with tool, got 5',
    );
  });

  it('refuses what cannot be read', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const throwing = {
      get steps(): never {
        throw new Error('no');
      },
    };
    for (const data of [revoked.proxy, throwing, { steps: [{ tool: 'a', arguments: revoked.proxy }] }]) {
      expect(linesOf(data)).to.deep.equal([': expected data, got an object that cannot be read']);
    }
  });

  it('reads what it gave', () => {
    const flow = flowOf({ steps: [{ tool: 'a', output_key: 'b', arguments: { x: '$y' } }, { tool: 'c' }] });
    expect(flowOf(flow)).to.deep.equal(flow);
    expect(flowOf(JSON.parse(JSON.stringify(flow)))).to.deep.equal(flow);
  });
});
