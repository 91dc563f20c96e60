import { expect } from 'chai';
import fc from 'fast-check';
import { type Observable, Subject, takeUntil, tap } from 'rxjs';
import { type ChainFailed, type FlowData, type PlanFailed, type ToolEvent } from '../src/index.js';
import { answersOf, anyPlan, behaviourOf, flowOf, inOrderOfNeed, type PlanRecipe, valueAt } from './support/anyPlan.js';
import { countedIds, type Told, watch } from './support/flowTools.js';
import { contextOf, type Fate, fatesOf } from './support/naivePlan.js';
import { Stage, toolOf } from './support/stage.js';

/** Runs a flow in virtual time, with calls that do as the recipe says. */
function played(
  recipe: PlanRecipe,
  flow: FlowData,
  changed: (run$: Observable<object>, stage: Stage) => Observable<object> = (run$) => run$,
): { readonly told: Told<object>; readonly stage: Stage } {
  const tool = toolOf((args, call): Observable<unknown> => answersOf(recipe, args, call, stage.scheduler));
  const stage: Stage = new Stage([tool], { createId: countedIds() });
  const told = watch(changed(stage.orchestrator.run(flow, recipe.input), stage));
  stage.flush();
  return { told, stage };
}

/** What comes of each step, worked out the plain way. */
function expectedOf(recipe: PlanRecipe): ReadonlyMap<string, Fate> {
  return fatesOf(recipe.steps, recipe.input, (key, element, args) => {
    const { values, fails } = behaviourOf(recipe, key, element);
    const given = Array.from({ length: values }, (_, index) => valueAt(args, index));
    // Whoever takes the first value does not hear of a failure after it.
    const takesFirst = recipe.steps.find((step) => step.key === key)?.take === 'first' && values > 0;
    return fails && !takesFirst ? undefined : given;
  });
}

const keysOf = (fates: ReadonlyMap<string, Fate>, ...kinds: readonly Fate['kind'][]): readonly string[] =>
  [...fates].flatMap(([key, { kind }]) => (kinds.includes(kind) ? [key] : [])).sort();

/** What failed, was skipped for that, and was done. */
function summaryOf(error: PlanFailed): unknown {
  const { failures, skipped, context } = error;
  return { failed: failures.map(({ step }) => step).sort(), skipped: [...skipped].sort(), context };
}

/** One end for each call, one for the run, as the last of all; and each step's keys in the run's events. */
function expectLegal({ events, orchestrator, scheduler }: Stage, ended: boolean): void {
  const ends = new Map<string, number>();
  for (const event of events) {
    if (event.type.startsWith('call.') && 'callId' in event) {
      const isEnd = /succeeded|failed|timedOut|rejected|cancelled|skipped/.test(event.type);
      ends.set(event.callId, (ends.get(event.callId) ?? 0) + (isEnd ? 1 : 0));
    }
  }
  expect([...ends].filter(([, count]) => count !== 1)).to.deep.equal([]);
  const ofRun = events.filter(({ type }) => type.startsWith('run.') && type !== 'run.advanced');
  expect(ofRun).to.have.length(2);
  if (ended) expect(events.at(-1)).to.equal(ofRun[1]);
  expect(orchestrator.stats()).to.include({ running: 0, queued: 0, timers: 0 });
  expect(scheduler.pending).to.equal(0);
}

const typesOf = (events: readonly ToolEvent[], type: ToolEvent['type']): readonly string[] =>
  events.flatMap((event) => (event.type === type && 'step' in event && event.step !== undefined ? [event.step] : []));

