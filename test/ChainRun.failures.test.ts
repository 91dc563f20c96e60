import { expect } from 'chai';
import * as t from 'io-ts';
import { catchError, concat, map, of, throwError, timer } from 'rxjs';
import {
  ChainFailed,
  createOrchestrator,
  InvalidArguments,
  isChainFailed,
  isToolFailed,
  type StepData,
  ToolError,
  ToolFailed,
  ToolNotFound,
  type ToolTimeout,
  UnresolvedReference,
} from '../src/index.js';
import { countedIds, echo, errorOf, failing, linesOf, silent, watch } from './support/flowTools.js';
import { toolOf } from './support/stage.js';
import { virtually } from './support/virtually.js';

const strict = toolOf(() => [1], { name: 'strict', input: t.type({ n: t.number }) });

/** What a chain of these steps fails with. */
function failureOf(steps: readonly StepData[], input?: object): ChainFailed {
  const orchestrator = createOrchestrator({ tools: [echo, silent, failing, strict], createId: countedIds() });
  const error = errorOf(orchestrator.run({ name: 'f', steps }, input));
  expect(error).to.be.instanceOf(ChainFailed);
  return error as ChainFailed;
}

describe('a chain that fails', () => {
  it('says the chain, the step, its tool, its call, the cause and the context so far', () => {
    const { tool, callId, runId, flow, step, cause, context, message } = failureOf(
      [
        { tool: 'echo', arguments: '$topic', outputKey: 'a' },
        { tool: 'failing', outputKey: 'b' },
        { tool: 'echo', arguments: '$b', outputKey: 'c' },
      ],
      { topic: 'x' },
    );
    expect({ tool, callId, runId, flow, step, context }).to.deep.equal({
      tool: 'failing',
      callId: 'r1.b',
      runId: 'r1',
      flow: 'f',
      step: 'b',
      context: { topic: 'x', a: 'x' },
    });
    expect(message).to.equal("chain 'f' failed at step 'b': 'failing' failed: broken");
    expect(isToolFailed(cause) && cause.cause)
      .to.be.instanceOf(Error)
      .with.property('message', 'broken');
  });

  it('has a context of its own, without the input’s later changes', () => {
    const input = { topic: 'x' };
    const { context } = failureOf([{ tool: 'failing' }], input);
    input.topic = 'changed';
    expect(context).to.deep.equal({ topic: 'x' });
  });

  it('has a plain context, also beyond 64 keys', () => {
    const steps = Array.from({ length: 70 }, (_, index) => ({ tool: 'echo', arguments: 1, outputKey: `k${index}` }));
    const context = failureOf([...steps, { tool: 'failing' }]).context as object;
    expect(Object.keys(context)).to.have.length(70);
    expect(structuredClone(context)).to.deep.equal(context);
  });

  for (const [title, step, cause, attempt] of [
    ['wrong arguments', { tool: 'strict', arguments: { n: 'x' } }, InvalidArguments, undefined],
    ['a tool that completes without a value', { tool: 'silent' }, ToolFailed, 1],
    ['a tool that throws', { tool: 'failing' }, ToolFailed, 1],
  ] as const) {
    it(`has for ${title} the cause ${cause.name}`, () => {
      const failure = failureOf([{ ...step, outputKey: 'k' }]);
      expect(failure.cause).to.be.instanceOf(cause);
      expect(failure.cause).to.include({ tool: step.tool, callId: 'r1.k' });
      expect((failure.cause as { readonly attempt?: number }).attempt).to.equal(attempt);
    });
  }

  it('has for a result that has no text, in the middle of one, the cause ToolFailed, before any attempt', () => {
    const odd = toolOf(() => of(Symbol('odd')), { name: 'odd' });
    const orchestrator = createOrchestrator({ tools: [odd, echo], createId: countedIds() });
    const steps = [{ tool: 'odd' }, { tool: 'echo', arguments: 'see ${odd}', outputKey: 'k' }];
    const { cause, step } = errorOf(orchestrator.run({ steps })) as ChainFailed;
    expect(cause).to.be.instanceOf(ToolFailed).and.to.include({ tool: 'echo', callId: 'r1.k', attempt: 0 });
    expect(step).to.equal('k');
  });

  it('says of a tool without a value that it completed without one', () => {
    expect(failureOf([{ tool: 'silent' }]).message).to.equal(
      "chain 'f' failed at step 'silent': 'silent' failed: completed without a value",
    );
  });

  it('has for a tool that was taken out during the run the cause ToolNotFound', () => {
    const orchestrator = createOrchestrator({ tools: [echo], createId: countedIds() });
    orchestrator.register(toolOf(() => of(orchestrator.unregister('echo'))));
    const error = errorOf(orchestrator.run({ steps: [{ tool: 't' }, { tool: 'echo' }] })) as ChainFailed;
    expect(error.cause).to.be.instanceOf(ToolNotFound);
    expect(error.context).to.deep.equal({ t: true });
  });

  it('has for a timeout the cause ToolTimeout, on time', () => {
    virtually(({ expectObservable }) => {
      const slow = toolOf(() => timer(100), { name: 'slow', timeoutMs: 10 });
      const run$ = createOrchestrator({ tools: [echo, slow] })
        .run({ steps: [{ tool: 'echo' }, { tool: 'slow' }] })
        .pipe(
          map((context) => Object.keys(context).join()),
          catchError((error: ChainFailed) => of((error.cause as ToolTimeout)._tag)),
        );
      expectObservable(run$).toBe('e 9ms (t|)', { e: 'echo', t: 'ToolTimeout' });
    });
  });

  it('keeps no value of a tool that failed after it', () => {
    const halfway = toolOf(() =>
      concat(
        of(1),
        throwError(() => new Error('late')),
      ),
    );
    const orchestrator = createOrchestrator({ tools: [halfway] });
    const told = watch(orchestrator.run({ steps: [{ tool: 't' }] }));
    expect(told.values).to.deep.equal([]);
    expect((told.error as ChainFailed).context).to.deep.equal({});
  });

  it('has the failure of an inner chain as the cause of the tool that ran it', () => {
    const outer: ReturnType<typeof toolOf> = toolOf(() =>
      orchestrator.run({ name: 'inner', steps: [{ tool: 'failing' }] }),
    );
    const orchestrator = createOrchestrator({ tools: [outer, failing] });
    const { cause } = errorOf(orchestrator.run({ steps: [{ tool: 't', outputKey: 'o' }] })) as ChainFailed;
    expect(isToolFailed(cause) && isChainFailed(cause.cause) && cause.cause.flow).to.equal('inner');
  });

  it('survives JSON, with its cause and its context', () => {
    const failure = failureOf([{ tool: 'echo', arguments: 5 }, { tool: 'failing' }]);
    const revived = ToolError.decode(JSON.parse(JSON.stringify(failure)));
    if (revived._tag === 'Left' || !isChainFailed(revived.right)) throw new Error('expected a ChainFailed');
    const { cause, context, message } = revived.right;
    expect({ context, message }).to.deep.equal({ context: { echo: 5 }, message: failure.message });
    expect(isToolFailed(cause)).to.equal(true);
  });
});

