import { shorten } from './fault.js';
import { snapshot } from './json.js';
import { formatReference, isSafePath, parseTemplate, type ReferencePath, type Template } from './reference.js';
import type { Scope } from './scope.js';

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

/**
 * A copy of the data with every reference in it replaced by what it leads to: structurally, once, deep in objects and
 * arrays. What comes in is not looked at again, so no result can smuggle a reference in.
 *
 * @throws DeadEnd at the first reference that leads nowhere, or to `undefined`.
 */
export function resolve(data: unknown, scope: Scope): unknown {
  if (typeof data === 'string') return resolveTemplate(parseTemplate(data), scope);
  if (Array.isArray(data)) return data.map((item) => resolve(item, scope));
  if (!isPlainObject(data)) return data;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(data)) {
    const value = resolve(data[key], scope);
    // An assignment to `__proto__` would set the prototype.
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
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

function resolveTemplate(template: Template, scope: Scope): unknown {
  switch (template.kind) {
    case 'text':
      return template.text;
    case 'reference':
      return follow(template.path, scope);
    case 'mixed':
      return template.parts.map((part) => (typeof part === 'string' ? part : asText(follow(part, scope)))).join('');
  }
}

function follow(path: ReferencePath, scope: Scope): unknown {
  const [root, ...rest] = path;
  const isSafe = isSafePath(path);
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
