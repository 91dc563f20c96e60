import * as t from 'io-ts';
import { cutText, type Json, snapshot } from './json.js';
import { hasTag, reviveTagged, type Tagged } from './taggedError.js';

/**
 * What was thrown, whatever it is. In JSON: an Error by its name, message, `code` and cause, anything else as
 * `{ thrown: … }`. Read back, it is an Error of the same name and message, or the value.
 */
export const Cause: t.Type<unknown, Json> = new t.Type<unknown, Json>(
  'Cause',
  (_input): _input is unknown => true,
  (input) => t.success(read(input)),
  (cause) => write(cause),
);

/** Causes of causes are followed this far. */
const maxDepth = 16;

/** How many causes the one that is read or written now is inside of; those of our own errors come back here. */
let depth = 0;

function nested<T>(inside: () => T, tooDeep: () => T): T {
  if (depth >= maxDepth) return tooDeep();
  depth++;
  try {
    return inside();
  } finally {
    depth--;
  }
}

function write(cause: unknown): Json {
  return nested(
    () => described(cause),
    () => ({ thrown: { $cut: 'depth' } }),
  );
}

function read(json: unknown): unknown {
  return nested(
    () => revived(json),
    () => json,
  );
}

function described(cause: unknown): Json {
  try {
    if (!(cause instanceof Error)) return { thrown: snapshot(cause) };
    if (hasTag(cause)) return (cause as Tagged<string>).toJSON();
    const { name, message, code } = cause as unknown as Readonly<Record<string, unknown>>;
    return {
      name: typeof name === 'string' ? cutText(name) : 'Error',
      message: typeof message === 'string' ? cutText(message) : JSON.stringify(snapshot(message)),
      ...(typeof code === 'string' ? { code: cutText(code) } : {}),
      ...(Number.isFinite(code) ? { code: code as number } : {}),
      ...(cause.cause === undefined ? {} : { cause: write(cause.cause) }),
    };
  } catch {
    // Its fields may be accessors that throw.
    return { thrown: snapshot(cause) };
  }
}

function revived(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || json instanceof Error) return json;
  if ('thrown' in json) return json.thrown;
  const tagged = reviveTagged(json);
  if (tagged) return tagged;
  const { name, message, code, cause } = json as { readonly [field: string]: unknown };
  if (typeof name !== 'string' || typeof message !== 'string') return json;
  const error = new Error(message, cause === undefined ? {} : { cause: read(cause) });
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (code !== undefined) Object.assign(error, { code });
  return error;
}
