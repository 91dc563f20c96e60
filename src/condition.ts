import { shorten } from './fault.js';
import type { Scope } from './scope.js';
import { DeadEnd, isPlainObject, resolve } from './resolve.js';
import { parseTemplate } from './reference.js';

/** Two values that are compared: data that may hold references. */
export type Compared = readonly [unknown, unknown];

/**
 * When a step runs. A reference alone holds where what it leads to is there, and is neither false, null, 0 nor an empty
 * text. Anything else says in one key what must be so.
 *
 * @typeParam R - What a reference is: a text in data, a recorded path in TypeScript.
 */
export type ConditionOf<R> =
  | boolean
  | R
  /** The two are the same data; the order of keys does not matter. */
  | { readonly equals: Compared }
  /** Two numbers, or two texts, in this order. */
  | { readonly lessThan: Compared }
  | { readonly atMost: Compared }
  | { readonly greaterThan: Compared }
  | { readonly atLeast: Compared }
  /** The first is an element of the second, an array, or a part of it, a text. */
  | { readonly in: Compared }
  /** The reference leads to something. */
  | { readonly exists: R }
  | { readonly not: ConditionOf<R> }
  | { readonly allOf: readonly ConditionOf<R>[] }
  | { readonly anyOf: readonly ConditionOf<R>[] };

/** A condition as data. */
export type Condition = ConditionOf<string>;

/** A condition that cannot be answered: what is compared does not compare. */
export class Incomparable extends Error {
  constructor(
    /** Where in the condition: `when.lessThan`. */
    readonly path: string,
    readonly expected: string,
    readonly received: string,
  ) {
    super(`${path}: expected ${expected}, got ${received}`);
  }
}

type Comparison = (a: unknown, b: unknown, path: string) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  equals: (a, b) => same(a, b),
  lessThan: (a, b, path) => order(a, b, path) < 0,
  atMost: (a, b, path) => order(a, b, path) <= 0,
  greaterThan: (a, b, path) => order(a, b, path) > 0,
  atLeast: (a, b, path) => order(a, b, path) >= 0,
  in: (a, b, path) => contains(a, b, path),
};

const keys: readonly string[] = [...Object.keys(comparisons), 'exists', 'not', 'allOf', 'anyOf'];

/** Data that is compared deeper than this is refused. */
const maxDepth = 256;

/** What is wrong with a condition, told to `fault`. */
export function checkCondition(
  data: unknown,
  path: string,
  fault: (path: string, message: string) => void,
  meant: (name: string, names: readonly string[]) => string,
): void {
  if (typeof data === 'boolean') return;
  if (typeof data === 'string') {
    if (parseTemplate(data).kind !== 'reference') {
      fault(path, `expected a reference or a condition, got the text ${shorten(data)}`);
    }
    return;
  }
  const [key, ...others] = isPlainObject(data) ? Object.keys(data) : [];
  if (key === undefined || others.length > 0 || !keys.includes(key)) {
    const hint = key !== undefined && others.length === 0 ? meant(key, keys) : '';
    fault(path, `expected a reference, or an object with one of ${keys.join(', ')}, got ${shorten(data)}${hint}`);
    return;
  }
  const operand = (data as Readonly<Record<string, unknown>>)[key];
  const place = `${path}.${key}`;
  if (key === 'not') checkCondition(operand, place, fault, meant);
  else if (key === 'exists') {
    if (typeof operand !== 'string' || parseTemplate(operand).kind !== 'reference') {
      fault(place, `expected a reference, got ${shorten(operand)}`);
    }
  } else if (!Array.isArray(operand)) fault(place, `expected an array, got ${shorten(operand)}`);
  else if (key === 'allOf' || key === 'anyOf') {
    for (const [index, condition] of (operand as unknown[]).entries()) {
      checkCondition(condition, `${place}[${String(index)}]`, fault, meant);
    }
  } else if (operand.length !== 2) fault(place, `expected two values to compare, got ${String(operand.length)}`);
}

/**
 * Whether a condition holds.
 *
 * @throws Incomparable for values that do not compare, DeadEnd for a reference inside a comparison that leads nowhere.
 */
export function holds(condition: Condition, scope: Scope, path = 'when'): boolean {
  if (typeof condition === 'boolean') return condition;
  if (typeof condition === 'string') return Boolean(valueAt(condition, scope));
  const [key, operand] = Object.entries(condition)[0] as [string, unknown];
  const place = `${path}.${key}`;
  switch (key) {
    case 'not':
      return !holds(operand as Condition, scope, place);
    case 'allOf':
      return (operand as readonly Condition[]).every((each, index) => holds(each, scope, `${place}[${String(index)}]`));
    case 'anyOf':
      return (operand as readonly Condition[]).some((each, index) => holds(each, scope, `${place}[${String(index)}]`));
    case 'exists':
      return valueAt(operand as string, scope) !== undefined;
    default: {
      const [a, b] = resolve(operand, scope) as [unknown, unknown];
      return (comparisons[key] as Comparison)(a, b, place);
    }
  }
}

/** What a reference leads to; undefined where it leads nowhere: to ask for it is what a condition is for. */
function valueAt(reference: string, scope: Scope): unknown {
  try {
    return resolve(reference, scope);
  } catch (error) {
    if (error instanceof DeadEnd) return undefined;
    throw error;
  }
}

function order(a: unknown, b: unknown, path: string): number {
  const areNumbers = typeof a === 'number' && typeof b === 'number' && !Number.isNaN(a) && !Number.isNaN(b);
  if (areNumbers || (typeof a === 'string' && typeof b === 'string')) return a < b ? -1 : Number(a > b);
  throw new Incomparable(path, 'two numbers or two texts', shorten([a, b]));
}

function contains(a: unknown, b: unknown, path: string): boolean {
  if (Array.isArray(b)) return b.some((item) => same(a, item));
  if (typeof a === 'string' && typeof b === 'string') return b.includes(a);
  throw new Incomparable(path, 'a value and an array, or two texts', shorten([a, b]));
}

/**
 * True for the same data.
 *
 * @param known - Pairs that are the same, or are being compared further out: they are gone through once, however often
 * they are met, and a cycle is the same as one that goes the same way.
 */
function same(a: unknown, b: unknown, depth = 0, known = new Map<object, Set<object>>()): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  const isArray = Array.isArray(a) && Array.isArray(b) && a.length === b.length;
  if (!isArray && !(isPlainObject(a) && isPlainObject(b))) return false;
  const others = known.get(a) ?? new Set();
  if (others.has(b)) return true;
  if (depth === maxDepth) throw new Incomparable('when', `at most ${String(maxDepth)} levels of data`, 'more');
  known.set(a, others.add(b));
  const field = (of: object, key: string | number): unknown => (of as Readonly<Record<string | number, unknown>>)[key];
  const areSame = (key: string | number): boolean => same(field(a, key), field(b, key), depth + 1, known);
  if (isArray) {
    for (let index = 0; index < a.length; index++) if (!areSame(index)) return false;
    return true;
  }
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && areSame(name));
}
