import { expect } from 'chai';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { chain, createOrchestrator, decodeFlow, type InvalidFlow, type Orchestrator } from '../src/index.js';
import { echo, errorOf, lastOf } from './support/flowTools.js';
import { toolOf } from './support/stage.js';

const built = chain<{ topic: string }>('built').step('a', echo, ($) => ({ of: $.topic }));

function orchestratorOf(): Orchestrator {
  return createOrchestrator({ tools: [echo] });
}

function messagesOf(error: unknown): readonly string[] {
  return (error as InvalidFlow).faults.map(({ message }) => message);
}

describe('a flow that is run many times', () => {
  it('is refused as soon as a tool of its has gone, and runs again once that is back', () => {
    const orchestrator = orchestratorOf();
    const flow = built as never;
    expect(lastOf(orchestrator.run(flow, { topic: 'x' } as never))).to.have.property('a');
    orchestrator.unregister('echo');
    expect(messagesOf(errorOf(orchestrator.run(flow, { topic: 'x' } as never)))).to.have.length(1);
    orchestrator.register(echo);
    expect(lastOf(orchestrator.run(flow, { topic: 'x' } as never))).to.have.property('a');
  });

  it('is refused for an input that has other keys, and not for one with other values', () => {
    const orchestrator = orchestratorOf();
    const flow = built as never;
    const keysOf = (input: object): unknown => Object.keys(lastOf<object>(orchestrator.run(flow, input as never)));
    expect(keysOf({ topic: 'x' })).to.deep.equal(['topic', 'a']);
    expect(keysOf({ topic: 'y' })).to.deep.equal(['topic', 'a']);
    expect(messagesOf(errorOf(orchestrator.run(flow, {} as never))).join()).to.contain('$topic');
    expect(messagesOf(errorOf(orchestrator.run(flow, { topic: 'x', a: 1 } as never))).join()).to.contain("'a'");
    expect(keysOf({ more: 1, topic: 'x' })).to.deep.equal(['more', 'topic', 'a']);
  });

  it('is checked by each orchestrator against its own tools', () => {
    const flow = built as never;
    expect(lastOf(orchestratorOf().run(flow, { topic: 'x' } as never))).to.have.property('a');
    expect(messagesOf(errorOf(createOrchestrator().run(flow, { topic: 'x' } as never)))).to.have.length(1);
  });

  it('is read anew where it is data, which may have changed', async () => {
    const orchestrator = orchestratorOf();
    const data = { steps: [{ tool: 'echo', arguments: 'first' }] };
    expect(await lastValueFrom(orchestrator.run(data))).to.deep.equal({ echo: 'first' });
    data.steps[0] = { tool: 'echo', arguments: 'second' };
    expect(await lastValueFrom(orchestrator.run(data))).to.deep.equal({ echo: 'second' });
  });

  it('is what it was when it was decoded, whatever becomes of the data', async () => {
    const orchestrator = orchestratorOf();
    const data = { steps: [{ tool: 'echo', arguments: { deep: ['first'] } }] };
    const decoded = decodeFlow(data);
    if (decoded._tag === 'Left') throw decoded.left;
    data.steps[0]?.arguments.deep.push('more');
    for (let run = 0; run < 2; run++) {
      expect(await lastValueFrom(orchestrator.run(decoded.right, {}))).to.deep.equal({ echo: { deep: ['first'] } });
    }
    expect(Object.isFrozen(decoded.right)).to.equal(true);
  });

  it('is bounded by the orchestrator that runs it, also where it has been decoded before', () => {
    const two = decodeFlow({ steps: [{ tool: 'echo' }, { tool: 'echo', outputKey: 'b' }] });
    if (two._tag === 'Left') throw two.left;
    const small = createOrchestrator({ tools: [echo], flowBounds: { maxSteps: 1 } });
    expect(messagesOf(errorOf(small.run(two.right, {})))).to.deep.equal(['expected at most 1 steps, got 2']);
  });

  it('gives each run arguments of its own', async () => {
    const given: unknown[] = [];
    const keeping = toolOf(
      (args) => {
        given.push(args);
        return [args];
      },
      { name: 'keeping' },
    );
    const decoded = decodeFlow({ steps: [{ tool: 'keeping', arguments: { list: [1, { a: 2 }] } }] });
    if (decoded._tag === 'Left') throw decoded.left;
    const orchestrator = createOrchestrator({ tools: [keeping] });
    await firstValueFrom(orchestrator.run(decoded.right, {}));
    (given[0] as { list: unknown[] }).list.push('changed');
    await firstValueFrom(orchestrator.run(decoded.right, {}));
    expect(given[1]).to.deep.equal({ list: [1, { a: 2 }] });
  });
});
