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
  const samples = samplesOf(Object.getPrototypeOf(codec) as object);
  if (samples.length === 0) return undefined;
  const text = textOf(validate);
  const kind = samples.find((sample) => sample.text === text)?.kind;
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
  readonly text: string;
}

type Maker = readonly [KindWithParts, { readonly prototype: object }, () => { readonly validate: unknown }];

/** For each kind its class, and how to make one. Some kinds share a class. */
const makers: readonly Maker[] = [
  ['literal', t.LiteralType, () => t.literal('a')],
  ['keyof', t.KeyofType, () => t.keyof({ a: null })],
  ['type', t.InterfaceType, () => t.type({})],
  ['partial', t.PartialType, () => t.partial({})],
  ['exact', t.ExactType, () => t.exact(t.type({}))],
  ['array', t.ArrayType, () => t.array(t.string)],
  ['array', t.ReadonlyArrayType, () => t.readonlyArray(t.string)],
  ['tuple', t.TupleType, () => t.tuple([t.string])],
  ['record', t.DictionaryType, () => t.record(t.string, t.string)],
  ['exactRecord', t.DictionaryType, () => t.record(t.literal('a'), t.string)],
  ['union', t.UnionType, () => t.union([t.string, t.number])],
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what `t.union` makes where it finds a tag
  ['taggedUnion', t.TaggedUnionType, () => t.union([t.type({ a: t.literal('a') }), t.type({ a: t.literal('b') })])],
  ['intersection', t.IntersectionType, () => t.intersection([t.type({}), t.type({})])],
  ['refinement', t.RefinementType, () => t.Int],
  ['recursive', t.RecursiveType, () => t.recursion<object>('a', () => t.type({}))],
];

const known = new Map<object, readonly Sample[]>();

/**
 * How this copy of io-ts makes the codecs of a class: one of each kind, made when first needed, as making all of them
 * takes more than a millisecond of a process's start. None for a class that is not io-ts' own, or in an engine that
 * hides the texts of functions: there nothing is told apart by them.
 */
function samplesOf(prototype: object): readonly Sample[] {
  let samples = known.get(prototype);
  if (!samples) {
    const ofClass = makers.filter(([, made]) => made.prototype === prototype);
    // Not remembered: there may be any number of other classes.
    if (ofClass.length === 0) return [];
    samples = ofClass.map(([kind, , make]) => ({ kind, text: textOf(make().validate) }));
    if (!tellApart(samples.map(({ text }) => text))) samples = [];
    known.set(prototype, samples);
  }
  return samples;
}

function tellApart(texts: readonly string[]): boolean {
  // With one that none of io-ts' functions is: an engine may give all functions the same text.
  const all = [...texts, textOf(textOf)];
  return new Set(all).size === all.length && !all.some((text) => /\[(?:native code|bytecode)\]/.test(text));
}

function sameClass(codec: object, sample: object): boolean {
  return Object.getPrototypeOf(codec) === Object.getPrototypeOf(sample);
}

function textOf(made: unknown): string {
  return typeof made === 'function' ? Function.prototype.toString.call(made) : '';
}
