import * as t from 'io-ts';
import { cutText, type Json } from './json.js';
import { lazy } from './lazy.js';

/** Marks our errors for every copy of this package in a process: `instanceof` knows only its own. */
const brand: unique symbol = Symbol.for('toolstream.error') as never;

/** What all our errors have. */
export interface Tagged<Tag extends string> extends Error {
  readonly _tag: Tag;
  /** The same error for another call: a result that several calls share fails for each of them. */
  forCall(callId: string): this;
  /** The error as JSON, which its codec reads back. `JSON.stringify` calls it. */
  toJSON(): Json;
}

/** A class of our errors: its fields come from its codec's props, its message from its fields. */
export interface TaggedErrorClass<Tag extends string, P extends t.Props> {
  new (fields: FieldsOf<P>): Tagged<Tag> & FieldsOf<P>;
  readonly tag: Tag;
  readonly fields: t.Type<FieldsOf<P>, Json>;
}

/** The classes by their tags: what an error in JSON is read back with. */
const classes = new Map<string, TaggedErrorClass<string, t.Props>>();

type FieldsOf<P extends t.Props> = { readonly [K in keyof P]: t.TypeOf<P[K]> };

/**
 * Makes a class of errors. The fields are readable on the error, kept in its JSON and checked when it is read back.
 *
 * @param propsOf - The codecs of the fields, asked for when one is first needed: most programs read no error back, and
 * making them all, with those of the events, takes an eighth of the time in which the package loads.
 * @param message - What the error says, from its fields.
 */
export function taggedError<Tag extends string, P extends t.Props>(
  tag: Tag,
  propsOf: () => P,
  message: (fields: FieldsOf<P>) => string,
): TaggedErrorClass<Tag, P> {
  const props = lazy(propsOf);
  // Exact: what else stands in the JSON, or was attached to the error, is none of its fields.
  const codec = lazy(() => t.exact(t.type(props())) as unknown as t.Type<FieldsOf<P>, Json>);

  class TaggedError extends Error {
    static readonly tag = tag;
    readonly _tag = tag;

    static get fields(): t.Type<FieldsOf<P>, Json> {
      return codec();
    }

    constructor(fields: FieldsOf<P>) {
      super(message(fields));
      Object.assign(this, fields);
    }

    forCall(callId: string): this {
      const fields = Object.fromEntries(Object.keys(props()).map((key) => [key, this[key as keyof this]]));
      return new (this.constructor as new (fields: unknown) => this)({ ...fields, callId });
    }

    toJSON(): Json {
      return { _tag: tag, message: cutText(this.message), ...(codec().encode(this as never) as object) };
    }
  }
  Object.defineProperty(TaggedError.prototype, 'name', { value: tag, configurable: true, writable: true });
  Object.defineProperty(TaggedError.prototype, brand, { value: true });
  return TaggedError as never;
}

/** Has errors of these classes read back as their instances. The class itself, not the one that it extends. */
export function readBackAs(...made: readonly { readonly tag: string }[]): void {
  for (const one of made) classes.set(one.tag, one as never);
}

/** The error that this JSON was made from; undefined where it is none of ours. */
export function reviveTagged(json: unknown): Tagged<string> | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { _tag, message } = json as { readonly _tag?: unknown; readonly message?: unknown };
  const made = typeof _tag === 'string' ? classes.get(_tag) : undefined;
  const fields = made?.fields.decode(json);
  if (!made || fields?._tag !== 'Right') return undefined;
  const error = new made(fields.right);
  // Its own words: a cause that was cut, or another version, would put it differently.
  if (typeof message === 'string') Object.defineProperty(error, 'message', { value: message });
  return error;
}

/** True for an error of ours with this tag, or with any where none is given; also one of another copy of the package. */
export function hasTag(error: unknown, tag?: string): boolean {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return tag === undefined || (error as { readonly _tag?: unknown })._tag === tag;
}
