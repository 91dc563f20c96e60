import { expect } from 'chai';
import fc from 'fast-check';
import * as t from 'io-ts';
import { filter, type Observable, takeLast, takeUntil } from 'rxjs';
import { type AnyTool, defineTool, type FlowData, type Orchestrator, type ToolEvent } from '../src/index.js';
import { answersOf, anyPlan, flowOf, inOrderOfNeed, type PlanRecipe } from './support/anyPlan.js';
import { countedIds, type Told, watch } from './support/flowTools.js';
import { reread } from './support/recorded.js';
import { Stage, toolOf } from './support/stage.js';

/** One life of a process: what it has told, what its subscriber was told, and the calls whose tool has run to its end. */
interface Life {
  readonly events: readonly ToolEvent[];
  readonly told: Told<object>;
  readonly begun: readonly string[];
  readonly finished: readonly string[];
}

/** Lets a process live, until so many events have been told of, or to the end. */
function live(recipe: PlanRecipe, begin: (orchestrator: Orchestrator) => Observable<object>, until = Infinity): Life {
  const begun: string[] = [];
  const finished: string[] = [];
  const work = toolOf((args, call): Observable<unknown> => {
    begun.push(call.callId);
    return answersOf(recipe, args, call, stage.scheduler);
  });
  const stage: Stage = new Stage([work, innerOf(recipe)], { createId: countedIds(), maxValueLength: Infinity });
  const events: ToolEvent[] = [];
  let dead = false;
  stage.orchestrator.events$.subscribe((event) => {
    if (dead) return;
    events.push(event);
    if (event.type === 'call.succeeded') finished.push(event.callId);
    dead = events.length >= until;
  });
  // What happens after the process is dead has not happened: it is played on, and nobody looks.
  const isDead$ = stage.orchestrator.events$.pipe(filter(() => dead));
  const told = watch(begin(stage.orchestrator).pipe(takeUntil(isDead$)));
  stage.flush();
  return { events, told, begun, finished };
}

/** A tool that runs the recipe once more, inside of a call. */
function innerOf(recipe: PlanRecipe): AnyTool {
  return defineTool({
    name: 'inner',
    description: 'Runs a flow.',
    input: t.unknown,
    timeoutMs: Infinity,
    run: (_args, call) => call.run(flowOf(recipe), recipe.input).pipe(takeLast(1)),
  });
}

/** What the subscriber is told at last, whatever the time: the context, or what has failed. */
function outcomeOf({ told }: Life): unknown {
  if (told.end === 'completed') return told.values.at(-1);
  const { failures, skipped, context, step } = told.error as {
    readonly failures?: readonly { readonly step: string }[];
    readonly skipped?: readonly string[];
    readonly step: string;
    readonly context: object;
  };
  const failed = failures ? failures.map((each) => each.step).sort() : step;
  return { failed, skipped: [...(skipped ?? [])].sort(), context };
}

/** Kills a run after so many events, again and again, and at last lets it end. */
function resumed(recipe: PlanRecipe, flow: FlowData, lives: readonly number[]): { lives: Life[]; events: ToolEvent[] } {
  const seen: Life[] = [];
  let events: ToolEvent[] = [];
  const isBegun = (): boolean => events.some(({ type }) => type === 'run.started');
  for (const until of [...lives, Infinity]) {
    const life = live(
      recipe,
      (orchestrator) => (isBegun() ? orchestrator.resume(flow, events) : orchestrator.run(flow, recipe.input)),
      until,
    );
    seen.push(life);
    events = [...events, ...reread(life.events)];
  }
  return { lives: seen, events };
}

/** No call is made again that has succeeded; and what is made again has the same id as before. */
function expectOnceEach(lives: readonly Life[], undisturbed: Life): void {
  const finished = new Set<string>();
  for (const life of lives) {
    const again = life.begun.filter((callId) => finished.has(callId));
    expect(again).to.deep.equal([]);
    for (const callId of life.finished) finished.add(callId);
  }
  const ids = new Set(undisturbed.begun);
  for (const { begun } of lives) expect(begun.filter((callId) => !ids.has(callId))).to.deep.equal([]);
}

const settings = fc.record({
  recipe: anyPlan,
  cuts: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 3 }),
  kind: fc.constantFrom('chain', 'plan'),
});

/** Steps whose calls complete without the value that they need are called again, which is right, and not counted here. */
const withValues = (recipe: PlanRecipe): PlanRecipe => ({
  ...recipe,
  behaviours: Object.fromEntries(
    Object.entries(recipe.behaviours).map(([key, all]) => [
      key,
      all.map((each) => ({ ...each, values: Math.max(1, each.values) })) as never,
    ]),
  ),
});

describe('a run that is killed and resumed', () => {
  it('comes to the same end, with no call made again that had succeeded, however often it is killed', () => {
    fc.assert(
      fc.property(settings, ({ recipe: any, cuts, kind }) => {
        const recipe = withValues(inOrderOfNeed(any));
        const flow = flowOf(recipe, kind === 'chain' ? { kind, concurrency: undefined as never } : {});
        const undisturbed = live(recipe, (orchestrator) => orchestrator.run(flow, recipe.input));
        const { lives } = resumed(recipe, flow, cuts);
        expect(outcomeOf(lives.at(-1) as Life)).to.deep.equal(outcomeOf(undisturbed));
        expectOnceEach(lives, undisturbed);
      }),
      { numRuns: 150 },
    );
  });

  it('does so at each of its events', () => {
    fc.assert(
      fc.property(anyPlan, (any) => {
        const recipe = withValues(any);
        const flow = flowOf(recipe);
        const undisturbed = live(recipe, (orchestrator) => orchestrator.run(flow, recipe.input));
        for (let cut = 1; cut <= undisturbed.events.length; cut++) {
          const { lives } = resumed(recipe, flow, [cut]);
          expect(outcomeOf(lives.at(-1) as Life), `cut after ${cut}`).to.deep.equal(outcomeOf(undisturbed));
          expectOnceEach(lives, undisturbed);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('does so inside of a call that runs a flow', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }), (any, cuts) => {
        const recipe = withValues(any);
        const flow: FlowData = {
          name: 'outer',
          steps: [{ tool: 'inner' }, { tool: 'inner', outputKey: 'twice', each: [1, 2], fallback: 'failed' }],
        };
        const undisturbed = live(recipe, (orchestrator) => orchestrator.run(flow, recipe.input));
        const { lives } = resumed(recipe, flow, cuts);
        expect(outcomeOf(lives.at(-1) as Life)).to.deep.equal(outcomeOf(undisturbed));
        expectOnceEach(lives, undisturbed);
      }),
      { numRuns: 60 },
    );
  });

  it('is done at once when it had ended well, and makes no call', () => {
    fc.assert(
      fc.property(anyPlan, (any) => {
        const recipe = withValues(any);
        const flow = flowOf(recipe);
        const first = live(recipe, (orchestrator) => orchestrator.run(flow, recipe.input));
        if (first.told.end !== 'completed') return;
        const again = live(recipe, (orchestrator) => orchestrator.resume(flow, reread(first.events)));
        expect(again.told.values.at(-1)).to.deep.equal(first.told.values.at(-1));
        // A step that fell back is not tried again either.
        expect(again.begun).to.deep.equal([]);
        expect(again.events.at(-1)).to.deep.include({ type: 'run.succeeded', durationMs: 0 });
      }),
      { numRuns: 100 },
    );
  });
});
