import { formatReference, formatTemplate, type ReferencePath, type Template } from './reference.js';
import { isPlainObject, maxDepth } from './resolve.js';

declare const referred: unique symbol;

/** Indices that a typed reference can have without a doubt about whether they exist. */
type Index = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/**
 * A reference to a value of type `T` that a run will have: its fields and items are references too. In a template
 * string it stands for the value's text. `undefined` is taken off: a path that turns out missing fails the step with
 * an UnresolvedReference.
 */
export type Reference<T> = { readonly [referred]: Exclude<T, undefined> } & FieldsOf<Exclude<T, undefined>>;

/** A reference to a value of whatever type. */
export interface AnyReference {
  readonly [referred]: unknown;
}

type FieldsOf<T> = 0 extends 1 & T
  ? // eslint-disable-next-line @typescript-eslint/no-explicit-any -- of `any` every path is a reference to `any`
    any
  : T extends readonly unknown[]
    ? number extends T['length']
      ? { readonly [I in Index]: Reference<T[number]> } & { readonly [index: number]: Reference<T[number]> } & {
          readonly length: Reference<number>;
        }
      : { readonly [K in Exclude<keyof T, keyof (readonly unknown[])>]: Reference<T[K]> } & {
          readonly length: Reference<number>;
        }
    : T extends object
      ? { readonly [K in keyof T]-?: Reference<T[K]> }
      : unknown;

/** What a run has so far, as references: `$.hits[0].url`. */
export type References<Context> = { readonly [K in keyof Context]-?: Reference<Context[K]> };

/** Data of type `T` in which any part may be a reference to a value of that part's type. */
export type Referring<T> =
  | { readonly [referred]: T }
  | (T extends readonly unknown[] | object
      ? T extends (...args: never[]) => unknown
        ? T
        : { readonly [K in keyof T]: Referring<T[K]> }
      : T);

/** What stands there once every reference in it is replaced by the value that it leads to. */
export type Resolved<Given> = Given extends { readonly [referred]: infer Value }
  ? Value
  : Given extends readonly unknown[] | object
    ? Given extends (...args: never[]) => unknown
      ? Given
      : { readonly [K in keyof Given]: Resolved<Given[K]> }
    : Given;

/**
 * Refuses fields that are not wanted: a misspelt optional one would be left out in silence. Only for the fields of an
 * object that is given as such; where anything is wanted, everything is.
 */
export type NoOthers<Given, Wanted> = unknown extends Wanted
  ? unknown
  : Given extends { readonly [referred]: unknown } | readonly unknown[]
    ? unknown
    : { readonly [K in Exclude<keyof Given, KeysOf<Wanted>>]: never };

/** The keys of each member of a union, not only those that all have. */
type KeysOf<T> = T extends unknown ? keyof T : never;

/** The paths that recording proxies stand for. */
const paths = new WeakMap<object, ReferencePath>();

/** Digits that nobody can have typed, and that no encoding changes. */
const secret = Math.random().toFixed(20).slice(2);

/** Stands around a path inside a text that a template string has put together. */
const mark = `\u0000${secret}\u0000`;

/** An object that records which path is read from it. Only its paths exist; it holds no values. */
export function recorder<Context>(): References<Context> {
  return recording('$', (key) => {
    if (typeof key === 'symbol') throw new TypeError('$: expected the name of an input field or of a step');
    return recordingOf([key]);
  }) as References<Context>;
}

/**
 * The data form of what a step's function returned: recorded paths as references, texts so that they stay texts.
 *
 * @throws TypeError for what has no data form.
 */
export function toData(value: unknown, depth = maxDepth): unknown {
  if (typeof value === 'string') return formatTemplate(unmark(value));
  if (typeof value !== 'object' || value === null) return value;
  const path = paths.get(value);
  if (path) return formatReference(path);
  const isArray = Array.isArray(value);
  if (!isArray && !isPlainObject(value)) return value;
  if (depth === 0)
    throw new TypeError(`arguments: expected at most ${String(maxDepth)} levels, and no cycle, got more`);
  if (isArray) return value.map((item) => toData(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [unmarked(key), toData(field, depth - 1)]));
}

function recordingOf(path: ReferencePath): object {
  const written = formatReference(path);
  const made = recording(written, (key) => {
    if (key === Symbol.toPrimitive) return (hint: string) => primitiveOf(path, hint);
    if (key === Symbol.iterator || key === Symbol.asyncIterator) return refuse(written, 'its items listed');
    if (typeof key === 'symbol') return undefined;
    return recordingOf([...path, /^(0|[1-9]\d{0,14})$/.test(key) ? Number(key) : key]);
  });
  paths.set(made, path);
  return made;
}

/** A proxy of which only properties can be read: anything else would find nothing there, and say nothing of it. */
function recording(written: string, get: (key: string | symbol) => unknown): object {
  return new Proxy(Object.create(null) as object, {
    get: (_target, key) => get(key),
    has: () => refuse(written, 'a search in it'),
    ownKeys: () => refuse(written, 'its fields listed or spread'),
    set: () => refuse(written, 'an assignment to it'),
  });
}

function refuse(written: string, got: string): never {
  const what = written === '$' ? 'stands for the run, expected a field of it' : 'is a reference, expected data';
  throw new TypeError(`${written} ${what} or a template string, got ${got}`);
}

/** A reference in a template string becomes text with a mark; a number it cannot be, for it has no value yet. */
function primitiveOf(path: ReferencePath, hint: string): string {
  if (hint === 'number') return refuse(formatReference(path), 'arithmetic');
  return `${mark}${JSON.stringify(path)}${mark}`;
}

/** Texts between marks are paths, the others are texts. */
function unmark(text: string): Template {
  if (!text.includes(mark)) return { kind: 'text', text: unmarked(text) };
  const parts = text
    .split(mark)
    .map((part, index) => (index % 2 === 1 ? pathIn(part) : unmarked(part)))
    .filter((part) => part !== '');
  return { kind: 'mixed', parts };
}

function pathIn(json: string): ReferencePath {
  try {
    return JSON.parse(json) as ReferencePath;
  } catch {
    return refuseParts();
  }
}

/** A text without references, which must not have what is left of one in it. */
function unmarked(text: string): string {
  return text.includes(secret) ? refuseParts() : text;
}

function refuseParts(): never {
  throw new TypeError('expected a template string as a text of its own, got one that was cut, encoded or made a key');
}
