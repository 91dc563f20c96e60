import { expect } from 'chai';
import fc from 'fast-check';
import { EMPTY, NEVER, Observable, of, Subject } from 'rxjs';
import { createOrchestrator, type InvalidFlow, type PlanFailed, type StepData, type ToolEvent } from '../src/index.js';
import { countedIds, echo, errorOf, failing, lastOf, watch } from './support/flowTools.js';
import { recordingOf } from './support/recorded.js';
import { Stage, toolOf } from './support/stage.js';

const step = (outputKey: string, args: unknown = outputKey): StepData => ({ tool: 'echo', outputKey, arguments: args });
const orchestrator = createOrchestrator({ tools: [echo, failing], createId: countedIds() });

function failureOf(steps: readonly unknown[], input: object = {}): PlanFailed {
  const error = errorOf(orchestrator.runSteps(steps as StepData[], input)) as PlanFailed;
  expect(error._tag).to.equal('PlanFailed');
  return error;
}

/** The steps that failed, with what was wrong with them. */
function faultsOf({ failures }: PlanFailed): readonly string[] {
  return failures.flatMap(({ step: key, error }) =>
    (error as InvalidFlow).faults.map(({ path, message }) => `${key} > ${path}: ${message}`),
  );
}

describe('runSteps', () => {
  it('begins a step as soon as it has arrived and what it needs is there, whichever comes last', () => {
    const steps$ = new Subject<StepData>();
    const calls = new Map<string, Subject<unknown>>();
    const began: string[] = [];
    const tool = toolOf((_args, { step: key = '' }) => {
      began.push(key);
      const call$ = new Subject();
      calls.set(key, call$);
      return call$;
    });
    const end = (key: string): void => {
      calls.get(key)?.next(key);
      calls.get(key)?.complete();
    };
    const stage = new Stage([tool]);
    const told = watch(stage.orchestrator.runSteps(steps$, { topic: 'x' }));
    steps$.next({ tool: 't', outputKey: 'c', arguments: ['$a', '$b'] });
    steps$.next({ tool: 't', outputKey: 'a', arguments: '$topic' });
    expect(began).to.deep.equal(['a']);
    end('a');
    expect(told.values).to.deep.equal([{ topic: 'x', a: 'a' }]);
    steps$.next({ tool: 't', outputKey: 'd', arguments: '$a' });
    expect(began).to.deep.equal(['a', 'd']);
    steps$.next({ tool: 't', outputKey: 'b' });
    end('b');
    expect(began).to.deep.equal(['a', 'd', 'b', 'c']);
    steps$.complete();
    end('c');
    expect(told.end).to.equal(undefined);
    end('d');
    expect(told.values.at(-1)).to.deep.equal({ topic: 'x', a: 'a', b: 'b', c: 'c', d: 'd' });
    expect(told.end).to.equal('completed');
    stage.expectNothingHeld();
  });

  it('begins at most as many as it may, those that arrived first before the others', () => {
    const ends$ = new Subject<void>();
    const began: (string | undefined)[] = [];
    const tool = toolOf((_args, { step: key }) => {
      began.push(key);
      return ends$;
    });
    const { orchestrator: own } = new Stage([tool]);
    const steps = ['a', 'b', 'c'].map((outputKey) => ({ tool: 't', outputKey, take: 'all' as const }));
    const told = watch(own.runSteps(steps, {}, { concurrency: 2 }));
    expect(began).to.deep.equal(['a', 'b']);
    ends$.complete();
    expect(began).to.deep.equal(['a', 'b', 'c']);
    expect(told.end).to.equal('completed');
  });

  it('gives the input where no step comes', () => {
    expect(watch(orchestrator.runSteps(EMPTY, { topic: 'x' }))).to.deep.equal({
      values: [{ topic: 'x' }],
      end: 'completed',
    });
  });

  it('takes steps from a promise, an array and an async iterable', async () => {
    async function* written(): AsyncGenerator<StepData> {
      yield step('a');
      await Promise.resolve();
      yield step('b', '$a');
    }
    for (const steps of [written(), [step('a'), step('b', '$a')]]) {
      const contexts: object[] = [];
      await orchestrator.runSteps(steps).forEach((context) => contexts.push(context));
      expect(contexts.at(-1)).to.deep.equal({ a: 'a', b: 'a' });
    }
  });

  it('reads a step when it arrives: what happens to it later changes nothing', () => {
    const steps$ = new Subject<StepData>();
    const told = watch(orchestrator.runSteps(steps$));
    const shared = { n: ['$b'] };
    steps$.next(step('a', shared));
    shared.n = ['X'];
    steps$.next(step('c', shared));
    steps$.next(step('b'));
    steps$.complete();
    expect(told.values.at(-1)).to.deep.equal({ a: { n: ['b'] }, c: { n: ['X'] }, b: 'b' });
  });

  it('stops the source when it is left, and when it has failed with failFast', () => {
    const stopped: string[] = [];
    const source = (name: string) =>
      new Observable<StepData>((subscriber) => {
        subscriber.add(() => stopped.push(name));
        if (name === 'failed') subscriber.next({ tool: 'failing' });
      });
    orchestrator.runSteps(source('left')).subscribe().unsubscribe();
    watch(orchestrator.runSteps(source('failed'), {}, { failFast: true }));
    expect(stopped).to.deep.equal(['left', 'failed']);
  });

  it('ends an endless source that is pulled from, with failFast', () => {
    let pulled = 0;
    function* endless(): Generator<StepData> {
      for (;;) {
        if (pulled > 1_000) throw new Error('pulled on');
        yield { tool: 'failing', outputKey: `k${pulled++}` };
      }
    }
    expect(errorOf(orchestrator.runSteps(endless(), {}, { failFast: true }))).to.include({ step: 'k0' });
    expect(pulled).to.equal(1);
  });

  it('fails where the source does, once the steps that came have ended', () => {
    const source$ = new Subject<StepData>();
    const told = watch(orchestrator.runSteps(source$));
    source$.next(step('a'));
    source$.next(step('c', '$never'));
    const cause = new Error('no connection');
    source$.error(cause);
    const error = told.error as PlanFailed;
    expect(error).to.deep.include({ _tag: 'PlanFailed', step: '(steps)', context: { a: 'a' }, skipped: [] });
    expect(error.cause).to.include({ _tag: 'ToolFailed', cause });
    expect(error.failures.map(({ step: key }) => key)).to.deep.equal(['(steps)', 'c']);
  });

  it('is refused, with an end of its own in the events, where there is no source or no input', () => {
    const events = recordingOf(orchestrator);
    for (const [run$, message] of [
      [orchestrator.runSteps(null as never), 'steps: expected a stream of steps, got null'],
      [orchestrator.runSteps([], [] as never), 'input: expected a plain object, got []'],
    ] as const) {
      events.length = 0;
      expect(errorOf(run$)).to.include({ _tag: 'InvalidFlow', message: `flow 'steps' is invalid: ${message}` });
      expect(events.map(({ type }) => type)).to.deep.equal(['run.started', 'run.failed']);
    }
  });

  it('ends well when whoever takes the result leaves, and is cancelled when left before that', () => {
    const events: ToolEvent[] = recordingOf(orchestrator);
    orchestrator.runSteps(NEVER).subscribe().unsubscribe();
    expect(events.at(-1)?.type).to.equal('run.cancelled');
    const steps$ = new Subject<StepData>();
    const run = orchestrator.runSteps(steps$).subscribe(() => {
      run.unsubscribe();
    });
    steps$.next(step('a'));
    expect(events.at(-1)?.type).to.equal('run.cancelled');
  });

  describe('with a step that is not valid', () => {
    it('fails that one, and does the others', () => {
      const error = failureOf([step('a'), { tool: 'nothing' }, { tol: 'echo' }, 5, step('b', '$a')]);
      expect(error.context).to.deep.equal({ a: 'a', b: 'a' });
      expect(faultsOf(error)).to.deep.equal([
        "steps[1] > steps[1].tool: no tool 'nothing' is registered",
        "steps[2] > steps[2].tol: expected one of tool, arguments, outputKey, output_key, name, after, take, when, fallback, each, concurrency, timeoutMs, got 'tol'; did you mean 'tool'?",
        'steps[2] > steps[2].tool: expected the name of a tool, got nothing',
        'steps[3] > steps[3]: expected an object with tool, got 5',
      ]);
    });

    it('skips what needs it, with the reason', () => {
      const own = createOrchestrator({ tools: [echo], createId: countedIds() });
      const events = recordingOf(own);
      const steps = [{ tool: 'nothing', outputKey: 'a' }, step('b', '$a'), step('c', '$b'), step('d')];
      const error = errorOf(own.runSteps(steps)) as PlanFailed;
      expect(error).to.deep.include({ step: 'steps[0]', skipped: ['b', 'c'], context: { d: 'd' } });
      const skipped = events.flatMap((event) =>
        event.type === 'call.skipped' ? [[event.step, event.dependency, event.error?._tag]] : [],
      );
      expect(skipped).to.deep.equal([
        ['b', 'a', 'InvalidFlow'],
        ['c', 'b', 'InvalidFlow'],
      ]);
    });

    it('takes another that comes under its key', () => {
      const error = failureOf([step('b', '$a'), { tool: 'nothing', outputKey: 'a' }, step('a')]);
      expect(error.context).to.deep.equal({ b: 'a', a: 'a' });
      expect(error.failures).to.have.length(1);
    });

    it('refuses a key that is used already, of a step or of the input', () => {
      const error = failureOf([step('a'), step('a', 'X'), step('topic'), step('b', '$a')], { topic: 'x' });
      expect(error.context).to.deep.equal({ topic: 'x', a: 'a', b: 'a' });
      expect(faultsOf(error)).to.deep.equal([
        "steps[1] > steps[1].outputKey: 'a' is used twice; give the step another outputKey",
        "steps[2] > steps[2].outputKey: 'topic' is used twice; give the step another outputKey",
      ]);
    });

    it('fails steps that wait for what never comes, and skips what waits for those', () => {
      const error = failureOf([step('hits', '$hitz'), step('b', '$hits'), step('c')]);
      expect(error).to.deep.include({ skipped: ['b'], context: { c: 'c' } });
      expect(faultsOf(error)).to.deep.equal([
        "hits > steps[0]: refers to 'hitz', which is no key of the input or of a step; did you mean 'hits'?",
      ]);
    });

    it('fails one of each circle, and skips the others', () => {
      const error = failureOf([
        step('x', ['$a', '$c']),
        step('a', '$b'),
        step('b', '$a'),
        step('c', '$d'),
        step('d', '$c'),
      ]);
      expect(faultsOf(error)).to.deep.equal([
        "a > steps[1]: waits for itself: 'a' → 'b' → 'a'",
        "c > steps[3]: waits for itself: 'c' → 'd' → 'c'",
      ]);
      expect([...error.skipped].sort()).to.deep.equal(['b', 'd', 'x']);
      expect(faultsOf(failureOf([step('a', '$a')]))[0]).to.include('$a refers to the step itself');
    });

    it('refuses more steps than there may be', () => {
      const own = createOrchestrator({ tools: [echo], flowBounds: { maxSteps: 2 } });
      const error = errorOf(own.runSteps([step('a'), step('b'), step('c')])) as PlanFailed;
      expect(faultsOf(error)).to.deep.equal(['steps[2] > steps: expected at most 2 steps']);
    });

    it('refuses each step that comes once there are more values than there may be', () => {
      const own = createOrchestrator({ tools: [echo], flowBounds: { maxValues: 5 } });
      const error = errorOf(own.runSteps([step('a', [1, 2]), step('b', [1, 2]), step('c', 1)])) as PlanFailed;
      expect(error.context).to.deep.equal({ a: [1, 2] });
      expect(faultsOf(error)).to.deep.equal([
        'steps[1] > steps[1].arguments: expected at most 5 values, got more',
        'steps[2] > steps[2].arguments: expected at most 5 values, got more',
      ]);
    });

    it('tells of two thousand that wait for nothing within a second', () => {
      const steps = Array.from({ length: 2_000 }, (_, index) => step(`key${index}`, `$kex${index}`));
      const begin = process.hrtime.bigint();
      expect(failureOf(steps).failures).to.have.length(2_000);
      expect(Number(process.hrtime.bigint() - begin) / 1e6).to.be.lessThan(1_000);
    });
  });

  it('gives the context of the plan of all its steps, in whatever order they arrive', () => {
    const size = 8;
    const graph = fc.array(fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 3 }), {
      minLength: size,
      maxLength: size,
    });
    const order = fc.shuffledSubarray(
      Array.from({ length: size }, (_, index) => index),
      { minLength: size },
    );
    const quiet = createOrchestrator({ tools: [echo], history: { capacity: 0 } });
    fc.assert(
      fc.property(graph, order, fc.boolean(), (needs, arrival, throughSubject) => {
        // Each needs only some of those before it.
        const steps = needs.map((of, index) =>
          step(`k${index}`, [index, ...of.filter((at) => at < index).map((at) => `$k${at}`)]),
        );
        const expected = lastOf(quiet.run({ kind: 'plan', steps }));
        const arriving = arrival.map((at) => steps[at] as StepData);
        const steps$ = new Subject<StepData>();
        const told = watch(quiet.runSteps(throughSubject ? steps$ : arriving));
        for (const one of arriving) steps$.next(one);
        steps$.complete();
        expect(told.values.at(-1)).to.deep.equal(expected);
        expect(told.values).to.have.length(size);
        expect(told.end).to.equal('completed');
      }),
      { numRuns: 300 },
    );
  });

  it('gives nothing lost where a step fails: what does not need it is done', () => {
    const steps$ = new Subject<StepData>();
    const told = watch(orchestrator.runSteps(steps$));
    steps$.next({ tool: 'failing', outputKey: 'a' });
    steps$.next(step('b', '$a'));
    steps$.next(step('c'));
    expect(told.end).to.equal(undefined);
    steps$.next({ ...step('d'), after: ['a'] });
    steps$.complete();
    expect(told.error).to.deep.include({ step: 'a', skipped: ['b', 'd'], context: { c: 'c' } });
  });

  it('gives what `of` gives, once', () => {
    expect(lastOf(orchestrator.runSteps(of(step('a')), { n: 1 }, { name: 'mine' }))).to.deep.equal({ n: 1, a: 'a' });
  });
});
