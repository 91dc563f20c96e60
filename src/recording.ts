import { formatReference, formatTemplate, type ReferencePath, type Template } from './reference.js';
import { isPlainObject } from './resolve.js';

declare const referred: unique symbol;

/** Indices that a typed reference can have without a doubt about whether they exist. */
type Index = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/**
 * A reference to a value of type `T` that a run will have: its fields and items are references too. In a template
 * string it stands for the value's text. `undefined` is taken off: a path that turns out missing fails the step with
 * an UnresolvedReference.
 */
export type Reference<T> = { readonly [referred]: Exclude<T, undefined> } & FieldsOf<Exclude<T, undefined>>;

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

/** Refuses fields that are not wanted: a misspelt optional one would be left out in silence. */
export type NoOthers<Given, Wanted> = Given extends { readonly [referred]: unknown }
  ? unknown
  : { readonly [K in Exclude<keyof Given, keyof Wanted>]: never };

/** The paths that recording proxies stand for. */
const paths = new WeakMap<object, ReferencePath>();

/** Stands around a path inside a text that a template string has put together. Nobody types this character. */
const mark = '\u0000';

/** An object that records which path is read from it. Only its paths exist; it holds no values. */
export function recorder<Context>(): References<Context> {
  return new Proxy(Object.create(null) as object, {
    get: (_target, key) => {
      if (typeof key === 'symbol') throw new TypeError('$: expected the name of an input field or of a step');
      return recordingOf([key]);
    },
  }) as References<Context>;
}

/**
 * The data form of what a step's function returned: recorded paths as references, texts so that they stay texts.
 */
export function toData(value: unknown): unknown {
  if (typeof value === 'string') return formatTemplate(unmark(value));
  if (Array.isArray(value)) return value.map(toData);
  const path = typeof value === 'object' && value !== null ? paths.get(value) : undefined;
  if (path) return formatReference(path);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toData(field)]));
}

function recordingOf(path: ReferencePath): object {
  const recording: object = new Proxy(Object.create(null) as object, {
    get: (_target, key) => {
      if (key === Symbol.toPrimitive) return (hint: string) => primitiveOf(path, hint);
      if (typeof key === 'symbol') return undefined;
      return recordingOf([...path, /^(0|[1-9]\d{0,14})$/.test(key) ? Number(key) : key]);
    },
    getPrototypeOf: () => null,
  });
  paths.set(recording, path);
  return recording;
}

/** A reference in a template string becomes text with a mark; a number it cannot be, for it has no value yet. */
function primitiveOf(path: ReferencePath, hint: string): string {
  if (hint === 'number') {
    throw new TypeError(`${formatReference(path)} is a reference, expected data or a template string, got arithmetic`);
  }
  return `${mark}${JSON.stringify(path)}${mark}`;
}

/** Texts between marks are paths, the others are texts. */
function unmark(text: string): Template {
  if (!text.includes(mark)) return { kind: 'text', text };
  const parts = text
    .split(mark)
    .map((part, index) => (index % 2 === 1 ? (JSON.parse(part) as ReferencePath) : part))
    .filter((part) => part !== '');
  return { kind: 'mixed', parts };
}
