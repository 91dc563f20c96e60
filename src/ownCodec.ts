import * as t from 'io-ts';

/** A codec that io-ts itself made, by the way in which it validates. */
export type OwnCodec =
  | { readonly kind: 'leaf'; readonly codec: Leaf }
  | { readonly kind: 'literal'; readonly codec: t.LiteralType<string | number | boolean> }
  | { readonly kind: 'keyof'; readonly codec: t.KeyofType<Record<string, unknown>> }
  | { readonly kind: 'type'; readonly codec: t.InterfaceType<t.Props> }
  | { readonly kind: 'partial'; readonly codec: t.PartialType<t.Props> }
  | { readonly kind: 'exact'; readonly codec: t.ExactType<t.Any> }
  | { readonly kind: 'array'; readonly codec: t.ArrayType<t.Any> | t.ReadonlyArrayType<t.Any> }
  | { readonly kind: 'tuple'; readonly codec: t.TupleType<t.Any[]> }
  | { readonly kind: 'record'; readonly codec: t.DictionaryType<t.Any, t.Any> }
  | { readonly kind: 'exactRecord'; readonly codec: t.DictionaryType<t.Any, t.Any> }
  | { readonly kind: 'union'; readonly codec: t.UnionType<t.Any[]> }
  | { readonly kind: 'taggedUnion'; readonly codec: t.UnionType<t.Any[]> & { readonly tag: string } }
  | { readonly kind: 'intersection'; readonly codec: t.IntersectionType<t.Any[]> }
  | { readonly kind: 'refinement'; readonly codec: t.RefinementType<t.Any> }
  | { readonly kind: 'readonly'; readonly codec: t.ReadonlyType<t.Any> }
  | { readonly kind: 'recursive'; readonly codec: t.RecursiveType<t.Any> };

/** The codecs without parts. */
const leaves = [
  t.null,
  t.undefined,
  t.void,
  t.unknown,
  t.any,
  t.never,
  t.string,
  t.number,
  t.bigint,
  t.boolean,
  t.Function,
  t.UnknownArray,
  t.UnknownRecord,
] as const;

type Leaf = (typeof leaves)[number];

type KindWithParts = Exclude<OwnCodec['kind'], 'leaf' | 'readonly'>;

/**
 * Which codec of io-ts it is; undefined where it is none, or where its `validate` was replaced. A `_tag` says little:
 * `withFallback` and its like put their own `validate` into a copy of the codec that they change, tag and all. So the
 * class must be that of io-ts, and the text of `validate` that of the function which io-ts makes for this class.
 */
export function ownCodecOf(codec: t.Decoder<never, unknown>): OwnCodec | undefined {
  const validate: unknown = codec.validate;
  // The leaves of each copy (`annotate` makes one) share the one function.
  for (const leaf of leaves)
    if (validate === leaf.validate && sameClass(codec, leaf)) return { kind: 'leaf', codec: leaf };
  if (Object.getPrototypeOf(codec) === t.ReadonlyType.prototype) {
    const { type } = codec as unknown as { readonly type: t.Any };
    return validate === type.validate ? ({ kind: 'readonly', codec } as unknown as OwnCodec) : undefined;
  }
  if (!textsTellApart()) return undefined;
  const kinds = samples().filter((sample) => sameClass(codec, sample.codec));
  const kind = kinds.find((sample) => sample.text === textOf(validate))?.kind;
  return kind && ({ kind, codec } as unknown as OwnCodec);
}

/** True where `decode` is the method of the class, which asks `validate`. */
export function decodesByValidate(codec: { readonly decode: unknown }): boolean {
  const { decode } = codec as { readonly decode: { readonly name: unknown } };
  const { decode: own } = t.string as { readonly decode: { readonly name: unknown } };
  return decode.name === own.name && textOf(decode) === textOf(own);
}

