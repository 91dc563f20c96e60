import { expect } from 'chai';
import { isLeft, isRight } from 'fp-ts/Either';
import * as t from 'io-ts';
import { concat, firstValueFrom, NEVER, of, throwError, timer, toArray, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Semaphore } from '../operators/index.js';
import { call, createOrchestrator, defineTool, type OrchestratorOptions } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

describe('createOrchestrator', () => {
  it('has no tools where none are given', () => {
    expect(createOrchestrator().stats()).to.deep.equal({
      tools: 0,
      events: { published: 0, retained: 0, dropped: 0 },
      running: 0,
      queued: 0,
      permits: 0,
      waiting: 0,
      timers: 0,
    });
  });

  for (const [option, value, type, message] of [
    ['history', { capacity: -1 }, RangeError, 'history.capacity: expected a whole number of at least 0, got -1'],
    [
      'history',
      { capacity: Infinity },
      RangeError,
      'history.capacity: expected a whole number of at least 0, got Infinity',
    ],
    ['history', { capacity: '5' }, TypeError, 'history.capacity: expected a whole number of at least 0, got "5"'],
    ['maxValueLength', -1, RangeError, 'maxValueLength: expected a whole number of at least 0 or Infinity, got -1'],
    ['redact', 'all', TypeError, 'redact: expected a function, got "all"'],
    ['createId', 7, TypeError, 'createId: expected a function, got 7'],
    ['recommender', {}, TypeError, 'recommender: expected a function, got an object'],
    ['tool', [], TypeError, "tool: expected an option of an orchestrator, got 'tool'; did you mean 'tools'?"],
    [
      'schedular',
      1,
      TypeError,
      "schedular: expected an option of an orchestrator, got 'schedular'; did you mean 'scheduler'?",
    ],
  ] as const) {
    it(`refuses ${option}: ${JSON.stringify(value)}, and says what it expects`, () => {
      const options = { [option]: value } as unknown as OrchestratorOptions;
      expect(() => createOrchestrator(options)).to.throw(type, message);
    });
  }

  it('refuses what are no options', () => {
    expect(() => createOrchestrator('tools' as never)).to.throw(TypeError, 'options: expected an object, got "tools"');
  });

  it('refuses two tools of one name, and says what to do', () => {
    const message = "tool: expected a name that is not registered yet, got 't'; unregister it first";
    expect(() => createOrchestrator({ tools: [toolOf(() => NEVER), toolOf(() => NEVER)] })).to.throw(
      TypeError,
      message,
    );
    const { orchestrator } = new Stage([toolOf(() => NEVER)]);
    expect(() => orchestrator.register(toolOf(() => NEVER))).to.throw(TypeError, message);
    expect(orchestrator.stats()).to.include({ tools: 1 });
  });

  it('retains 1,000 events where no capacity is given', () => {
    const orchestrator = createOrchestrator({ tools: [toolOf(() => of(1))] });
    for (let made = 0; made < 400; made++) orchestrator.execute('t', {}).subscribe();
    expect(orchestrator.stats().events).to.deep.equal({ published: 1_201, retained: 1_000, dropped: 201 });
  });

  it('goes by the time of the scheduler it is given', () => {
    const scheduler = new VirtualTimeScheduler();
    scheduler.frame = 500;
    const orchestrator = createOrchestrator({ tools: [toolOf(() => NEVER, { timeoutMs: 20 })], scheduler });
    const at: number[] = [];
    orchestrator.events$.subscribe((event) => at.push(event.at));
    orchestrator.execute('t', {}).subscribe({ error: () => undefined });
    scheduler.flush();
    expect(at).to.deep.equal([500, 520]);
  });

  it('goes by virtual time inside TestScheduler.run, where it is given none', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).to.deep.equal(expected);
    });
    scheduler.run(({ expectObservable }) => {
      const orchestrator = createOrchestrator({
        tools: [toolOf(() => timer(3), { rateLimit: { limit: 1, perMs: 5 } })],
      });
      const execute = () => orchestrator.execute('t', {});
      expectObservable(execute()).toBe('---(x|)', { x: 0 });
      expectObservable(execute()).toBe('5ms ---(x|)', { x: 0 });
    });
  });

  it('gives ids that are new, and those of createId where that is given', () => {
    const tool = toolOf((_args, { callId }) => of(callId));
    const ids: unknown[] = [];
    for (const orchestrator of [createOrchestrator({ tools: [tool] }), createOrchestrator({ tools: [tool] })]) {
      for (let made = 0; made < 3; made++) orchestrator.execute('t', {}).subscribe((id) => ids.push(id));
    }
    expect(new Set(ids)).to.have.length(6);
    const named = createOrchestrator({ tools: [tool], createId: () => 'mine' });
    named.execute('t', {}).subscribe((id) => expect(id).to.equal('mine'));
  });

  it('has a life of its own beside another one: events, ids and limits', () => {
    const tool = toolOf(() => NEVER, { concurrency: 1 });
    const [one, two] = [new Stage([tool]), new Stage([tool])];
    one.call('a');
    expect(two.log).to.deep.equal([]);
    expect(two.orchestrator.stats()).to.include({ permits: 0 });
  });
});

