import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { map, NEVER, of, timer } from 'rxjs';
import {
  type AnyTool,
  call,
  createOrchestrator,
  defineTool,
  isToolTimeout,
  type ToolEvent,
  type ToolStatus,
} from '../../src/index.js';
import { echo, errorOf, failing, lastOf, linesOf } from '../support/flowTools.js';
import { virtually } from '../support/virtually.js';

const add = defineTool({
  name: 'add',
  description: 'Add two numbers.',
  input: t.type({ a: t.number, b: t.number }),
  run: ({ a, b }) => of(a + b),
});
const slow = defineTool({
  name: 'slow',
  description: 'Wait for so many milliseconds.',
  input: t.number,
  run: (ms) => timer(ms).pipe(map(() => ms)),
});

/** An orchestrator with these tools, and the states of one of them as they change. */
function observed(tools: readonly AnyTool[], name: string) {
  const orchestrator = createOrchestrator({ tools });
  const statuses: ToolStatus[] = [];
  orchestrator.status$(name).subscribe((status) => statuses.push(status));
  return { orchestrator, statuses, states: () => statuses.map(({ state }) => state) };
}

describe('what the original design has', () => {
  it('has a tool available while no call of it runs', () => {
    expect(observed([add], 'add').statuses).to.deep.equal([
      { tool: 'add', state: 'available', running: 0, queued: 0, accepting: true },
    ]);
  });

  it('has a tool busy while its calls run, and says how many', () => {
    virtually(({ flush }) => {
      const { orchestrator, states, statuses } = observed([slow], 'slow');
      orchestrator.execute({ tool: 'slow', arguments: 3 }).subscribe();
      orchestrator.execute({ tool: 'slow', arguments: 5 }).subscribe();
      flush();
      expect(states()).to.deep.equal(['available', 'busy', 'busy', 'busy', 'available']);
      expect(statuses.map(({ running }) => running)).to.deep.equal([0, 1, 2, 1, 0]);
    });
  });

  it('has a tool rate limited while its limit holds calls back, and says until when', () => {
    virtually(({ flush }) => {
      const limited = defineTool({
        name: 'limited',
        description: 'Once in 10 ms.',
        input: t.unknown,
        rateLimit: { limit: 1, perMs: 10 },
        run: () => of(1),
      });
      const { orchestrator, statuses } = observed([limited], 'limited');
      orchestrator.parallel([call(limited, 1), call(limited, 2)]).subscribe();
      expect(statuses.at(-1)).to.deep.include({ state: 'rate_limited', availableAt: 10, queued: 1 });
      flush();
      expect(statuses.at(-1)).to.include({ state: 'available' });
    });
  });

  it('has a tool in error after a call that failed, and says why', () => {
    const { orchestrator, statuses } = observed([failing], 'failing');
    const error = errorOf(orchestrator.execute({ tool: 'failing', arguments: 1 }));
    expect(statuses.at(-1)).to.include({ state: 'error', error });
  });

  it('keeps the name and the description of a tool', () => {
    let catalogue: readonly AnyTool[] = [];
    createOrchestrator({ tools: [add] }).tools$.subscribe((tools) => {
      catalogue = tools;
    });
    expect(catalogue.map(({ name, description }) => [name, description])).to.deep.equal([['add', 'Add two numbers.']]);
  });

  it('calls the function of a tool with its arguments', () => {
    expect(lastOf(createOrchestrator({ tools: [add] }).execute('add', { a: 1, b: 2 }))).to.equal(3);
  });

  it('reads the arguments of a tool with its input codec', () => {
    const when = new t.Type<Date, string>(
      'Date',
      (value): value is Date => value instanceof Date,
      (text, context) => (typeof text === 'string' ? t.success(new Date(text)) : t.failure(text, context)),
      (date) => date.toISOString(),
    );
    const year = defineTool({
      name: 'year',
      description: 'The year of a day.',
      input: t.type({ when }),
      run: (args) => of(args.when.getUTCFullYear()),
    });
    expect(lastOf(createOrchestrator({ tools: [year] }).execute('year', { when: '2020-05-01' }))).to.equal(2020);
  });

  it('lets a call wait until the rate limit of its tool allows it', () => {
    virtually(({ expectObservable }) => {
      const limited = defineTool({
        name: 'limited',
        description: 'Once in 10 ms.',
        input: t.unknown,
        rateLimit: { limit: 1, perMs: 10 },
        run: () => of('a'),
      });
      const orchestrator = createOrchestrator({ tools: [limited] });
      expectObservable(orchestrator.execute('limited', 1)).toBe('(a|)');
      expectObservable(orchestrator.execute('limited', 2)).toBe('----------(a|)');
    });
  });

  it('stops an attempt when its time is up', () => {
    virtually(({ flush, scheduler }) => {
      const hanging = defineTool({
        name: 'hanging',
        description: 'Never answers.',
        input: t.unknown,
        timeoutMs: 30_000,
        run: () => NEVER,
      });
      const told: unknown[] = [];
      createOrchestrator({ tools: [hanging] })
        .execute('hanging', 1)
        .subscribe({ error: (error) => told.push(scheduler.now(), isToolTimeout(error) && error.ms) });
      flush();
      expect(told).to.deep.equal([30_000, 30_000]);
    });
  });

  it('runs a tool that is registered later', () => {
    const orchestrator = createOrchestrator().register(add);
    expect(lastOf(orchestrator.execute('add', { a: 1, b: 2 }))).to.equal(3);
  });

  it('runs a tool by its name', () => {
    expect(
      lastOf(createOrchestrator({ tools: [add, echo] }).execute({ tool: 'add', arguments: { a: 2, b: 2 } })),
    ).to.equal(4);
  });

  it('runs the steps of a chain one after the other', () => {
    virtually(({ flush }) => {
      const orchestrator = createOrchestrator({ tools: [slow], createId: () => 'run' });
      const lines = linesOf(orchestrator);
      const steps = ['a', 'b'].map((outputKey) => ({ tool: 'slow', arguments: 5, outputKey }));
      orchestrator.run({ steps }).subscribe();
      flush();
      expect(lines.filter((line) => line.includes('call.started'))).to.deep.equal([
        '0 call.started run.a',
        '5 call.started run.b',
      ]);
    });
  });

  it('keeps the result of a step under its output_key', () => {
    const steps = [{ tool: 'add', arguments: { a: 1, b: 2 }, output_key: 'sum' }];
    expect(lastOf(createOrchestrator({ tools: [add] }).run({ steps }))).to.deep.equal({ sum: 3 });
  });

  it('puts the result of an earlier step in the place of its reference', () => {
    const steps = [
      { tool: 'add', arguments: { a: 1, b: 2 }, output_key: 'sum' },
      { tool: 'add', arguments: { a: '$sum', b: '$topic' }, output_key: 'all' },
    ];
    expect(lastOf(createOrchestrator({ tools: [add] }).run({ steps }, { topic: 4 }))).to.deep.equal({
      topic: 4,
      sum: 3,
      all: 7,
    });
  });

  it('resolves the arguments of a step against what the run has by then', () => {
    const events: ToolEvent[] = [];
    const orchestrator = createOrchestrator({ tools: [echo] });
    orchestrator.events$.subscribe((event) => events.push(event));
    const steps = [{ tool: 'echo', arguments: { whole: '$a', inside: 'about ${a}', literal: '$$a' } }];
    lastOf(orchestrator.run({ steps }, { a: 5 }));
    const started = events.find((event) => event.type === 'call.started');
    expect(started?.type === 'call.started' && started.args).to.deep.equal({
      whole: 5,
      inside: 'about 5',
      literal: '$a',
    });
  });

  it('runs calls at once and gives their results in the order of the calls', () => {
    virtually(({ expectObservable }) => {
      const results$ = createOrchestrator({ tools: [slow] })
        .parallel([
          { tool: 'slow', arguments: 3 },
          { tool: 'slow', arguments: 1 },
        ])
        .pipe(map((results) => results.map((result) => (isLeft(result) ? 'left' : result.right)).join()));
      expectObservable(results$).toBe('---(r|)', { r: '3,1' });
    });
  });

  it('recommends tools for a task, the best first', () => {
    const search = defineTool({ name: 'searchDocs', description: 'Search pages.', input: t.unknown, run: () => of(1) });
    const recommended = lastOf(createOrchestrator({ tools: [add, search] }).recommend('add up numbers'));
    expect(recommended.map(({ tool }) => tool)).to.deep.equal(['add']);
  });

  it('keeps a history of what was executed', () => {
    const orchestrator = createOrchestrator({ tools: [add] });
    lastOf(orchestrator.execute('add', { a: 1, b: 2 }));
    const history: ToolEvent[] = [];
    orchestrator.history$.subscribe((event) => history.push(event));
    expect(history.at(-1)).to.deep.include({ type: 'call.succeeded', tool: 'add', args: { a: 1, b: 2 }, result: 3 });
  });
});

