/** True for `{…}`, also one from another realm (an iframe, a `vm` context), and for objects without a prototype. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of a class's instances has one of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
