import { right } from 'fp-ts/Either';
import type * as t from 'io-ts';
import {
  accepted,
  arrayCheck,
  asksIoTs,
  type Check,
  exactCheck,
  intersectionCheck,
  keyofCheck,
  leafChecks,
  literalCheck,
  partialCheck,
  recordCheck,
  refinementCheck,
  taggedUnionCheck,
  tupleCheck,
  typeOfFieldsCheck,
  unionCheck,
  unsure,
} from './codecChecks.js';
import { decodesByValidate, domainOf, type OwnCodec, ownCodecOf, propsOf, tagsOf } from './ownCodec.js';

/**
 * The same decoder, faster: a value that is as it should be is recognised by plain checks, and is returned as it is.
 * Everything else is left to the codec's own `decode`: what is wrong with a value, values that decoding changes (keys
 * that `t.exact` strips, NaN, an extra item of a tuple), and codecs that io-ts has not made (`new t.Type`, `.pipe`,
 * whatever has a `validate` of its own).
 *
 * Tools do this for their input and output by themselves. It is worth it for codecs that decode often: walking one takes
 * some microseconds, once. What the codec is made of must not be changed afterwards. A value that is not accepted is
 * read more than once, and the predicate of a refinement asked more than once; a recursive value may be deeper than
 * io-ts could read.
 *
 * @example
 * ```ts
 * const Hit = compileCodec(t.type({ url: t.string, rank: t.number }));
 * Hit.decode({ url: '/', rank: 1 }); // right, and the same object
 * ```
 */
export function compileCodec<A, I = unknown>(codec: t.Decoder<I, A>): t.Decoder<I, A> {
  const check = checkOf(codec);
  return {
    name: codec.name,
    validate: codec.validate,
    decode: (value) => (check(value) === accepted ? right(value as unknown as A) : codec.decode(value)),
  };
}

/** The check of a codec's `decode`. Never throws: what io-ts does about a value that cannot be read is its business. */
export function checkOf(codec: t.Decoder<never, unknown>): Check {
  const check = decodesByValidate(codec) ? partOf(codec) : asksIoTs;
  if (check === asksIoTs) return asksIoTs;
  return (value) => {
    try {
      return check(value);
    } catch {
      return unsure;
    }
  };
}

const made = new WeakMap<object, Check>();

function partOf(codec: t.Decoder<never, unknown>): Check {
  const known = made.get(codec);
  if (known) return known;
  const own = ownCodecOf(codec);
  const check = own ? compiled(own) : asksIoTs;
  made.set(codec, check);
  return check;
}

function compiled(own: OwnCodec): Check {
  switch (own.kind) {
    case 'leaf':
      return leafChecks[own.codec._tag];
    case 'literal':
      return literalCheck(own.codec.value);
    case 'keyof':
      return keyofCheck(own.codec.keys);
    case 'type':
      return typeOfFieldsCheck(fieldsOf(own.codec.props));
    case 'partial':
      return partialCheck(fieldsOf(own.codec.props));
    case 'exact':
      return exactCheck(partOf(own.codec.type), propsOf(own.codec.type));
    case 'record': {
      const { domain, codomain } = own.codec;
      return recordCheck(
        partOf(domain),
        partOf(codomain),
        (codomain as { readonly _tag?: unknown })._tag === 'AnyType',
      );
    }
    case 'exactRecord': {
      const keys = Object.keys(domainOf(own.codec.domain));
      // Which io-ts cannot list: it assigns to it.
      if (keys.includes('__proto__')) return asksIoTs;
      const check = partOf(own.codec.codomain);
      return exactCheck(
        typeOfFieldsCheck(keys.map((key) => [key, check])),
        Object.fromEntries(keys.map((key) => [key, null])),
      );
    }
    case 'array':
      return arrayCheck(partOf(own.codec.type));
    case 'tuple':
      return tupleCheck(own.codec.types.map(partOf));
    case 'union':
      return unionCheck(own.codec.types.map(partOf));
    case 'taggedUnion': {
      const { tag, types } = own.codec;
      const tags = types.map((type) => tagsOf(type, tag));
      const members = tags.flatMap((values, index) =>
        (values ?? []).map((value) => [value, partOf(types[index] as t.Any)] as const),
      );
      // NaN is a literal that nothing is equal to, but a Map would find.
      return tags.flat().some((value) => value === undefined || Number.isNaN(value))
        ? asksIoTs
        : taggedUnionCheck(tag, new Map(members));
    }
    case 'intersection':
      return intersectionCheck(own.codec.types.map(partOf));
    case 'refinement':
      return refinementCheck(partOf(own.codec.type), own.codec.predicate as (value: never) => unknown);
    case 'readonly':
      return partOf(own.codec.type);
    case 'recursive': {
      const { codec } = own;
      // The definition is asked for when it is first needed, as io-ts does: it may name what is not there yet.
      let check: Check | undefined;
      return (value) => (check ??= partOf(codec.type))(value);
    }
  }
}

function fieldsOf(props: t.Props): readonly (readonly [string, Check])[] {
  return Object.keys(props).map((key) => [key, partOf(props[key] as t.Any)]);
}
