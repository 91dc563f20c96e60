import { expect } from 'chai';
import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/Either';
import { createOrchestrator, decodeFlow, type FlowBounds, InvalidFlow, type StepData } from '../src/index.js';
import { formatTemplate, parseTemplate } from '../src/reference.js';
import { anyData, hostileText } from './support/flowArbitraries.js';
import { countedIds, echo, errorOf, lastOf } from './support/flowTools.js';
import { toolOf } from './support/stage.js';

const orchestrator = createOrchestrator({ tools: [echo], createId: countedIds(), history: { capacity: 0 } });

/** The faults of a flow, as lines; none where it is a flow. */
function linesOf(data: unknown, bounds?: FlowBounds): readonly string[] {
  const decoded = decodeFlow(data, bounds);
  if (isRight(decoded)) return [];
  expect(decoded.left).to.be.instanceOf(InvalidFlow);
  return decoded.left.faults.map(({ path, message }) => `${path}: ${message}`);
}

const argumentsOf = (data: unknown): unknown => ({ steps: [{ tool: 'echo', arguments: data }] });

/** How long it takes, in ms of this process's own work. */
function msOf(action: () => unknown): number {
  const begin = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000;
}

function nested(levels: number, open = '[', close = ']'): unknown {
  return JSON.parse(open.repeat(levels) + '1' + close.repeat(levels));
}

/** Twice the same, twice the same, … */
function laughs(levels: number, wrap = (data: unknown): unknown => [data, data]): unknown {
  let data: unknown = 'ha';
  for (let level = 0; level < levels; level++) data = wrap(data);
  return data;
}