describe('docs/from-the-original.md', () => {
  const page = 'docs/from-the-original.md';
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => /^\|.*\.test\.ts/.test(line));
  /** The tests that the tables name: `file: title` in the last column. */
  const named = rows.map((row) => /`([^`]+\.test\.ts)`: ([^|]+?) *\|$/.exec(row)?.slice(1) ?? [row, '']);

  it('names an existing test in every row of its tables', () => {
    const tables = readFileSync(page, 'utf8').match(/^\|(?! *-)[^\n]*\|$/gm) ?? [];
    // Two tables, each with a row of headings.
    expect(tables).to.have.length(rows.length + 2);
    for (const [file = '', title = ''] of named) expect(titlesIn(file), `${file}: ${title}`).to.include(title);
  });

  it('names every test that was written for it', () => {
    for (const file of ['fromTheOriginal.test.ts', 'fromTheOriginal.differences.test.ts']) {
      const path = `test/regression/${file}`;
      const titles = named.filter(([each]) => each === path).map(([, title]) => title);
      expect(titles.sort()).to.deep.equal(
        titlesIn(path)
          .filter((title) => !/^names /.test(title))
          .sort(),
      );
    }
  });
});

/** The titles of the tests in a file, as they stand there. */
function titlesIn(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^ *it\(\s*'((?:[^'\\\n]|\\.)*)'/gm)].map(([, title = '']) => title);
}
