/** Plain data as an expression of TypeScript, on one line. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  const fields = Object.entries(value).map(([key, field]) => `${keyOf(key)}: ${literal(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** A text between quotes, on one line. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return text.includes("'") ? inner : `'${inner.slice(1, -1).replaceAll('\\"', '"')}'`;
}

/** What was thrown, as an expression that makes it anew. */
export function errorLiteral(cause: unknown): string {
  if (!(cause instanceof Error)) return literal(cause);
  const { message, name } = cause;
  const { code } = cause as { readonly code?: unknown };
  const fields = {
    ...(name === 'Error' ? {} : { name }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
  };
  const made = `new Error(${quoted(message)})`;
  return Object.keys(fields).length === 0 ? made : `Object.assign(${made}, ${literal(fields)})`;
}

function keyOf(key: string): string {
  // Without the brackets it would set the prototype.
  if (key === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}