describe('a hostile flow', () => {
  describe('that is refused', () => {
    const unreadable = [': expected data, got an object that cannot be read'];
    const throwing = {
      get tool(): never {
        throw new Error('no');
      },
    };
    const deny = (): never => {
      throw new Error('no');
    };

    for (const [title, data, lines] of [
      [
        'a hundred thousand levels',
        argumentsOf(nested(100_000)),
        ['steps[0].arguments: expected at most 64 levels, got more'],
      ],
      [
        'levels of objects',
        argumentsOf(nested(100, '{"a":', '}')),
        ['steps[0].arguments: expected at most 64 levels, got more'],
      ],
      [
        'levels of conditions',
        { steps: [{ tool: 'a', when: nested(5_000, '{"not":', '}') }] },
        ['steps[0].when: expected at most 64 levels, got more'],
      ],
      ['steps that are nested', nested(10_000, '{"steps":[', ']}'), undefined],
      [
        'a hundred thousand and one steps',
        { steps: Array.from({ length: 100_001 }, () => ({ tool: 'a' })) },
        ['steps: expected at most 100000 steps, got 100001'],
      ],
      [
        'an array of steps that is nearly all gaps',
        { steps: new Array(4e9) },
        ['steps: expected at most 100000 steps, got 4000000000'],
      ],
      [
        'arguments that are nearly all gaps',
        argumentsOf(new Array(4e9)),
        ['steps[0].arguments: expected at most 10000000 values, got more'],
      ],
      [
        'gaps wherever something can stand',
        {
          name: new Array(4e9),
          steps: [
            'tool',
            'outputKey',
            'name',
            'after',
            'take',
            'when',
            'fallback',
            'each',
            'concurrency',
            'timeoutMs',
          ].map((field) => ({ tool: 'a', [field]: new Array(4e9) })),
        },
        undefined,
      ],
      [
        'data that shares its parts a quadrillionfold',
        argumentsOf(laughs(50)),
        ['steps[0].arguments: expected at most 10000000 values, got more'],
      ],
      [
        'conditions that do so',
        { steps: [{ tool: 'a', when: laughs(30, (data) => ({ allOf: [data, data] })) }] },
        undefined,
      ],
      [
        'data that contains itself',
        argumentsOf(cycle()),
        ['steps[0].arguments: expected data without cycles, got an object that contains itself'],
      ],
      ['steps that contain themselves', cyclicSteps(), undefined],
      ['a getter that throws', { steps: [throwing] }, unreadable],
      ['a getter that throws in the arguments', argumentsOf(throwing), unreadable],
      ['a proxy that refuses to be listed', new Proxy({}, { ownKeys: deny }), unreadable],
      ['a proxy that refuses to be read', { steps: [new Proxy({ tool: 'a' }, { get: deny })] }, unreadable],
      ['a proxy that hides what it is', new Proxy({}, { getPrototypeOf: deny }), unreadable],
      ['a proxy of an array that refuses', { steps: new Proxy([], { get: deny }) }, unreadable],
      [
        'a class',
        new (class Flow {
          steps = [];
        })(),
        undefined,
      ],
      ['a map', new Map([['steps', []]]), undefined],
      ['a function', () => 1, undefined],
      ['a boxed text', { steps: [{ tool: Object('echo') as unknown }] }, undefined],
    ] as readonly (readonly [string, unknown, readonly string[] | undefined])[]) {
      it(`has ${title}`, () => {
        let found: readonly string[] = [];
        expect(msOf(() => (found = linesOf(data)))).to.be.lessThan(1_500);
        if (lines) expect(found).to.deep.equal(lines);
        else expect(found).not.to.deep.equal([]);
        // Run as it is, it is refused as well, and with an error of ours.
        expect(errorOf(orchestrator.run(data as never))).to.be.instanceOf(InvalidFlow);
      });
    }

    it('has more faults than are listed: a hundred thousand are, and that there are more', () => {
      const steps = [{ tool: 'a', when: { allOf: new Array(300_000).fill(7) } }];
      const lines = linesOf({ steps });
      expect(lines).to.have.length(100_001);
      expect(lines.at(-1)).to.equal(': and more; no further fault was looked for');
    });

    it('has more than the bounds that are given', () => {
      const steps = [{ tool: 'a', arguments: [[1], 2] }];
      expect(linesOf({ steps }, { maxSteps: 1, maxDepth: 2, maxValues: 4 })).to.deep.equal([]);
      expect(linesOf({ steps: [...steps, { tool: 'b' }] }, { maxSteps: 1 })).to.deep.equal([
        'steps: expected at most 1 steps, got 2',
      ]);
      expect(linesOf({ steps }, { maxDepth: 1 })).to.deep.equal([
        'steps[0].arguments: expected at most 1 levels, got more',
      ]);
      expect(linesOf({ steps: [...steps, ...steps] }, { maxValues: 5 })).to.deep.equal([
        'steps[1].arguments: expected at most 5 values, got more',
      ]);
    });

    for (const [bounds, message] of [
      [{ maxSteps: 0 }, 'maxSteps'],
      [{ maxSteps: 1.5 }, 'maxSteps'],
      [{ maxDepth: 65 }, 'maxDepth: expected at most 64, got 65'],
      [{ maxDepth: 0 }, 'maxDepth'],
      [{ maxValues: -1 }, 'maxValues'],
      [{ maxStep: 5 }, 'maxStep'],
      [5, 'bounds'],
    ] as const) {
      it(`throws for bounds that are none: ${JSON.stringify(bounds)}`, () => {
        expect(() => decodeFlow({ steps: [] }, bounds as FlowBounds)).to.throw(Error, message);
        expect(() => createOrchestrator({ flowBounds: bounds as FlowBounds })).to.throw(Error, message);
      });
    }
  });

  describe('that harms nothing', () => {
    it('has keys that lead out of the data', () => {
      const steps = JSON.parse(
        '[{"tool":"echo","outputKey":"__proto__","arguments":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}},' +
          '{"tool":"echo","outputKey":"constructor","arguments":2},{"tool":"echo","outputKey":"hasOwnProperty","arguments":3}]',
      ) as StepData[];
      for (const kind of ['chain', 'plan'] as const) {
        const context = lastOf(orchestrator.run({ kind, steps }, JSON.parse('{"prototype":1}') as object));
        expect(Object.keys(context)).to.deep.equal(['prototype', '__proto__', 'constructor', 'hasOwnProperty']);
        expect(Object.getPrototypeOf(context)).to.equal(Object.prototype);
        expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
      }
    });

    it('has references that lead out of the data', () => {
      for (const reference of [
        '$a.__proto__',
        '$a.constructor.name',
        '${a.prototype}',
        '$["__proto__"]',
        '$["constructor"].x',
      ]) {
        const steps = [
          { tool: 'echo', outputKey: 'a', arguments: {} },
          { tool: 'echo', outputKey: 'b', arguments: reference },
        ];
        const error = errorOf(orchestrator.run({ steps })) as InvalidFlow;
        expect(error.faults[0]?.message).to.include('is no path into data');
      }
    });

    it('has references to what is inherited, and into getters of results', () => {
      const getting = toolOf(
        () => [
          {
            get secret() {
              return 1;
            },
          },
        ],
        { name: 'getting' },
      );
      const own = createOrchestrator({ tools: [echo, getting] });
      for (const path of ['.toString', '.secret', '.hasOwnProperty', '["valueOf"]']) {
        const steps = [{ tool: 'getting' }, { tool: 'echo', arguments: `$getting${path}` }];
        const error = errorOf(own.run({ steps })) as { readonly cause: { readonly _tag: string } };
        expect(error.cause._tag).to.equal('UnresolvedReference');
        const asking = [{ tool: 'getting' }, { tool: 'echo', when: { exists: `$getting${path}` } }];
        expect(Object.keys(lastOf(own.run({ steps: asking })))).to.deep.equal(['getting']);
      }
    });

    it('gets results that look like references, which stay what they are', () => {
      const texts = ['$topic', '${topic}', '$$', '$["a"]', '${'];
      for (const text of texts) {
        const steps: readonly StepData[] = [
          { tool: 'echo', outputKey: 'a', arguments: '$text' },
          { tool: 'echo', outputKey: 'b', arguments: ['$a', 'so: ${a}', { x: '$a' }] },
          { tool: 'echo', outputKey: 'c', each: ['$a'], arguments: '$item', fallback: '$a' },
          { tool: 'echo', outputKey: 'd', when: { equals: ['$a', '$text'] }, arguments: '$c[0]' },
        ];
        for (const kind of ['chain', 'plan'] as const) {
          const context = lastOf(orchestrator.run({ kind, steps }, { text, topic: 'secret' }));
          expect(context).to.include({ a: text, d: text });
          expect(context['b']).to.deep.equal([text, `so: ${text}`, { x: text }]);
          expect(context['c']).to.deep.equal([text]);
        }
      }
    });

    it('changes between two reads: each field is read once', () => {
      let reads = 0;
      const changing = new Proxy(
        { tool: 'echo', arguments: 1, outputKey: 'a' },
        {
          get: (target, key) =>
            (key === 'tool' ? (reads++ === 0 ? 'echo' : { evil: true }) : Reflect.get(target, key)) as unknown,
        },
      );
      expect(lastOf(orchestrator.run({ steps: [changing] }))).to.deep.equal({ a: 1 });
      expect(reads).to.equal(1);
      let length = 0;
      const growing = new Proxy([{ tool: 'echo' }], {
        get: (target, key) => (key === 'length' ? ++length * 1 : Reflect.get(target, key)) as unknown,
      });
      expect(linesOf({ steps: growing })).to.deep.equal([]);
    });

    it('has keys with the characters that ids are made of', () => {
      const keys = ['a', 'a#0', 'a%230', 'a.b', 'a/1', 'a/1.b', '#', '.', '%', ' ', '\n', '$', '${a}', '["a"]'];
      const made: string[] = [];
      const tool = toolOf(
        (args, { callId }) => {
          made.push(callId);
          return [args];
        },
        { name: 'tool' },
      );
      const own = createOrchestrator({ tools: [tool], createId: countedIds() });
      const steps = keys.map((outputKey, index) => ({
        tool: 'tool',
        outputKey,
        arguments: index === 0 ? 'first' : `$[${JSON.stringify(keys[index - 1])}]`,
        ...(outputKey === 'a' ? { each: [1, 2] } : {}),
      }));
      for (const kind of ['chain', 'plan'] as const) {
        made.length = 0;
        const context = lastOf(own.run({ kind, steps }));
        expect(Object.keys(context)).to.have.members(keys);
        expect(context['["a"]']).to.deep.equal(['first', 'first']);
        expect(new Set(made).size).to.equal(keys.length + 1);
      }
    });
  });
});