describe('any plan', () => {
  it('gives what a naive interpreter gives, whatever the timing, and fails with all that it could do', () => {
    const seen = { succeeded: 0, failed: 0, skipped: 0, fellBack: 0 };
    fc.assert(
      fc.property(anyPlan, (recipe) => {
        const fates = expectedOf(recipe);
        const { told, stage } = played(recipe, flowOf(recipe));
        const context = contextOf(recipe.input, fates);
        const done = keysOf(fates, 'done', 'skipped');
        const failed = keysOf(fates, 'failed');
        if (failed.length === 0) {
          expect(told.error).to.equal(undefined);
          expect(told.end).to.equal('completed');
          expect(told.values.at(-1)).to.deep.equal(context);
          seen.succeeded++;
        } else {
          const error = told.error as PlanFailed;
          expect(error._tag).to.equal('PlanFailed');
          expect(summaryOf(error)).to.deep.equal({ failed, skipped: keysOf(fates, 'dropped'), context });
          expect(error.failures[0]?.step).to.equal(error.step);
          expect(error.failures[0]?.error).to.equal(error.cause);
          seen.failed++;
        }
        expect(told.values).to.have.length(done.length);
        expect([...typesOf(stage.events, 'run.advanced')].sort()).to.deep.equal(done);
        seen.skipped += keysOf(fates, 'skipped').length;
        seen.fellBack += [...fates.values()].filter((fate) => fate.kind === 'done' && fate.fellBack).length;
        expectLegal(stage, true);
      }),
      { numRuns: 1500 },
    );
    // The property says something of each of these.
    for (const count of Object.values(seen)) expect(count).to.be.greaterThan(10);
  });

  it('gives contexts of which each has all that the one before it had', () => {
    fc.assert(
      fc.property(anyPlan, (recipe) => {
        const { told } = played(recipe, flowOf(recipe));
        told.values.forEach((context, index) => {
          const before = told.values[index - 1] ?? recipe.input;
          expect(context).to.include(before);
          expect(Object.keys(context).length - Object.keys(before).length).to.be.oneOf([0, 1]);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('ends with failFast at the first failure, with what had been done by then, and holds nothing', () => {
    fc.assert(
      fc.property(anyPlan, (recipe) => {
        const fates = expectedOf(recipe);
        const { told, stage } = played(recipe, flowOf(recipe, { failFast: true }));
        const context = contextOf(recipe.input, fates);
        const failed = keysOf(fates, 'failed');
        expectLegal(stage, true);
        if (failed.length === 0) {
          expect(told.values.at(-1)).to.deep.equal(context);
          return;
        }
        const { failures, step, skipped, context: soFar } = told.error as PlanFailed;
        expect(failures).to.have.length(1);
        expect(failed).to.include(step);
        expect(skipped).to.deep.equal([]);
        expect(soFar).to.deep.equal(told.values.at(-1) ?? recipe.input);
        for (const [key, value] of Object.entries(soFar as object)) expect(context[key]).to.deep.equal(value);
      }),
      { numRuns: 150 },
    );
  });

  it('gives as a chain what it gives as a plan, up to the first failure', () => {
    fc.assert(
      fc.property(anyPlan, (unordered) => {
        const recipe = inOrderOfNeed({ ...unordered, concurrency: Infinity });
        const fates = expectedOf(recipe);
        const { told, stage } = played(recipe, flowOf(recipe, { kind: 'chain' }));
        expectLegal(stage, true);
        const [failed] = recipe.steps.filter(({ key }) => fates.get(key)?.kind === 'failed');
        if (!failed) {
          expect(told.values.at(-1)).to.deep.equal(contextOf(recipe.input, fates));
          expect(told.values).to.have.length(recipe.steps.length);
          return;
        }
        const { step, context } = told.error as ChainFailed;
        expect(step).to.equal(failed.key);
        const before = recipe.steps.slice(0, recipe.steps.indexOf(failed)).map(({ key }) => key);
        const fatesBefore = new Map([...fates].filter(([key]) => before.includes(key)));
        expect(context).to.deep.equal(contextOf(recipe.input, fatesBefore));
      }),
      { numRuns: 150 },
    );
  });

  it('tells the same events in the same order each time that it runs', () => {
    fc.assert(
      fc.property(anyPlan, (recipe) => {
        const [one, two] = [played(recipe, flowOf(recipe)), played(recipe, flowOf(recipe))];
        expect(JSON.stringify(one.stage.events)).to.equal(JSON.stringify(two.stage.events));
      }),
      { numRuns: 100 },
    );
  });

  for (const when of ['event', 'context', 'millisecond'] as const) {
    it(`lets go of everything when it is left at any ${when}, with one end for each call and for the run`, () => {
      const cuts = fc.nat({ max: when === 'event' ? 60 : 12 });
      fc.assert(
        fc.property(anyPlan, cuts, fc.boolean(), (recipe, cut, failFast) => {
          const left$ = new Subject<void>();
          let count = 0;
          const leave = (): void => {
            if (count++ === cut) left$.next();
          };
          const { stage } = played(recipe, flowOf(recipe, { failFast }), (run$, own) => {
            if (when === 'event') own.orchestrator.events$.subscribe(leave);
            if (when === 'millisecond') {
              own.at(cut, () => {
                left$.next();
              });
            }
            return run$.pipe(tap(when === 'context' ? leave : undefined), takeUntil(left$));
          });
          left$.next();
          expectLegal(stage, true);
          stage.expectNothingHeld();
        }),
        { numRuns: 120 },
      );
    });
  }
});
