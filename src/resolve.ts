import { shorten } from './fault.js';
import { snapshot } from './json.js';
import { formatReference, isSafePath, parseTemplate, type ReferencePath, type Template } from './reference.js';
import type { Scope } from './scope.js';
import { setField } from './setField.js';

/** Arguments that are nested deeper are refused: they come from an error or from somebody who means harm. */
export const maxDepth = 64;

/** A reference that leads nowhere. */
export class DeadEnd extends Error {
  constructor(
    /** The reference, as written. */
    readonly reference: string,
    /** The nearest path that exists; `''` where not even the first key does. */
    readonly nearest: string,
    /** What stands there, shortened. */
    readonly found: string,
  ) {
    super(`${reference} leads nowhere`);
  }
}

/** Makes a value out of what stands in a scope. */
export type Resolver = (scope: Scope) => unknown;

/**
 * Reads data that may hold references, once, so that it can be resolved many times: a copy of it in which every
 * reference is replaced by what it leads to, structurally, deep in objects and arrays. What comes in is not looked at
 * again, so no result can smuggle a reference in.
 *
 * The resolver throws a DeadEnd at the first reference that leads nowhere, or to `undefined`.
 */
export function resolverOf(data: unknown): Resolver {
  if (typeof data === 'string') return resolverOfTemplate(parseTemplate(data));
  if (Array.isArray(data)) {
    const items = Array.from(data as readonly unknown[], resolverOf);
    return (scope) => items.map((item) => item(scope));
  }
  if (!isPlainObject(data)) return () => data;
  const keys = Object.keys(data);
  const fields = keys.map((key) => resolverOf(data[key]));
  return (scope) => {
    const copy: Record<string, unknown> = {};
    for (let index = 0; index < keys.length; index++) {
      setField(copy, keys[index] as string, (fields[index] as Resolver)(scope));
    }
    return copy;
  };
}

/** The data resolved, once: see {@link resolverOf}. */
export function resolve(data: unknown, scope: Scope): unknown {
  return resolverOf(data)(scope);
}

/** Calls `visit` for each text in the data, with its path. */
export function eachText(data: unknown, path: string, visit: (text: string, path: string) => void): void {
  if (typeof data === 'string') visit(data, path);
  else if (Array.isArray(data)) {
    for (const [index, item] of data.entries()) eachText(item, `${path}[${String(index)}]`, visit);
  } else if (isPlainObject(data)) {
    for (const key of Object.keys(data)) eachText(data[key], `${path}.${key}`, visit);
  }
}

/**
 * True for `{…}` and for objects without a prototype: what is looked into. Dates, Maps, instances stay as they are. An
 * object of another realm (Jest has tests in one of their own) has another `Object.prototype`, which has none above it.
 */
export function isPlainObject(data: unknown): data is Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
  const prototype = Object.getPrototypeOf(data) as object | null;
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** The paths that a template refers to. */
export function pathsIn(template: Template): readonly ReferencePath[] {
  if (template.kind === 'text') return [];
  if (template.kind === 'reference') return [template.path];
  return template.parts.filter((part): part is ReferencePath => typeof part !== 'string');
}

function resolverOfTemplate(template: Template): Resolver {
  switch (template.kind) {
    case 'text':
      return () => template.text;
    case 'reference':
      return follower(template.path);
    case 'mixed': {
      const parts = template.parts.map((part) => (typeof part === 'string' ? part : follower(part)));
      return (scope) => parts.map((part) => (typeof part === 'string' ? part : asText(part(scope)))).join('');
    }
  }
}

function follower(path: ReferencePath): Resolver {
  const [root, ...rest] = path;
  const isSafe = isSafePath(path);
  return (scope) => {
    let value = isSafe ? scope.get(root) : undefined;
    if (value === undefined) throw new DeadEnd(formatReference(path), '', shorten(scope.keys()));
    for (let depth = 0; depth < rest.length; depth++) {
      const next = ownData(value, rest[depth] as string | number);
      if (next === undefined) {
        throw new DeadEnd(formatReference(path), formatReference([root, ...rest.slice(0, depth)]), shorten(value));
      }
      value = next;
    }
    return value;
  };
}

/**
 * Own data only: what is inherited belongs to the language, and what a getter would give is not there yet; to ask for it
 * may throw, take long or change something.
 */
export function ownData(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value as unknown;
}

/** A value in the middle of a text: objects as JSON, and what JSON has as a text, such as a Date, without quotes. */
function asText(value: unknown): string {
  if (typeof value !== 'object') return `${value as string | number}`;
  const json = snapshot(value, { maxLength: Infinity, maxDepth: Infinity });
  return typeof json === 'string' ? json : JSON.stringify(json);
}