describe('a reference that leads nowhere in a run', () => {
  it('fails its step, and says the reference and the nearest path that exists', () => {
    const steps = [
      { tool: 'echo', arguments: { hits: [{ url: '/a' }] }, outputKey: 'found' },
      { tool: 'strict', arguments: { n: '$found.hits[1].url' }, outputKey: 'page' },
    ];
    const failure = failureOf(steps);
    const { cause, context, message } = failure;
    expect(cause).to.be.instanceOf(UnresolvedReference);
    const { tool, callId, step, reference, nearest, found } = cause as UnresolvedReference;
    expect({ tool, callId, step, reference, nearest, found }).to.deep.equal({
      tool: 'strict',
      callId: 'r1.page',
      step: 'page',
      reference: '$found.hits[1].url',
      nearest: '$found.hits',
      found: '[{"url":"/a"}]',
    });
    expect(context).to.deep.equal({ found: { hits: [{ url: '/a' }] } });
    expect(message).to.equal(
      "chain 'f' failed at step 'page': step 'page': $found.hits[1].url leads nowhere; " +
        'the nearest that exists is $found.hits: [{"url":"/a"}]',
    );
  });

  it('makes no call', () => {
    const orchestrator = createOrchestrator({ tools: [echo], createId: countedIds() });
    const lines = linesOf(orchestrator);
    errorOf(orchestrator.run({ steps: [{ tool: 'echo', arguments: '$a.b' }] }, { a: {} }));
    expect(lines.map((line) => line.replace(/^\d+ /, ''))).to.deep.equal(['run.started r1', 'run.failed r1']);
  });

  it('fails its step for a field that is undefined, and for a result that is', () => {
    const nothing = toolOf(() => of(undefined), { name: 'nothing' });
    const orchestrator = createOrchestrator({ tools: [echo, nothing] });
    for (const steps of [
      [{ tool: 'echo', arguments: '$a.b' }],
      [{ tool: 'nothing' }, { tool: 'echo', arguments: { x: ['${nothing}'] } }],
    ]) {
      const { cause } = errorOf(orchestrator.run({ steps }, { a: { b: undefined } })) as ChainFailed;
      expect(cause).to.be.instanceOf(UnresolvedReference);
    }
  });

  it('fails its step where the context is a view, too', () => {
    const steps = Array.from({ length: 70 }, (_, index) => ({
      tool: 'echo',
      arguments: { x: 1 },
      outputKey: `k${index}`,
    }));
    const { cause } = failureOf([...steps, { tool: 'echo', arguments: '$k69.y' }]);
    expect(cause).to.include({ reference: '$k69.y', nearest: '$k69', found: '{"x":1}' });
  });
});
