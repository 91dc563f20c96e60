import fc from 'fast-check';
import type { ReferencePath, Template } from '../../src/reference.js';

/** Texts made of what the grammar of references is made of, so that nearly every rule of it is met. */
export const hostileText = fc.oneof(
  fc
    .array(
      fc.constantFrom('$', '$', '{', '}', '[', ']', '"', '\\', '.', '-', '_', 'a', 'key', '0', '7', ' ', 'é', '\u0000'),
      { maxLength: 24 },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

/** Keys of every spelling: names, numbers, quotes, unicode, braces, dollars, half a surrogate pair, nothing. */
export const anyKey = fc.oneof(
  fc.constantFrom('a', '_b1', 'a-b', 'a.b', '0', '-1', '', ' ', '$', '${a}', '"', '\\', ']', '\n', 'ünï', '\ud800'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length'),
  hostileText,
);

const index = fc.oneof(
  fc.nat({ max: 20 }),
  fc.maxSafeNat().map((n) => n % 1e15),
);

export const anyPath: fc.Arbitrary<ReferencePath> = fc
  .tuple(anyKey, fc.array(fc.oneof(anyKey, index), { maxLength: 4 }))
  .map(([root, rest]) => [root, ...rest] as const);

const anyParts: fc.Arbitrary<readonly (string | ReferencePath)[]> = fc
  .array(
    fc.oneof(
      hostileText.filter((text) => text !== ''),
      anyPath,
    ),
    { minLength: 1, maxLength: 6 },
  )
  // Two texts in a row would be read as one.
  .map((parts) => parts.filter((part, at) => typeof part !== 'string' || typeof parts[at - 1] !== 'string'))
  .filter((parts) => parts.some((part) => typeof part !== 'string'));

export const anyTemplate: fc.Arbitrary<Template> = fc.oneof(
  hostileText.map((text) => ({ kind: 'text', text }) as const),
  anyPath.map((path) => ({ kind: 'reference', path }) as const),
  anyParts.map((parts) => ({ kind: 'mixed', parts }) as const),
);

/** Nested data with hostile texts and keys in it. */
export const anyData: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  data: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(hostileText, fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(anyKey, tie('data'), { maxKeys: 4 }),
  ),
})).data;
