import type * as t from 'io-ts';
import { object } from '../operators/gates/argument.js';

/** A field of an input codec. */
export interface CodecField {
  /** Where it is: `query`, `address.street`, `hits[].url` in arrays and tuples, `headers.*.value` in records. */
  readonly path: string;
  /** What {@link annotate} said of its codec, and of the codecs inside it that are no fields themselves. */
  readonly description?: string;
}

/** The same key in every copy of this library, so that a codec described by one is read by another. */
const DESCRIPTION = Symbol.for('toolstream.description');

/** A codec may hold endlessly many others. A tool has tens of fields, so reading stops here rather than in thousands. */
const MAX_CODECS_READ = 1_000;

/**
 * Gives a codec a description: what a field means, to people, to `recommend` and to language models.
 *
 * The argument stays as it is. What comes back is a copy with the same type, `_tag`, parts and behaviour.
 *
 * @param codec any io-ts codec.
 * @param text a phrase or a sentence. Takes the place of a description that the codec already has.
 * @throws TypeError when `codec` is no object or `text` no string.
 *
 * @example
 * t.type({ query: annotate(t.string, 'words to look for'), limit: t.number })
 */
export function annotate<C extends t.Any>(codec: C, text: string): C {
  object('codec', codec);
  if (typeof text !== 'string') throw new TypeError(`text: expected a string, got ${typeof text}`);
  const copy = Object.create(Object.getPrototypeOf(codec) as object, Object.getOwnPropertyDescriptors(codec)) as C;
  return Object.defineProperty(copy, DESCRIPTION, { value: text, enumerable: true, configurable: true });
}

/**
 * The description that `annotate` gave to this very codec; `undefined` without one.
 *
 * @param codec also what the context of a decoding error holds, so that a message can say what a value should have been.
 */
export function descriptionOf(codec: t.Decoder<never, unknown>): string | undefined {
  const text = (codec as { readonly [DESCRIPTION]?: unknown } | undefined)?.[DESCRIPTION];
  return typeof text === 'string' ? text : undefined;
}

/**
 * The fields of an input codec and those inside them, outer before inner, each path once.
 *
 * Reads `t.type`, `t.partial`, `t.strict`, `t.exact`, `t.intersection`, `t.union`, `t.refinement`, `t.brand`,
 * `t.readonly`, `t.recursion`, `t.array`, `t.readonlyArray`, `t.tuple` and `t.record`. A recursive codec is entered
 * once. A codec that cannot be read (`new t.Type`, `.pipe`, a recursion whose definition throws) has no fields; it is
 * never an error.
 */
export function fieldsOf(codec: t.Any): readonly CodecField[] {
  const texts = new Map<string, Set<string>>();
  const definitions = new Set<t.Any>();
  const places: Place[] = [{ codec, path: '', texts: new Set() }];
  for (const place of places) {
    const text = descriptionOf(place.codec);
    if (text !== undefined) place.texts.add(text);
    for (const { codec: inner, step, isField } of innerOf(place.codec, definitions)) {
      if (places.length >= MAX_CODECS_READ) break;
      const path = joined(place.path, step);
      const textsHere = isField ? (texts.get(path) ?? new Set()) : place.texts;
      if (isField) texts.set(path, textsHere);
      places.push({ codec: inner, path, texts: textsHere });
    }
  }
  return [...texts].map(([path, found]) => (found.size === 0 ? { path } : { path, description: [...found].join(' ') }));
}

/** A codec to be read, where it is, and the texts of the field that it belongs to. */
interface Place {
  readonly codec: t.Any;
  readonly path: string;
  readonly texts: Set<string>;
}

/** A codec directly inside another, and what leads from the outer path to it. */
interface Inner {
  readonly codec: t.Any;
  readonly step: string;
  readonly isField: boolean;
}

type Readable =
  | t.InterfaceType<t.Props>
  | t.PartialType<t.Props>
  // io-ts deprecates the class `StrictType`, but codecs made of it still exist.
  | { readonly _tag: 'StrictType'; readonly props: t.Props }
  | t.ExactType<t.Any>
  | t.ReadonlyType<t.Any>
  | t.RefinementType<t.Any>
  | t.RecursiveType<t.Any>
  | t.IntersectionType<t.Any[]>
  | t.UnionType<t.Any[]>
  | t.TupleType<t.Any[]>
  | t.ArrayType<t.Any>
  | t.ReadonlyArrayType<t.Any>
  | t.DictionaryType<t.Any, t.Any>;

/** `definitions` are the recursive codecs that were entered already; a new one is added. */
function innerOf(codec: t.Any, definitions: Set<t.Any>): readonly Inner[] {
  try {
    const outer = codec as Readable;
    switch (outer._tag) {
      case 'InterfaceType':
      case 'PartialType':
      case 'StrictType':
        return Object.entries(outer.props).map(([step, field]) => ({ codec: field, step, isField: true }));
      case 'ExactType':
      case 'ReadonlyType':
      case 'RefinementType':
        return [unnamed(outer.type, '')];
      case 'RecursiveType': {
        const definition = outer.type;
        if (definitions.has(definition)) return [];
        definitions.add(definition);
        return [unnamed(definition, '')];
      }
      case 'IntersectionType':
      case 'UnionType':
        return outer.types.map((member) => unnamed(member, ''));
      case 'TupleType':
        return outer.types.map((member) => unnamed(member, '[]'));
      case 'ArrayType':
      case 'ReadonlyArrayType':
        return [unnamed(outer.type, '[]')];
      case 'DictionaryType':
        return [unnamed(outer.codomain, '*')];
      default:
        return [];
    }
  } catch {
    // The definition of a recursive codec is user code, and a codec from elsewhere may lack what its tag promises.
    return [];
  }
}

function unnamed(codec: t.Any, step: '' | '[]' | '*'): Inner {
  return { codec, step, isField: false };
}

function joined(path: string, step: string): string {
  return path === '' || step === '' || step === '[]' ? path + step : `${path}.${step}`;
}
