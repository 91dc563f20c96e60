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

/** @param above - The objects that are being looked into, from the outermost in. */
function keyOf(data: unknown, above: object[]): string {
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

function keyOfObject(data: object, above: object[]): string {
  if (above.includes(data)) throw new TypeError('key: expected plain data, got a cycle; give a key function');
  if (data instanceof Date) return `Date(${data.getTime()})`;
  above.push(data);
  const key = Array.isArray(data) ? keyOfItems(data, above) : keyOfFields(data, above);
  above.pop();
  return key;
}

function keyOfItems(items: readonly unknown[], above: object[]): string {
  return `[${Array.from(items, (item) => keyOf(item, above)).join(',')}]`;
}

function keyOfFields(data: object, above: object[]): string {
  if (!isPlainObject(data)) {
    throw new TypeError('key: expected plain data, got an instance of a class; give a key function');
  }
  if (Object.getOwnPropertySymbols(data).length > 0) {
    throw new TypeError('key: expected plain data, got a field named by a symbol; give a key function');
  }
  let fields = '';
  for (const name of Object.keys(data).sort()) {
    const value: unknown = (data as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) fields += `${fields === '' ? '' : ','}${JSON.stringify(name)}:${keyOf(value, above)}`;
  }
  return `{${fields}}`;
}
