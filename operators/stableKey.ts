/**
 * A text that is the same for equal plain data, whatever the order of its keys: `{ a: 1, b: 2 }` and `{ b: 2, a: 1 }`.
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
      return Object.is(data, -0) ? '0' : `${data}`;
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
  if (Array.isArray(data)) return `[${data.map((item) => keyOf(item, path)).join(',')}]`;
  if (data instanceof Date) return `Date(${data.getTime()})`;
  const prototype: unknown = Object.getPrototypeOf(data);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new TypeError('key: expected plain data, got an instance of a class; give a key function');
  }
  const fields = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${keyOf(value, path)}`);
  return `{${fields.join(',')}}`;
}
