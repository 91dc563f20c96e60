import { absent } from './difference.js';

/** How deep, and how many members of each object, a message shows. */
const maxDepth = 4;
const maxMembers = 20;

/**
 * A value on one line, as whoever wrote the test would write it: `{ id: 1, name: 'Ada' }`, `ToolTimeout: 'search' …`.
 *
 * @param maxLength - In characters; what is cut is marked by `…`.
 */
export function showValue(value: unknown, maxLength = 120): string {
  const text = show(value, 0, []);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

function show(value: unknown, depth: number, above: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return `'${value.replace(/[\\'\n\r\t]/g, (character) => escapes[character] ?? character)}'`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${String(value)}n`;
    case 'function':
      return value.name === '' ? '[function]' : `[function ${value.name}]`;
    case 'object':
      return value === null ? 'null' : showObject(value, depth, above);
    case 'undefined':
    case 'boolean':
    case 'symbol':
      return value === absent ? 'nothing' : String(value);
  }
}

function showObject(value: object, depth: number, above: readonly object[]): string {
  if (above.includes(value)) return '[circular]';
  if (value instanceof Date) return Number.isNaN(+value) ? 'an invalid date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) return `${tagOf(value)}: ${value.message}`;
  const within = [...above, value];
  const inner = (member: unknown): string => (depth < maxDepth ? show(member, depth + 1, within) : '…');
  if (Array.isArray(value)) return listed('', '[', value.map(inner), ']');
  if (value instanceof Set) return listed('Set ', '{', [...value].map(inner), '}');
  if (value instanceof Map) {
    return listed(
      'Map ',
      '{',
      [...value].map(([key, member]) => `${inner(key)} => ${inner(member)}`),
      '}',
    );
  }
  const members = Object.entries(value).map(([key, member]) => `${nameOf(key)}: ${inner(member)}`);
  return listed(classOf(value), '{', members, '}');
}

function listed(prefix: string, open: string, members: readonly string[], close: string): string {
  if (members.length === 0) return `${prefix}${open}${close}`;
  const shown = members.slice(0, maxMembers);
  if (members.length > maxMembers) shown.push(`… ${members.length - maxMembers} more`);
  const gap = open === '{' ? ' ' : '';
  return `${prefix}${open}${gap}${shown.join(', ')}${gap}${close}`;
}

function tagOf(error: Error): string {
  const tag = (error as { readonly _tag?: unknown })._tag;
  return typeof tag === 'string' ? tag : error.name;
}

function classOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return '';
  const name = (prototype as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? '';
  return name === '' ? '' : `${name} `;
}

function nameOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' };
