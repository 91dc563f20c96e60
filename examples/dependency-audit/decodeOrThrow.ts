import { isLeft } from 'fp-ts/Either';
import type * as t from 'io-ts';

/** Decodes `value`, or throws an error that names the first place where it differs from the codec. */
export function decodeOrThrow<A>(codec: t.Type<A, unknown>, value: unknown, what: string): A {
  const decoded = codec.decode(value);
  if (isLeft(decoded)) throw new Error(`${what}: ${describeFirst(decoded.left)}`);
  return decoded.right;
}

function describeFirst(errors: t.Errors): string {
  const [first] = errors;
  if (first === undefined) return 'is not as expected';
  const keys = first.context.map(({ key }) => key).filter((key) => key !== '');
  const place = keys.length === 0 ? '' : `"${keys.join('" → "')}" `;
  const expected = first.context.at(-1)?.type.name ?? 'something else';
  return `${place}is ${kindOf(first.value)}, expected ${expected}`;
}

// The kind and not the value: a lockfile's value can be megabytes long.
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
