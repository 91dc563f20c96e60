import * as t from 'io-ts';
import { isPlainObject } from '../operators/plain.js';
import { setField } from './setField.js';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How much of a value a snapshot keeps. */
export interface SnapshotBounds {
  /** Characters of text, names of keys included, over the whole value. Default: 10,000. */
  readonly maxLength?: number;
  /** Levels of objects and arrays. Default: 20. */
  readonly maxDepth?: number;
}

/** What stands in a snapshot where something was left out: what it was, and how much of it is missing. */
type Cut = { readonly $cut: string; readonly [detail: string]: Json };

/**
 * A copy of any value that JSON can say, of bounded size: what was cut, and what JSON cannot say, is marked in place by
 * `{ "$cut": … }`. Dates and what else has a `toJSON` give what that says; an Error its name and message; a Map and a
 * Set arrays. Never throws: a property that cannot be read is marked too. `undefined` is left out as JSON leaves it out.
 */
export function snapshot(value: unknown, bounds: SnapshotBounds = {}): Json {
  return exactSnapshot(value, bounds).json;
}

/** What a snapshot lacks: it was `cut` to size, JSON has no `form` for a part of the value, or the value is `undefined`. */
export type Missing = 'cut' | 'form' | 'undefined';

/**
 * A {@link snapshot}, and what is missing where it is not the value itself. A field that is undefined is as good as none.
 */
export function exactSnapshot(
  value: unknown,
  { maxLength = 10_000, maxDepth = 20 }: SnapshotBounds = {},
): { readonly json: Json; readonly missing: Missing | undefined } {
  const budget: Budget = { left: maxLength, missing: value === undefined ? 'undefined' : undefined, above: [] };
  const json = copy(value, budget, maxDepth) ?? null;
  return { json, missing: budget.missing };
}

/** A text in one piece, at most `maxLength` characters of it; one that was cut says so at its end. */
export function cutText(text: string, maxLength = 10_000): string {
  if (text.length <= maxLength) return text;
  const mark = `… (cut, of ${String(text.length)} characters)`;
  return text.slice(0, Math.max(0, maxLength - mark.length)) + mark;
}

interface Budget {
  left: number;
  /** What is missing so far; what was cut counts for more. */
  missing: Missing | undefined;
  /** The objects that are being copied, from the outermost in. */
  readonly above: object[];
}

function copy(value: unknown, budget: Budget, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
      return copyText(value, budget);
    case 'number':
      budget.left -= 8;
      return Number.isFinite(value) ? value : formless(budget, 'number', { text: String(value) });
    case 'boolean':
      budget.left -= 5;
      return value;
    case 'undefined':
      return undefined;
    case 'bigint':
      return copyBigint(String(value), budget);
    case 'function':
    case 'symbol':
      budget.left -= 8;
      return formless(budget, typeof value);
    default:
      return value === null ? null : copyObject(value as object, budget, depth);
  }
}

function copyText(text: string, budget: Budget): Json {
  const room = Math.max(0, budget.left);
  budget.left -= text.length;
  return text.length <= room ? text : cut(budget, 'string', { length: text.length, start: text.slice(0, room) });
}

function copyBigint(digits: string, budget: Budget): Json {
  const room = Math.max(0, budget.left);
  budget.left -= digits.length;
  if (digits.length <= room) return formless(budget, 'bigint', { text: digits });
  return cut(budget, 'bigint', { length: digits.length, start: digits.slice(0, room) });
}

function copyObject(value: object, budget: Budget, depth: number): Json | undefined {
  const { above } = budget;
  if (above.includes(value)) return formless(budget, 'cycle');
  if (depth <= 0) return cut(budget, 'depth');
  above.push(value);
  try {
    return copyParts(value, budget, depth);
  } catch {
    return formless(budget, 'unreadable');
  } finally {
    above.pop();
  }
}

function copyParts(value: object, budget: Budget, depth: number): Json | undefined {
  const isFields: boolean = isPlainObject(value);
  // What is an array, or nothing but its fields, is read back from JSON as it was.
  if (!(Array.isArray(value) || (isFields && !('toJSON' in value)))) lackForm(budget);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return copy((toJSON as () => unknown).call(value), budget, depth - 1);
  if (isFields) return copyFields(value, budget, depth);
  if (Array.isArray(value)) return copyItems(value, value.length, budget, depth);
  if (value instanceof Error) return copyFields({ name: value.name, message: value.message }, budget, depth);
  if (value instanceof Map || value instanceof Set) return copyItems(value, value.size, budget, depth);
  if (ArrayBuffer.isView(value)) return formless(budget, 'bytes', { length: value.byteLength });
  return copyFields(value, budget, depth);
}

function copyItems(items: Iterable<unknown>, size: number, budget: Budget, depth: number): Json {
  const kept: Json[] = [];
  for (const item of items) {
    if (budget.left <= 0) return [...kept, cut(budget, 'items', { left: size - kept.length })];
    budget.left -= 1;
    const copied = copy(item, budget, depth - 1);
    if (copied === undefined) lackForm(budget);
    kept.push(copied ?? null);
  }
  return kept;
}

function copyFields(value: object, budget: Budget, depth: number): Json {
  const kept: Record<string, Json> = {};
  const keys = Object.keys(value);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (budget.left <= 0 || key.length > budget.left) {
      budget.missing = 'cut';
      setField(kept, '$cut', 'fields');
      setField(kept, 'left', keys.length - index);
      break;
    }
    budget.left -= key.length + 1;
    const field = copyField(value, key, budget, depth);
    if (field !== undefined) setField(kept, key, field);
  }
  return kept;
}

function copyField(value: object, key: string, budget: Budget, depth: number): Json | undefined {
  try {
    return copy((value as Readonly<Record<string, unknown>>)[key], budget, depth - 1);
  } catch {
    return formless(budget, 'unreadable');
  }
}

/** What stands for something that is too much. */
function cut(budget: Budget, what: string, details: { readonly [detail: string]: Json } = {}): Cut {
  budget.missing = 'cut';
  return { $cut: what, ...details };
}

/** What stands for something that JSON cannot say. */
function formless(budget: Budget, what: string, details: { readonly [detail: string]: Json } = {}): Cut {
  lackForm(budget);
  return { $cut: what, ...details };
}

function lackForm(budget: Budget): void {
  budget.missing ??= 'form';
}

/** Any JSON, as it is. */
export const Json: t.Type<Json, Json> = new t.Type<Json, Json>(
  'Json',
  (input): input is Json => input !== undefined,
  (input, context) => (input === undefined ? t.failure(input, context) : t.success(input as Json)),
  (value) => value,
);

/** Any value in memory; in JSON its {@link snapshot}. */
export const Snapshot: t.Type<unknown, Json> = new t.Type<unknown, Json>(
  'Snapshot',
  (_input): _input is unknown => true,
  (input) => t.success(input),
  (value) => snapshot(value),
);
