import * as t from 'io-ts';
import { type Json, snapshot } from './json.js';
import { hasTag, reviveTagged, type Tagged } from './taggedError.js';

/**
 * What was thrown, whatever it is. In JSON: an Error by its name, message, `code` and cause, anything else as
 * `{ thrown: … }`. Read back, it is an Error of the same name and message, or the value.
 */
export const Cause: t.Type<unknown, Json> = new t.Type<unknown, Json>(
  'Cause',
  (_input): _input is unknown => true,
  (input) => t.success(revived(input, 0)),
  (cause) => described(cause, 0),
);

/** Causes of causes are followed this far. */
const maxDepth = 8;

function described(cause: unknown, depth: number): Json {
  if (!(cause instanceof Error)) return { thrown: snapshot(cause) };
  if (hasTag(cause)) return (cause as Tagged<string>).toJSON();
  const { code } = cause as { readonly code?: unknown };
  return {
    name: cause.name,
    message: snapshot(cause.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause.cause === undefined || depth >= maxDepth ? {} : { cause: described(cause.cause, depth + 1) }),
  };
}

function revived(json: unknown, depth: number): unknown {
  if (typeof json !== 'object' || json === null || json instanceof Error) return json;
  if ('thrown' in json) return json.thrown;
  const tagged = reviveTagged(json);
  if (tagged) return tagged;
  if (!('name' in json && 'message' in json) || depth > maxDepth) return json;
  const { name, message, code, cause } = json as { name: unknown; message: unknown; code?: unknown; cause?: unknown };
  const error = new Error(
    typeof message === 'string' ? message : JSON.stringify(message),
    cause === undefined ? {} : { cause: revived(cause, depth + 1) },
  );
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (code !== undefined) Object.assign(error, { code });
  return error;
}
