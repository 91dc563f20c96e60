import { expect } from 'chai';
import {
  chain,
  createOrchestrator,
  decodeFlow,
  type FlowData,
  InvalidFlow,
  type StepData,
  type ToolEvent,
} from '../src/index.js';
import { echo, errorOf } from './support/flowTools.js';
import { toolOf } from './support/stage.js';

const search = toolOf(() => [1], { name: 'search' });
const fetchPage = toolOf(() => [1], { name: 'fetchPage' });

/** What is wrong with a flow of these steps, as lines; it is run, and must not have begun. */
function faultsOf(steps: readonly StepData[], input?: object): readonly string[] {
  const orchestrator = createOrchestrator({ tools: [search, fetchPage] });
  const events: ToolEvent[] = [];
  orchestrator.events$.subscribe((event) => events.push(event));
  const error = errorOf(orchestrator.run({ name: 'f', steps }, input)) as InvalidFlow;
  expect(error).to.be.instanceOf(InvalidFlow).and.to.include({ flow: 'f' });
  expect(events.map(({ type }) => type)).to.deep.equal(['run.started', 'run.failed']);
  return error.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe('a flow that is run', () => {
  for (const [title, steps, input, faults] of [
    [
      'a tool that is not registered, with the closest names',
      [{ tool: 'serch' }],
      {},
      ["steps[0].tool: no tool 'serch' is registered; did you mean 'search'?"],
    ],
    [
      'a tool that is like no other',
      [{ tool: 'qqqqqqqqqqqq' }],
      {},
      ["steps[0].tool: no tool 'qqqqqqqqqqqq' is registered"],
    ],
    [
      'a key that two steps have',
      [
        { tool: 'search', outputKey: 'a' },
        { tool: 'fetchPage', outputKey: 'a' },
      ],
      {},
      ["steps[1].outputKey: 'a' is used twice; give the step another outputKey"],
    ],
    [
      'a tool that two steps have, without keys of their own',
      [{ tool: 'search' }, { tool: 'search' }, { tool: 'search' }],
      {},
      [
        "steps[1].outputKey: 'search' is used twice; give the step another outputKey",
        "steps[2].outputKey: 'search' is used twice; give the step another outputKey",
      ],
    ],
    [
      'a key that the input has',
      [{ tool: 'search', outputKey: 'topic' }],
      { topic: 1 },
      ["steps[0].outputKey: 'topic' is used twice; give the step another outputKey"],
    ],
    [
      'a reference to nothing, with the closest of what is known',
      [{ tool: 'search', arguments: { query: '$topc' } }],
      { topic: 1, depth: 2 },
      ["steps[0].arguments.query: $topc refers to nothing: known are 'topic', 'depth'; did you mean 'topic'?"],
    ],
    [
      'a reference where nothing is known',
      [{ tool: 'search', arguments: '$topic' }],
      undefined,
      ['steps[0].arguments: $topic refers to nothing: there is no input and no earlier step'],
    ],
    [
      'a reference where more is known than a message should list',
      [{ tool: 'search', arguments: '$qqqqqqqqqqqq' }],
      Object.fromEntries([...'abcdefghij'].map((key) => [key, 1])),
      [
        "steps[0].arguments: $qqqqqqqqqqqq refers to nothing: known are 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and 2 more",
      ],
    ],
    [
      'a reference to what the language has',
      [{ tool: 'search', arguments: '$toString' }],
      {},
      ['steps[0].arguments: $toString refers to nothing: there is no input and no earlier step'],
    ],
    [
      'a reference to a later step',
      [{ tool: 'search', arguments: '$fetchPage.url' }, { tool: 'fetchPage' }],
      {},
      ['steps[0].arguments: $fetchPage.url refers to a step that has not run by then'],
    ],
    [
      'a reference of a step to itself',
      [{ tool: 'search', arguments: '$search' }],
      {},
      ['steps[0].arguments: $search refers to a step that has not run by then'],
    ],
    [
      'references deep in the arguments and in the middle of texts',
      [{ tool: 'search', arguments: { a: [{ b: 'x ${nope.y} ${topic} ${no}' }] } }],
      { topic: 1 },
      [
        "steps[0].arguments.a[0].b: $nope.y refers to nothing: known are 'topic'",
        "steps[0].arguments.a[0].b: $no refers to nothing: known are 'topic'",
      ],
    ],
    [
      'paths that lead out of the data',
      [{ tool: 'search', arguments: ['$topic.__proto__', '$topic.constructor.name', '${topic["prototype"]}'] }],
      { topic: 1 },
      [
        'steps[0].arguments[0]: $topic.__proto__ is no path into data',
        'steps[0].arguments[1]: $topic.constructor.name is no path into data',
        'steps[0].arguments[2]: $topic.prototype is no path into data',
      ],
    ],
  ] as readonly (readonly [string, readonly StepData[], object | undefined, readonly string[]])[]) {
    it(`is refused for ${title}`, () => {
      expect(faultsOf(steps, input)).to.deep.equal(faults);
    });
  }

  it('is refused with all its faults at once, in their order', () => {
    const steps = [
      { tool: 'nope', arguments: ['$topc', '$b'], outputKey: 'topic' },
      { tool: 'search', arguments: '$topic', outputKey: 'b' },
      { tool: 'nope', arguments: '$a.__proto__', outputKey: 'b' },
    ];
    expect(faultsOf(steps, { topic: 1 }).map((line) => line.slice(0, line.indexOf(':')))).to.deep.equal([
      'steps[0].tool',
      'steps[0].arguments[0]',
      'steps[0].arguments[1]',
      'steps[0].outputKey',
      'steps[2].tool',
      'steps[2].arguments',
      'steps[2].outputKey',
    ]);
  });

  for (const [title, input, got] of [
    ['an array', [1], '[1]'],
    ['null', null, 'null'],
    ['a text', 'topic', '"topic"'],
    ['an instance of a class', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ] as const) {
    it(`is refused for an input that is ${title}`, () => {
      expect(faultsOf([], input as never)).to.deep.equal([`input: expected a plain object, got ${got}`]);
    });
  }

  it('takes an input without a prototype, and a null in it for what it is', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    const bare = Object.assign(Object.create(null) as object, { a: null });
    expect(errorsOf(() => orchestrator.run({ steps: [{ tool: 'echo', arguments: '$a' }] }, bare))).to.deep.equal([]);
  });

  it('is refused, as a run of its name, for a form that decodeFlow refuses', () => {
    const orchestrator = createOrchestrator({ tools: [search] });
    const events: ToolEvent[] = [];
    orchestrator.events$.subscribe((event) => events.push(event));
    const data = { name: 'research', steps: [{ tool: 5 }], more: 1 };
    const error = errorOf(orchestrator.run(data as unknown as FlowData));
    const decoded = decodeFlow(data);
    expect(error).to.be.instanceOf(InvalidFlow);
    expect((error as InvalidFlow).faults).to.deep.equal(decoded._tag === 'Left' && decoded.left.faults);
    expect(events).to.have.length(2);
    expect(events[0]).to.include({ type: 'run.started', name: 'research' });
    expect(events[1]).to.include({ type: 'run.failed' });
  });

  it('has its failed check in the history: the error with its faults, and no call', () => {
    const orchestrator = createOrchestrator({ tools: [search] });
    errorOf(orchestrator.run({ steps: [{ tool: 'search' }, { tool: 'nope' }] }));
    const history: ToolEvent[] = [];
    orchestrator.history$.subscribe((event) => history.push(event));
    expect(history.map(({ type }) => type)).to.deep.equal(['tool.registered', 'run.started', 'run.failed']);
    expect(history[2])
      .to.have.property('error')
      .that.deep.includes({ faults: [{ path: 'steps[1].tool', message: "no tool 'nope' is registered" }] });
  });

  it('is checked again at each run, against the tools of that time', () => {
    const orchestrator = createOrchestrator();
    const run$ = orchestrator.run({ steps: [{ tool: 'echo' }] });
    expect(errorOf(run$)).to.be.instanceOf(InvalidFlow);
    orchestrator.register(echo);
    expect(errorsOf(() => run$)).to.deep.equal([]);
  });

  it('is refused within seconds for 100,000 references to nothing', () => {
    const steps = Array.from({ length: 100_000 }, (_, index) => ({
      tool: 'search',
      arguments: '$n',
      outputKey: `k${index}`,
    }));
    const orchestrator = createOrchestrator({ tools: [search] });
    expect((errorOf(orchestrator.run({ steps })) as InvalidFlow).faults).to.have.length(100_000);
  });

  it('is checked when it was built, too', () => {
    const orchestrator = createOrchestrator({ tools: [search] });
    const built = chain<{ topic: string }>('built').step('a', echo, ($) => ({ x: $.topic }));
    const error = errorOf(orchestrator.run(built as never, { topic: 'x' } as never));
    expect(error).to.be.instanceOf(InvalidFlow).and.to.include({ flow: 'built' });
    expect((error as InvalidFlow).message).to.equal(
      "flow 'built' is invalid: steps[0].tool: no tool 'echo' is registered",
    );
  });
});

function errorsOf(run: () => ReturnType<ReturnType<typeof createOrchestrator>['run']>): readonly unknown[] {
  const errors: unknown[] = [];
  run().subscribe({ error: (error: unknown) => errors.push(error) });
  return errors;
}
