import fc from 'fast-check';
import { concat, concatMap, type Observable, of, type SchedulerLike, throwError, timer } from 'rxjs';
import type { FlowData, StepData } from '../../src/index.js';
import { type Asked, type Path, type Planned, type Written } from './naivePlan.js';

/** How a call of a step behaves. */
export interface Behaviour {
  /** How long it takes, in ms; undefined: it ends at once. */
  readonly ms: number | undefined;
  /** How many values it gives at its end. */
  readonly values: number;
  /** Whether it fails then, after its values. */
  readonly fails: boolean;
}

/** A plan to be, and what its calls do. */
export interface PlanRecipe {
  readonly input: Readonly<Record<string, unknown>>;
  /** In the order of the flow; none waits for itself. */
  readonly steps: readonly Planned[];
  /** By the step's key, and for its elements by their positions, over and over. */
  readonly behaviours: Readonly<Record<string, readonly [Behaviour, ...Behaviour[]]>>;
  readonly concurrency: number;
}

/** What a call gives as its value at a position: enough to refer to, in depth. */
export function valueAt(args: unknown, index: number): unknown {
  return { v: args, n: index, list: [index, args] };
}

/** How a call behaves. */
export function behaviourOf({ behaviours }: PlanRecipe, key: string, element: number | undefined): Behaviour {
  const all = behaviours[key] as readonly [Behaviour, ...Behaviour[]];
  return all[(element ?? 0) % all.length] as Behaviour;
}

/** What a call of a step gives, in its time. */
export function answersOf(
  recipe: PlanRecipe,
  args: unknown,
  { step = '', callId }: { readonly step?: string | undefined; readonly callId: string },
  scheduler: SchedulerLike,
): Observable<unknown> {
  const element = callId.split('#')[1];
  const { ms, values, fails } = behaviourOf(recipe, step, element === undefined ? undefined : Number(element));
  const answers$ = concat(
    of(...Array.from({ length: values }, (_, index) => valueAt(args, index))),
    fails ? throwError(() => new Error('broken')) : [],
  );
  return ms === undefined ? answers$ : timer(ms, scheduler).pipe(concatMap(() => answers$));
}

const input = {
  topic: 'rx',
  n: 3,
  yes: true,
  no: false,
  none: null,
  list: [1, 'b', { c: 2 }],
  deep: { a: [{ b: 'x' }] },
};

const pathInto = (keys: readonly string[]): fc.Arbitrary<Path> =>
  fc
    .tuple(
      fc.constantFrom(...keys, ...Object.keys(input)),
      // Where it leads nowhere, the step fails.
      fc.constantFrom<readonly (string | number)[]>([], [], ['v'], ['n'], ['list'], ['list', 1], [0], ['v', 0]),
    )
    .map(([root, rest]) => ({ path: [root, ...rest] }));

const written = (keys: readonly string[]): fc.Arbitrary<Written> =>
  fc.letrec<{ written: Written }>((tie) => ({
    written: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.constantFrom<Written>({ literal: 1 }, { literal: 'text' }, { literal: null }, { literal: '$5' }),
      pathInto(keys),
      pathInto(keys),
      fc.array(fc.oneof(pathInto(keys), fc.constant(' and ')), { minLength: 2, maxLength: 3 }).map((texts) => ({
        texts: ['of ', ...texts],
      })),
      fc.array(tie('written'), { maxLength: 3 }).map((list) => ({ list })),
      fc.array(tie('written'), { maxLength: 2 }).map((fields) => ({
        fields: fields.map((field, index) => [`f${index}`, field] as const),
      })),
    ),
  })).written;

const asked = (keys: readonly string[]): fc.Arbitrary<Asked> =>
  fc.letrec<{ asked: Asked }>((tie) => ({
    asked: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.boolean(),
      pathInto(keys),
      pathInto(keys).map((exists) => ({ exists })),
      fc.tuple(pathInto(keys), pathInto(keys)).map((equals) => ({ equals })),
      fc.tuple(pathInto(keys), fc.constant({ literal: 2 })).map((lessThan) => ({ lessThan })),
      tie('asked').map((not) => ({ not })),
      fc.array(tie('asked'), { maxLength: 2 }).map((allOf) => ({ allOf })),
      fc.array(tie('asked'), { maxLength: 2 }).map((anyOf) => ({ anyOf })),
    ),
  })).asked;

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  ms: fc.oneof(fc.constant(undefined), fc.nat({ max: 5 })),
  values: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 2, arbitrary: fc.nat({ max: 3 }) }),
  fails: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() }),
});