/** The keys of a record's domain that io-ts has listed: those of literals, of `t.keyof` and of their unions. */
export function domainOf(domain: t.Any): Readonly<Record<string, unknown>> {
  const own = ownCodecOf(domain);
  if (own?.kind === 'literal') return { [String(own.codec.value)]: null };
  if (own?.kind === 'keyof') return own.codec.keys;
  const types = own?.kind === 'union' ? own.codec.types : [];
  return Object.assign({}, ...types.map(domainOf)) as Readonly<Record<string, unknown>>;
}

/** The keys that `t.exact` leaves; undefined where they cannot be read. */
export function propsOf(codec: t.Any): t.Props | undefined {
  const own = ownCodecOf(codec);
  switch (own?.kind) {
    case 'type':
    case 'partial':
      return own.codec.props;
    case 'refinement':
    case 'readonly':
      return propsOf(own.codec.type);
    case 'intersection': {
      const all = own.codec.types.map(propsOf);
      return all.includes(undefined) ? undefined : (Object.assign({}, ...all) as t.Props);
    }
    default:
      return undefined;
  }
}

/** The values that the tag of a union may have in this member; undefined where they cannot be read. */
export function tagsOf(codec: t.Any, tag: string): readonly unknown[] | undefined {
  const own = ownCodecOf(codec);
  switch (own?.kind) {
    case 'type': {
      const field = own.codec.props[tag];
      const literal = field && ownCodecOf(field);
      return literal?.kind === 'literal' ? [literal.codec.value] : undefined;
    }
    case 'exact':
    case 'refinement':
    case 'readonly':
      return tagsOf(own.codec.type, tag);
    case 'intersection': {
      const [values, ...others] = own.codec.types.flatMap((type) => {
        const ofPart = tagsOf(type, tag);
        return ofPart ? [ofPart] : [];
      });
      return others.length === 0 ? values : undefined;
    }
    case 'union':
    case 'taggedUnion': {
      const all = own.codec.types.map((type) => tagsOf(type, tag));
      return all.includes(undefined) ? undefined : all.flatMap((values) => values ?? []);
    }
    default:
      return undefined;
  }
}

interface Sample {
  readonly kind: KindWithParts;
  readonly codec: object;
  readonly text: string;
}

let made: readonly Sample[] | undefined;

/** One codec of each kind, as this copy of io-ts makes it. Made when first needed: who never compiles does not pay. */
function samples(): readonly Sample[] {
  if (made) return made;
  const a = t.type({ a: t.literal('a') });
  const b = t.type({ a: t.literal('b') });
  const codecs: readonly (readonly [KindWithParts, { readonly validate: unknown }])[] = [
    ['literal', t.literal('a')],
    ['keyof', t.keyof({ a: null })],
    ['type', a],
    ['partial', t.partial({})],
    ['exact', t.exact(a)],
    ['array', t.array(t.string)],
    ['array', t.readonlyArray(t.string)],
    ['tuple', t.tuple([t.string])],
    ['record', t.record(t.string, t.string)],
    ['exactRecord', t.record(t.literal('a'), t.string)],
    ['union', t.union([t.string, t.number])],
    ['taggedUnion', t.union([a, b])],
    ['intersection', t.intersection([a, b])],
    ['refinement', t.Int],
    ['recursive', t.recursion<object>('a', () => t.type({}))],
  ];
  made = codecs.map(([kind, codec]) => ({ kind, codec, text: textOf(codec.validate) }));
  return made;
}

/** False in an engine that hides the texts of functions: there nothing is told apart by them. */
function textsTellApart(): boolean {
  const texts = new Set(samples().map(({ text }) => text));
  // An exact codec and a record of known keys are the same function, and so are the two arrays.
  return texts.size >= samples().length - 2 && ![...texts].some((text) => /\[(?:native code|bytecode)\]/.test(text));
}

function sameClass(codec: object, sample: object): boolean {
  return Object.getPrototypeOf(codec) === Object.getPrototypeOf(sample);
}

function textOf(made: unknown): string {
  return typeof made === 'function' ? Function.prototype.toString.call(made) : '';
}
