import { expect } from 'chai';
import fc from 'fast-check';
import { defer, map, of, timer } from 'rxjs';
import { createOrchestrator, type Flow } from '../src/index.js';
import { anyChain, builtFrom, naively, type Recipe } from './support/anyChain.js';
import { echo, lastOf, watch } from './support/flowTools.js';
import { toolOf } from './support/stage.js';
import { virtually } from './support/virtually.js';

/** The contexts of a run, worked out the plain way. */
function contextsOf({ input, steps }: Recipe): readonly object[] {
  const contexts: Record<string, unknown>[] = [];
  let context: Record<string, unknown> = { ...input };
  for (const [key, args] of steps) {
    context = { ...context, [key]: naively(args, context) };
    contexts.push(context);
  }
  return contexts.length === 0 ? [context] : contexts;
}

describe('any chain', () => {
  it('emits the contexts that are worked out the plain way', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    fc.assert(
      fc.property(anyChain, (recipe) => {
        expect(watch(orchestrator.run(builtFrom(recipe), recipe.input))).to.deep.equal({
          values: contextsOf(recipe),
          end: 'completed',
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('emits the same with tools that take their time', () => {
    fc.assert(
      fc.property(anyChain, fc.array(fc.nat({ max: 3 }), { minLength: 8, maxLength: 8 }), (recipe, delays) => {
        virtually(({ flush, scheduler }) => {
          const waits = [...delays];
          const waiting = toolOf((args) => timer(waits.shift() ?? 0).pipe(map(() => args)), { name: 'echo' });
          const told = watch(createOrchestrator({ tools: [waiting] }).run(builtFrom(recipe), recipe.input));
          flush();
          expect(told).to.deep.equal({ values: contextsOf(recipe), end: 'completed' });
          expect(scheduler.now()).to.equal(delays.slice(0, recipe.steps.length).reduce((sum, ms) => sum + ms, 0));
        });
      }),
      { numRuns: 200 },
    );
  });

  it('resumes from a view as from an object: the same with 64 keys before it', () => {
    const filler = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`filler ${index}`, index]));
    const orchestrator = createOrchestrator({ tools: [echo] });
    fc.assert(
      fc.property(anyChain, (recipe) => {
        const large: Recipe = { ...recipe, input: { ...filler, ...recipe.input } };
        const { values } = watch(orchestrator.run(builtFrom(large), large.input));
        expect(values).to.deep.equal(contextsOf(large));
      }),
      { numRuns: 200 },
    );
  });

  it('runs each step once, in its order, whatever fails', () => {
    fc.assert(
      fc.property(anyChain, fc.nat({ max: 8 }), (recipe, failsAt) => {
        const ran: (string | undefined)[] = [];
        const failing = toolOf((args, { step }) => defer(() => (ran.push(step) > failsAt ? failure() : of(args))), {
          name: 'echo',
        });
        const told = watch(
          createOrchestrator({ tools: [failing] }).run(builtFrom(recipe) as Flow<object>, recipe.input),
        );
        const keys = recipe.steps.map(([key]) => key);
        expect(ran).to.deep.equal(keys.slice(0, failsAt + 1));
        expect(told.end).to.equal(failsAt < keys.length ? 'errored' : 'completed');
        expect(told.values).to.deep.equal(contextsOf(recipe).slice(0, keys.length === 0 ? 1 : failsAt));
      }),
      { numRuns: 300 },
    );
  });

  it('leaves its input and its flow as they were', () => {
    const orchestrator = createOrchestrator({ tools: [echo] });
    fc.assert(
      fc.property(anyChain, (recipe) => {
        const flow = builtFrom(recipe);
        const before = JSON.stringify([recipe.input, flow]);
        lastOf(orchestrator.run(flow, recipe.input));
        expect(JSON.stringify([recipe.input, flow])).to.equal(before);
      }),
      { numRuns: 200 },
    );
  });
});

function failure(): never {
  throw new Error('broken');
}