describe('a hundred thousand random inputs', () => {
  /** The slowest one of them, in ms, once the code is warm; the seed is fixed, for what counts is the time. */
  function slowest<T>(inputs: readonly T[], act: (input: T) => void): number {
    inputs.slice(0, 2_000).forEach(act);
    let most = 0;
    for (const input of inputs) {
      const begin = process.hrtime.bigint();
      act(input);
      const ms = Number(process.hrtime.bigint() - begin) / 1e6;
      // The machine may have been busy with something else: whoever is slow is slow again.
      if (ms > Math.max(most, 5))
        most = Math.max(
          most,
          Math.min(
            ms,
            msOf(() => act(input)),
            msOf(() => act(input)),
          ),
        );
      else most = Math.max(most, ms);
    }
    return most;
  }

  it('are read by decodeFlow as a flow or as faults, none slower than 50 ms', () => {
    const anything = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      maxDepth: 3,
    });
    const part = fc.oneof(anything, anyData, hostileText, fc.array(hostileText, { maxLength: 3 }), fc.integer());
    const made = fc.sample(part, { numRuns: 4_000, seed: 4 });
    const fields = [
      'tool',
      'arguments',
      'outputKey',
      'output_key',
      'name',
      'after',
      'take',
      'when',
      'fallback',
      'each',
    ];
    // Each stands in every place: to make them is what takes the time.
    const inputs = made.flatMap((data, index) => {
      const other = made[(index + 1) % made.length];
      return [
        data,
        { steps: data },
        { steps: [data, other] },
        { kind: data, name: other, steps: [] },
        { kind: 'plan', steps: [], concurrency: data, failFast: other },
        ...fields.map((field) => ({ steps: [{ tool: 'a', [field]: data }] })),
        ...fields.map((field) => ({
          steps: [{ tool: 'a', each: other, when: { equals: [data, other] }, [field]: data }],
        })),
      ];
    });
    expect(inputs).to.have.length(100_000);
    const count = { Left: 0, Right: 0 };
    const most = slowest(inputs, (data) => {
      const decoded = decodeFlow(data);
      count[decoded._tag]++;
      if (isLeft(decoded) && decoded.left.faults.length === 0) throw new Error('expected faults, got none');
    });
    expect(most).to.be.lessThan(50);
    expect(count.Left).to.be.greaterThan(10_000);
    expect(count.Right).to.be.greaterThan(10_000);
  }).timeout(60_000);

  it('are read by the parser of references, and back from what they are written as, none slower than 50 ms', () => {
    const pieces = [
      '$',
      '$$',
      '${',
      '}',
      '["',
      '"]',
      '\\',
      '\\"',
      '.',
      '[',
      ']',
      '0',
      '99',
      'a',
      'key',
      '-',
      ' ',
      '\n',
      '\u{1F600}',
      '__proto__',
    ];
    const short = fc.sample(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), { numRuns: 98_000, seed: 4 });
    const long = fc.sample(
      fc.tuple(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }), fc.nat({ max: 5_000 })),
      {
        numRuns: 2_000,
        seed: 4,
      },
    );
    const texts = [
      ...short.map((parts) => parts.join('')),
      ...long.map(([parts, count]) => parts.join('').repeat(count)),
    ];
    expect(texts).to.have.length(100_000);
    const most = slowest(texts, (text) => {
      const written = formatTemplate(parseTemplate(text));
      if (formatTemplate(parseTemplate(written)) !== written) throw new Error(`expected ${text} to be read back`);
    });
    expect(most).to.be.lessThan(50);
  }).timeout(60_000);

  for (const [title, text] of [
    ['dollars', '$'.repeat(1_000_000)],
    ['openings', '${'.repeat(500_000)],
    ['openings of quoted keys', '${["'.repeat(250_000)],
    ['quotes that are not closed', `$["${'a"'.repeat(500_000)}`],
    ['backslashes', `$["${'\\'.repeat(1_000_000)}"]`],
    ['backslashes in openings', '${["\\'.repeat(200_000)],
    ['brackets', `$a${'['.repeat(1_000_000)}`],
    ['dots', `$a${'.'.repeat(1_000_000)}`],
    ['references', '${a.b[0]["c"]}'.repeat(70_000)],
  ] as const) {
    it(`reads a million characters of ${title} within a second, as an argument`, () => {
      expect(msOf(() => decodeFlow(argumentsOf({ text, list: [text], [text.slice(0, 1_000)]: 1 })))).to.be.lessThan(
        1_000,
      );
      expect(msOf(() => parseTemplate(text))).to.be.lessThan(1_000);
    });
  }
});

/** An object that contains itself. */
function cycle(): unknown {
  const data: Record<string, unknown> = { a: 1 };
  data['b'] = [data];
  return data;
}

/** Steps of which one is the list of them all. */
function cyclicSteps(): unknown {
  const steps: unknown[] = [{ tool: 'echo' }];
  steps.push(steps);
  return { steps };
}
