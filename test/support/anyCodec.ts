import * as fc from 'fast-check';
import * as t from 'io-ts';

/** A codec and values that fit it, more or less. */
export interface AnyCodec {
  readonly codec: t.Mixed;
  readonly values: fc.Arbitrary<unknown>;
}

const keys = ['a', 'b', 'c', 'kind', '0', 'toJSON'] as const;
const key = fc.constantFrom(...keys);

const number = fc.oneof(fc.integer(), fc.constantFrom(0, -0, NaN, 0.5, Infinity));

const leaves: readonly AnyCodec[] = [
  { codec: t.string, values: fc.string() },
  { codec: t.number, values: number },
  { codec: t.boolean, values: fc.boolean() },
  { codec: t.null, values: fc.constant(null) },
  { codec: t.undefined, values: fc.constant(undefined) },
  { codec: t.void, values: fc.constant(undefined) },
  { codec: t.bigint, values: fc.bigInt() },
  { codec: t.unknown, values: fc.anything() },
  { codec: t.any, values: fc.anything() },
  { codec: t.never as unknown as t.Mixed, values: fc.constant(1) },
  { codec: t.Function, values: fc.constant(() => 1) },
  { codec: t.UnknownArray, values: fc.array(fc.anything(), { maxLength: 2 }) },
  { codec: t.UnknownRecord, values: fc.object({ maxDepth: 1, maxKeys: 2 }) },
  { codec: t.Int, values: number },
  { codec: t.literal(0), values: fc.constantFrom(0, -0, '0') },
  { codec: t.literal(true), values: fc.boolean() },
  { codec: t.literal('a'), values: fc.constantFrom('a', 'b') },
  { codec: t.keyof({ a: null, constructor: null }), values: fc.constantFrom('a', 'constructor', 'toString') },
];

/** io-ts' own codecs, of up to `depth` levels, and the values that they are to be tried with. */
export function anyCodec(depth = 3): fc.Arbitrary<AnyCodec> {
  const leaf = fc.constantFrom(...leaves);
  if (depth === 0) return leaf;
  const part = anyCodec(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    fields().map(({ props, values }) => ({ codec: t.type(props), values })),
    fields().map(({ props, values }) => ({ codec: t.partial(props), values })),
    fields().map(({ props, values }) => ({ codec: t.exact(t.type(props)), values })),
    fields().map(({ props, values }) => ({ codec: t.exact(t.partial(props)), values })),
    fc.tuple(fields(), fields()).map(([one, other]) => both(t.type(one.props), t.partial(other.props), one, other)),
    fc.tuple(fields(), fields()).map(([one, other]) => {
      const { codec, values } = both(t.type(one.props), t.partial(other.props), one, other);
      return { codec: t.exact(codec as never) as unknown as t.Mixed, values };
    }),
    part.map(({ codec, values }) => ({ codec: t.array(codec), values: fc.array(values, { maxLength: 3 }) })),
    part.map(({ codec, values }) => ({ codec: t.readonlyArray(codec), values: fc.array(values, { maxLength: 3 }) })),
    part.map(({ codec, values }) => ({ codec: t.readonly(codec), values })),
    part.map(({ codec, values }) => ({ codec: t.record(t.string, codec), values: fc.dictionary(key, values) })),
    part.map(({ codec, values }) => ({
      codec: t.record(t.keyof({ a: null, b: null }), codec),
      values: fc.record({ a: values, b: values, extra: values }, { requiredKeys: ['a'] }),
    })),
    part.map(({ codec, values }) => ({
      codec: t.record(
        t.refinement(t.string, (name) => name !== 'a'),
        codec,
      ),
      values: fc.dictionary(key, values),
    })),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => ({
      codec: t.tuple(parts.map(({ codec }) => codec) as [t.Mixed]),
      values: fc
        .tuple(...parts.map(({ values }) => values), fc.boolean())
        .map((items) => (items.at(-1) === true ? items : items.slice(0, -1))),
    })),
    fc.array(part, { minLength: 2, maxLength: 3 }).map((parts) => ({
      codec: t.union(parts.map(({ codec }) => codec) as [t.Mixed, t.Mixed]),
      values: fc.oneof(...parts.map(({ values }) => values)),
    })),
    fc.tuple(fields(), fields()).map(([one, other]) => ({
      codec: t.union([
        t.type({ ...one.props, kind: t.literal('one') }),
        t.exact(t.type({ ...other.props, kind: t.literal('other') })),
        t.intersection([t.type({ kind: t.literal(3) }), t.partial(one.props)]),
      ]),
      values: fc
        .tuple(fc.oneof(one.values, other.values), fc.constantFrom('one', 'other', 3, 'none', NaN))
        .map(([value, kind]) => ({ ...value, kind })),
    })),
    part.map(({ codec, values }) => ({ codec: t.refinement(codec, (value) => value !== 1), values })),
    fields().map(({ props, values }) => ({
      codec: t.recursion('Tree', (self: t.Mixed) =>
        t.intersection([t.type(props), t.partial({ child: t.union([self, t.null]) })]),
      ) as t.Mixed,
      values: fc.tuple(values, values).map(([outer, child]) => ({ ...outer, child })),
    })),
  );

  function fields(): fc.Arbitrary<{ props: t.Props; values: fc.Arbitrary<Record<string, unknown>> }> {
    return fc
      .uniqueArray(fc.tuple(key, part), { minLength: 0, maxLength: 3, selector: ([name]) => name })
      .map((named) => ({
        props: Object.fromEntries(named.map(([name, { codec }]) => [name, codec])),
        values: fc.record(Object.fromEntries(named.map(([name, { values }]) => [name, values])), {
          requiredKeys: [],
        }),
      }));
  }

  function both(
    one: t.Mixed,
    other: t.Mixed,
    { values: ofOne }: { values: fc.Arbitrary<Record<string, unknown>> },
    { values: ofOther }: { values: fc.Arbitrary<Record<string, unknown>> },
  ): AnyCodec {
    return {
      codec: t.intersection([one, other]),
      values: fc.tuple(ofOne, ofOther).map(([a, b]) => ({ ...b, ...a })),
    };
  }
}

