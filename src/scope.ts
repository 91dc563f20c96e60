/** Where the first key of a reference is looked up. */
export interface Scope {
  /** What stands under the key; undefined where nothing does. */
  get(key: string): unknown;
  /** All keys, for messages. */
  keys(): readonly string[];
}

/** The fields of an object as a scope. */
export function scopeOf(fields: object): Scope {
  return {
    get: (key) => (Object.hasOwn(fields, key) ? (fields as Readonly<Record<string, unknown>>)[key] : undefined),
    keys: () => Object.keys(fields),
  };
}

/** A scope in which some keys stand for something else. */
export function within(scope: Scope, fields: Readonly<Record<string, unknown>>): Scope {
  return {
    get: (key) => (Object.hasOwn(fields, key) ? fields[key] : scope.get(key)),
    keys: () => [...new Set([...Object.keys(fields), ...scope.keys()])],
  };
}