function planned(key: string, before: readonly string[]): fc.Arbitrary<Planned> {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | undefined> =>
    fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
  const elements = fc.oneof<fc.Arbitrary<Written>[]>(
    fc.array(written(before), { maxLength: 4 }).map((list) => ({ list })),
    fc.constant({ path: ['list'] }),
    pathInto(before),
  );
  return fc
    .record({
      each: maybe(elements, 4),
      after: maybe(fc.subarray([...before], { maxLength: Math.min(2, before.length) }), 4),
      when: maybe(asked(before), 3),
      fallback: maybe(written(before), 3),
      take: fc.constantFrom<(Planned['take'] | undefined)[]>(undefined, undefined, 'last', 'first', 'all'),
      concurrency: fc.constantFrom(undefined, 1, 2, 3),
    })
    .chain(({ each, after, when, fallback, take, concurrency }) =>
      written(each ? [...before, 'item', 'index'] : before).map((args) => ({
        key,
        args,
        after: after ?? [],
        ...(when === undefined ? {} : { when }),
        ...(fallback ? { fallback } : {}),
        ...(take ? { take } : {}),
        ...(each ? { each, ...(concurrency ? { concurrency } : {}) } : {}),
      })),
    );
}

/** Plans of up to seven steps with options of every kind, each step with references to any of those above it. */
export const anyPlan: fc.Arbitrary<PlanRecipe> = fc
  .integer({ min: 1, max: 7 })
  .chain((size) => {
    const keys = Array.from({ length: size }, (_, index) => `k${index}`);
    return fc.record({
      steps: fc.tuple(...keys.map((key, index) => planned(key, keys.slice(0, index)))),
      order: fc.shuffledSubarray(keys, { minLength: size }),
      behaviours: fc.tuple(...keys.map(() => fc.tuple(behaviour, behaviour, behaviour))),
      concurrency: fc.constantFrom(1, 2, 3, Infinity),
    });
  })
  .map(({ steps, order, behaviours, concurrency }) => ({
    input,
    steps: order.map((key) => steps.find((step) => step.key === key) as Planned),
    behaviours: Object.fromEntries(behaviours.map((each, index) => [`k${index}`, each])),
    concurrency,
  }));

/** The same steps in an order in which each stands behind those that it waits for. */
export function inOrderOfNeed(recipe: PlanRecipe): PlanRecipe {
  return { ...recipe, steps: [...recipe.steps].sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** A flow in its data form. */
export function flowOf({ steps, concurrency }: PlanRecipe, settings: Partial<FlowData> = {}): FlowData {
  const bound = concurrency === Infinity ? {} : { concurrency };
  return { kind: 'plan', name: 'f', ...bound, ...settings, steps: steps.map(dataOf) };
}

function dataOf({ key, args, after, when, fallback, each, ...others }: Planned): StepData {
  return {
    tool: 't',
    outputKey: key,
    arguments: textOf(args),
    ...(after.length > 0 ? { after } : {}),
    ...(when === undefined ? {} : { when: conditionOf(when) as never }),
    ...(fallback === undefined ? {} : { fallback: textOf(fallback) }),
    ...(each === undefined ? {} : { each: textOf(each) }),
    ...others,
  };
}

function conditionOf(asked: Asked): unknown {
  if (typeof asked === 'boolean') return asked;
  if ('path' in asked) return `$${pathOf(asked)}`;
  if ('exists' in asked) return { exists: `$${pathOf(asked.exists)}` };
  if ('not' in asked) return { not: conditionOf(asked.not) };
  if ('allOf' in asked) return { allOf: asked.allOf.map(conditionOf) };
  if ('anyOf' in asked) return { anyOf: asked.anyOf.map(conditionOf) };
  if ('equals' in asked) return { equals: asked.equals.map(textOf) };
  return { lessThan: asked.lessThan.map(textOf) };
}

function textOf(said: Written): unknown {
  if ('path' in said) return `$${pathOf(said)}`;
  if ('literal' in said) return said.literal;
  if ('list' in said) return said.list.map(textOf);
  if ('fields' in said) return Object.fromEntries(said.fields.map(([key, field]) => [key, textOf(field)]));
  return said.texts.map((part) => (typeof part === 'string' ? part : `\${${pathOf(part)}}`)).join('');
}

function pathOf({ path: [root, ...rest] }: Path): string {
  return [root, ...rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))].join('');
}
