/**
 * A second mind about what comes of a flow: no streams, no events, no templates. It works out one step after the other,
 * and is told what each call gives.
 */

/** A reference, as a path. */
export interface Path {
  readonly path: readonly (string | number)[];
}

/** Arguments, said in a way that has nothing to do with how the library writes them. */
export type Written =
  | Path
  | { readonly literal: unknown }
  | { readonly texts: readonly (string | Path)[] }
  | { readonly list: readonly Written[] }
  | { readonly fields: readonly (readonly [string, Written])[] };

/** A condition, said likewise. */
export type Asked =
  | boolean
  | Path
  | { readonly exists: Path }
  | { readonly equals: readonly [Written, Written] }
  | { readonly lessThan: readonly [Written, Written] }
  | { readonly not: Asked }
  | { readonly allOf: readonly Asked[] }
  | { readonly anyOf: readonly Asked[] };

/** A step to be. */
export interface Planned {
  readonly key: string;
  readonly args: Written;
  readonly after: readonly string[];
  readonly when?: Asked;
  readonly fallback?: Written;
  readonly each?: Written;
  readonly take?: 'last' | 'first' | 'all';
  readonly concurrency?: number;
}

/** What comes of a step. `dropped`: what it needs has failed. */
export type Fate =
  | { readonly kind: 'done'; readonly value: unknown; readonly fellBack: boolean }
  | { readonly kind: 'skipped' | 'failed' | 'dropped' };

/** What a call gives: its values, or undefined where it fails. */
export type Answer = (key: string, element: number | undefined, args: unknown) => readonly unknown[] | undefined;

class Nowhere extends Error {}

/** What comes of each step, by its key. */
export function fatesOf(
  steps: readonly Planned[],
  input: Readonly<Record<string, unknown>>,
  answer: Answer,
): ReadonlyMap<string, Fate> {
  const fates = new Map<string, Fate>();
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const visit = (step: Planned): Fate => {
    const known = fates.get(step.key);
    if (known) return known;
    const needed = (keys: Iterable<string>): readonly Fate[] =>
      [...keys].flatMap((key) => {
        const other = byKey.get(key);
        return other ? [visit(other)] : [];
      });
    const fate = fateOf(step, needed(valueNeeds(step)), needed(otherNeeds(step)), input, fates, answer);
    fates.set(step.key, fate);
    return fate;
  };
  steps.forEach(visit);
  return fates;
}

/** The input and what steps have given. */
export function contextOf(
  input: Readonly<Record<string, unknown>>,
  fates: ReadonlyMap<string, Fate>,
): Readonly<Record<string, unknown>> {
  const done = [...fates].flatMap(([key, fate]) => (fate.kind === 'done' ? [[key, fate.value] as const] : []));
  return { ...input, ...Object.fromEntries(done) };
}

/** The keys that a step is called with. */
function valueNeeds({ args, each }: Planned): ReadonlySet<string> {
  const keys = rootsIn(args);
  if (each) {
    keys.delete('item');
    keys.delete('index');
    for (const key of rootsIn(each)) keys.add(key);
  }
  return keys;
}

/** The keys that it must wait for beside those. */
function otherNeeds({ when, fallback, after }: Planned): ReadonlySet<string> {
  return new Set([
    ...after,
    ...(when === undefined ? [] : rootsIn(when)),
    ...(fallback === undefined ? [] : rootsIn(fallback)),
  ]);
}

function fateOf(
  step: Planned,
  values: readonly Fate[],
  others: readonly Fate[],
  input: Readonly<Record<string, unknown>>,
  fates: ReadonlyMap<string, Fate>,
  answer: Answer,
): Fate {
  const isLost = ({ kind }: Fate): boolean => kind === 'failed' || kind === 'dropped';
  if ([...values, ...others].some(isLost)) return { kind: 'dropped' };
  const { fallback } = step;
  const context = contextOf(input, fates);
  const instead = (otherwise: 'skipped' | 'failed'): Fate => {
    if (!fallback) return { kind: otherwise };
    try {
      return { kind: 'done', value: valueOf(fallback, context), fellBack: true };
    } catch {
      return { kind: 'failed' };
    }
  };
  if (values.some(({ kind }) => kind === 'skipped')) return instead('skipped');
  try {
    if (step.when !== undefined && !isSo(step.when, context)) return instead('skipped');
    return { kind: 'done', value: resultOf(step, context, answer), fellBack: false };
  } catch {
    return instead('failed');
  }
}

function resultOf(
  { key, args, each, take }: Planned,
  context: Readonly<Record<string, unknown>>,
  answer: Answer,
): unknown {
  const called = (element: number | undefined, given: unknown): unknown => {
    const values = answer(key, element, given);
    if (!values) throw new Error('failed');
    if (take === 'all') return values;
    if (values.length === 0) throw new Error('no value');
    return take === 'first' ? values[0] : values.at(-1);
  };
  if (!each) return called(undefined, valueOf(args, context));
  const elements = valueOf(each, context);
  if (!Array.isArray(elements)) throw new Error('no array');
  return elements.map((item: unknown, index) => called(index, valueOf(args, { ...context, item, index })));
}

/** What stands where this is written. */
export function valueOf(written: Written, context: Readonly<Record<string, unknown>>): unknown {
  if ('path' in written) return at(written, context);
  if ('literal' in written) return written.literal;
  if ('list' in written) return written.list.map((item) => valueOf(item, context));
  if ('fields' in written) {
    return Object.fromEntries(written.fields.map(([key, field]) => [key, valueOf(field, context)]));
  }
  return written.texts
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = at(part, context);
      return typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`;
    })
    .join('');
}

/** Whether it is so. */
function isSo(asked: Asked, context: Readonly<Record<string, unknown>>): boolean {
  if (typeof asked === 'boolean') return asked;
  if ('path' in asked) return Boolean(found(asked, context));
  if ('exists' in asked) return found(asked.exists, context) !== undefined;
  if ('not' in asked) return !isSo(asked.not, context);
  if ('allOf' in asked) return asked.allOf.every((each) => isSo(each, context));
  if ('anyOf' in asked) return asked.anyOf.some((each) => isSo(each, context));
  const [a, b] = ('equals' in asked ? asked.equals : asked.lessThan).map((each) => valueOf(each, context));
  if ('equals' in asked) return JSON.stringify(a) === JSON.stringify(b);
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  throw new Error('incomparable');
}

function found(path: Path, context: Readonly<Record<string, unknown>>): unknown {
  try {
    return at(path, context);
  } catch {
    return undefined;
  }
}

function at({ path }: Path, context: Readonly<Record<string, unknown>>): unknown {
  let value: unknown = context;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) throw new Nowhere();
    value = (value as Readonly<Record<string | number, unknown>>)[key];
    if (value === undefined) throw new Nowhere();
  }
  return value;
}

function rootsIn(said: unknown): Set<string> {
  const roots = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || 'literal' in part) return;
    if ('path' in part) roots.add(String((part as Path).path[0]));
    else Object.values(part).forEach(visit);
  };
  visit(said);
  return roots;
}