/** Values that lie about what they are, or throw when they are asked. Made anew at each call: some of them count. */
export function hostile(value: unknown): readonly unknown[] {
  const fields = typeof value === 'object' && value !== null ? value : {};
  // Of an array, that cannot be just anything.
  const { length: _length, ...besideLength } = fields as { readonly length?: unknown };
  const cycle: Record<string, unknown> = { ...fields };
  cycle['a'] = cycle;
  return [
    Object.assign(Object.create({ a: undefined, b: 'inherited' }) as object, fields),
    Object.assign(Object.create(null) as object, fields),
    Object.create(fields),
    Object.defineProperties(() => 1, Object.getOwnPropertyDescriptors(fields)),
    Object.assign([1, 2], besideLength),
    Object.assign([], { length: 2 }),
    new Proxy(fields, {}),
    new Proxy(fields, { ownKeys: thrower('ownKeys') }),
    new Proxy(fields, { get: thrower('get') }),
    new Proxy(fields, { getOwnPropertyDescriptor: thrower('descriptor') }),
    new Proxy(fields, { get: () => 'a', has: () => true }),
    new Proxy([1, 'a'], {}),
    {
      ...fields,
      get a() {
        return thrower('a')();
      },
    },
    {
      ...fields,
      get kind() {
        return 'one';
      },
    },
    { ...fields, [Symbol('extra')]: 1, extra: 2 },
    JSON.parse('{"__proto__":{"a":1},"a":1}'),
    Object.defineProperty({ ...fields }, 'hidden', { value: 1, enumerable: false }),
    Object.fromEntries(Object.entries(fields).reverse()),
    cycle,
    new Date(0),
    new Map([['a', 1]]),
    Object('text'),
    Object(1),
    Symbol('a'),
    NaN,
    -0,
    undefined,
    null,
  ];
}

function thrower(what: string): () => never {
  return () => {
    throw new Error(`${what} threw`);
  };
}
