import { isPlainObject } from './plain.js';

/**
 * A text that is the same for equal plain data, whatever the order of its keys: `{ a: 1, b: 2 }` and `{ b: 2, a: 1 }`.
 * A field that is undefined is as good as none, an empty place in an array as undefined, -0 as 0.
 *
 * @throws TypeError for what is not plain data (a function, a symbol, an instance of a class other than Date, a cycle):
 * two different ones could not be told apart.
 */
export function stableKey(data: unknown): string {
  return keyOf(data, []);
}

function keyOf(data: unknown, above: readonly unknown[]): string {
  switch (typeof data) {
    case 'string':
      return JSON.stringify(data);
    case 'number':
    case 'boolean':
    case 'undefined':
      return `${data}`;
    case 'bigint':
      return `${data}n`;
    case 'object':
      return data === null ? 'null' : keyOfObject(data, above);
    default:
      throw new TypeError(`key: expected plain data, got a ${typeof data}; give a key function`);
  }
}

function keyOfObject(data: object, above: readonly unknown[]): string {
  if (above.includes(data)) throw new TypeError('key: expected plain data, got a cycle; give a key function');
  const path = [...above, data];
  if (Array.isArray(data)) return `[${Array.from(data, (item) => keyOf(item, path)).join(',')}]`;
  if (data instanceof Date) return `Date(${data.getTime()})`;
  if (!isPlainObject(data)) {
    throw new TypeError('key: expected plain data, got an instance of a class; give a key function');
  }
  if (Object.getOwnPropertySymbols(data).length > 0) {
    throw new TypeError('key: expected plain data, got a field named by a symbol; give a key function');
  }
  const fields = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${keyOf(value, path)}`);
  return `{${fields.join(',')}}`;
}