describe('execute', () => {
  const add = defineTool({
    name: 'add',
    description: 'Adds.',
    input: t.type({ a: t.number, b: t.number }),
    run: ({ a, b }) => of(a + b),
  });

  it('runs a tool by its name, or a call that is data', () => {
    const orchestrator = createOrchestrator({ tools: [add] });
    const given: unknown[] = [];
    orchestrator.execute('add', { a: 1, b: 2 }).subscribe((value) => given.push(value));
    orchestrator.execute(call(add, { a: 3, b: 4 })).subscribe((value) => given.push(value));
    orchestrator.execute({ tool: 'add', arguments: { a: 5, b: 6 } }).subscribe((value) => given.push(value));
    expect(given).to.deep.equal([3, 7, 11]);
  });

  it('errors with ToolNotFound where there is no such tool, with up to three names that may be meant', () => {
    const { orchestrator } = new Stage(['search', 'perch', 'publish'].map((name) => toolOf(() => NEVER, { name })));
    const told: unknown[] = [];
    orchestrator.execute('serch', {}).subscribe({ error: (error) => told.push(error) });
    expect(told).to.have.length(1);
    expect(told[0]).to.include({ _tag: 'ToolNotFound', tool: 'serch' });
    expect(told[0]).to.have.property('message', "no tool 'serch' is registered; did you mean 'perch' or 'search'?");
  });

  it('errors with InvalidArguments where they do not fit, and does not call run', () => {
    const orchestrator = createOrchestrator({ tools: [add] });
    const told: string[] = [];
    orchestrator
      .execute({ tool: 'add', arguments: { a: '1' } })
      .subscribe({ error: ({ message }: Error) => told.push(message) });
    expect(told).to.deep.equal([
      'invalid arguments for \'add\': a: expected number, got "1"; b: expected number, got nothing',
    ]);
  });
});

describe('attempt', () => {
  it('gives each value on the right, and completes', async () => {
    const { orchestrator } = new Stage([toolOf(() => of(1, 2))]);
    const results = await firstValueFrom(orchestrator.attempt('t', {}).pipe(toArray()));
    expect(results.map((result) => isRight(result) && result.right)).to.deep.equal([1, 2]);
  });

  it('gives a failure on the left, after the values before it, and completes', async () => {
    const { orchestrator } = new Stage([
      toolOf(() =>
        concat(
          of(1),
          throwError(() => new Error('broken')),
        ),
      ),
    ]);
    const [value, failure] = await firstValueFrom(orchestrator.attempt('t', {}).pipe(toArray()));
    expect(value && isRight(value) && value.right).to.equal(1);
    expect(failure && isLeft(failure) && failure.left.message).to.equal("'t' failed: broken");
  });

  it('takes a call that is data', async () => {
    const { orchestrator } = new Stage([]);
    const result = await firstValueFrom(orchestrator.attempt({ tool: 'none', arguments: {} }));
    expect(isLeft(result) && result.left._tag).to.equal('ToolNotFound');
  });
});

describe('register and unregister', () => {
  it('are events, with the description', () => {
    const { orchestrator, events } = new Stage([]);
    orchestrator.register(toolOf(() => NEVER, { description: 'Waits.' }));
    expect(orchestrator.unregister('t')).to.equal(true);
    expect(events.map(({ seq: _seq, ...event }) => event)).to.deep.equal([
      { v: 1, at: 0, type: 'tool.registered', tool: 't', description: 'Waits.' },
      { v: 1, at: 0, type: 'tool.unregistered', tool: 't' },
    ]);
  });

  it('give the same orchestrator, and whether there was such a tool', () => {
    const { orchestrator } = new Stage([]);
    expect(orchestrator.register(toolOf(() => NEVER))).to.equal(orchestrator);
    expect(orchestrator.unregister('none')).to.equal(false);
  });

  it('let a name be taken again, with limits that begin anew', () => {
    const tool = toolOf(() => NEVER, { concurrency: 1 });
    const stage = new Stage([tool]);
    stage.call('a');
    stage.orchestrator.unregister('t');
    stage.orchestrator.register(tool);
    stage.call('b');
    expect(stage.log).to.deep.equal(['0 a started', '0 b started']);
    expect(stage.orchestrator.stats()).to.include({ tools: 1, running: 2, permits: 2 });
  });
});

describe('stats', () => {
  it('says what is held: calls, slots, places in queues and timers', () => {
    const stage = new Stage([
      toolOf(() => NEVER, {
        name: 'slots',
        concurrency: new Semaphore({ concurrency: 1, maxWaitMs: 50 }),
        timeoutMs: 40,
      }),
      toolOf(() => NEVER, { name: 'rate', rateLimit: { limit: 1, perMs: 30 }, timeoutMs: Infinity, deadlineMs: 20 }),
    ]);
    for (const tool of ['slots', 'slots', 'rate', 'rate']) stage.call(tool, {}, { tool });
    expect(stage.orchestrator.stats()).to.deep.include({
      tools: 2,
      running: 2,
      queued: 2,
      permits: 1,
      waiting: 2,
      // One each: the attempt's timeout, the deadlines, the wait for a slot, the head of the rate limit's queue.
      timers: 4,
    });
  });

  for (const [method, act] of [
    ['run', (options) => createOrchestrator().run({ steps: [] }, {}, options)],
    ['resume', (options) => createOrchestrator().resume({ steps: [] }, [], options)],
    ['runSteps', (options) => createOrchestrator().runSteps([], {}, options)],
    ['parallel', (options) => createOrchestrator().parallel([], options)],
  ] as readonly (readonly [string, (options: object) => unknown])[]) {
    it(`refuses an option of ${method} that does not exist, at once`, () => {
      expect(() => act({ concurency: 2 })).to.throw(
        TypeError,
        /^options: expected no options but [a-zA-Z, ]+, got "concurency"$/,
      );
      expect(() => act({})).not.to.throw();
    });
  }
});
