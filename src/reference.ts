/** A path into what a run has so far: the key of the input or of a step, then keys and indices. */
export type ReferencePath = readonly [root: string, ...rest: (string | number)[]];

/** What a text of a flow says: plain text, one reference for the whole, or text with references in it. */
export type Template =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly path: ReferencePath }
  | { readonly kind: 'mixed'; readonly parts: readonly (string | ReferencePath)[] };

/** Keys that lead out of the data into the language. */
const forbidden: ReadonlySet<unknown> = new Set(['__proto__', 'constructor', 'prototype']);

/** False for a path that leads out of the data: over `__proto__`, `constructor` or `prototype`. */
export function isSafePath(path: ReferencePath): boolean {
  return !path.some((key) => forbidden.has(key));
}

/**
 * Reads a text of a flow.
 *
 * A text that is wholly `$name`, with `.key`, `[0]` or `["any key"]` behind it, is a reference; `$["any name"]` too.
 * `${…}` with the same inside is one in the middle of a text. A name begins with a letter or `_`, so `$5.00` is text.
 * `$$` at the beginning of a text, or before `{`, stands for one `$`. Whatever else has a `$` in it is text as it is.
 */
export function parseTemplate(text: string): Template {
  if (!text.includes('$')) return { kind: 'text', text };
  const whole = text.startsWith('$') ? pathAt(text, 1) : undefined;
  if (whole?.end === text.length) return { kind: 'reference', path: whole.path };

  const parts: (string | ReferencePath)[] = [];
  let literal = '';
  for (let at = 0; at < text.length; ) {
    const dollars = dollarsAt(text, at);
    if (dollars === 0) {
      const next = text.indexOf('$', at);
      const end = next < 0 ? text.length : next;
      literal += text.slice(at, end);
      at = end;
      continue;
    }
    const behind = at + dollars;
    if (text[behind] !== '{') {
      literal += text.slice(at === 0 && dollars > 1 ? at + 1 : at, behind);
      at = behind;
      continue;
    }
    literal += '$'.repeat(Math.floor(dollars / 2));
    const reference = dollars % 2 === 1 ? pathAt(text, behind + 1) : undefined;
    if (reference && text[reference.end] === '}') {
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(reference.path);
      at = reference.end + 1;
    } else {
      literal += dollars % 2 === 1 ? '${' : '{';
      at = behind + 1;
    }
  }
  if (parts.length === 0) return { kind: 'text', text: literal };
  if (literal !== '') parts.push(literal);
  return { kind: 'mixed', parts };
}

/** The text that {@link parseTemplate} reads as this. */
export function formatTemplate(template: Template): string {
  if (template.kind === 'reference') return formatReference(template.path);
  const parts = template.kind === 'text' ? [template.text] : template.parts;
  return parts
    .map((part, index) => {
      if (typeof part !== 'string') return `\${${formatPath(part)}}`;
      const beforeReference = typeof parts[index + 1] === 'object';
      return escapeText(part, index === 0, beforeReference);
    })
    .join('');
}

/** A reference as it is written: `$hits[0].url`. */
export function formatReference(path: ReferencePath): string {
  return `$${formatPath(path)}`;
}

function formatPath([root, ...rest]: ReferencePath): string {
  const start = /^[A-Za-z_]\w*$/.test(root) ? root : `[${JSON.stringify(root)}]`;
  return rest.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${String(key)}]`;
    return /^[A-Za-z_][\w-]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
  }, start);
}

/** Doubles what would be read as the beginning of a reference. */
function escapeText(text: string, first: boolean, beforeReference: boolean): string {
  const leading = dollarsAt(text, 0);
  const doubled = text[leading] === '{' || (beforeReference && leading === text.length);
  const escaped = text.replace(/\$+/g, (dollars, at: number) => {
    const behind = at + dollars.length;
    const opens = text[behind] === '{' || (beforeReference && behind === text.length);
    return opens ? dollars + dollars : dollars;
  });
  return first && !doubled && (leading > 1 || readsAsReference(text)) ? `$${escaped}` : escaped;
}

function readsAsReference(text: string): boolean {
  return text.startsWith('$') && pathAt(text, 1)?.end === text.length;
}

function dollarsAt(text: string, at: number): number {
  let count = 0;
  while (text[at + count] === '$') count++;
  return count;
}

const nameToken = /[A-Za-z_]\w*/y;
const keyToken = /\.([\w-]+)|\[(\d{1,15})\]/y;

/** The path that begins at `start`, and where it ends; undefined where none begins. */
function pathAt(text: string, start: number): { readonly path: ReferencePath; readonly end: number } | undefined {
  const name = matchAt(nameToken, text, start)?.[0];
  const root = name === undefined ? quotedAt(text, start) : { key: name, end: start + name.length };
  if (!root) return undefined;
  const rest: (string | number)[] = [];
  let { end } = root;
  for (let next = keyAt(text, end); next; next = keyAt(text, end)) {
    rest.push(next.key);
    ({ end } = next);
  }
  return { path: [root.key, ...rest], end };
}

interface KeyAt<Key> {
  readonly key: Key;
  readonly end: number;
}

function keyAt(text: string, start: number): KeyAt<string | number> | undefined {
  const token = matchAt(keyToken, text, start);
  if (!token) return quotedAt(text, start);
  return { key: token[1] ?? Number(token[2]), end: start + token[0].length };
}

/** The key of `["…"]`. Read by hand: a pattern for what may be escaped overflows the stack with a long key. */
function quotedAt(text: string, start: number): KeyAt<string> | undefined {
  if (!text.startsWith('["', start)) return undefined;
  let quote = start + 2;
  while (quote < text.length && text[quote] !== '"') quote += text[quote] === '\\' ? 2 : 1;
  if (!text.startsWith('"]', quote)) return undefined;
  const key = unquote(text.slice(start + 1, quote + 1));
  return key === undefined ? undefined : { key, end: quote + 2 };
}

function matchAt(token: RegExp, text: string, at: number): RegExpExecArray | undefined {
  token.lastIndex = at;
  return token.exec(text) ?? undefined;
}

/** What a JSON string says; undefined where it is none. */
function unquote(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}
