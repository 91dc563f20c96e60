import { expect } from 'chai';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { annotate, descriptionOf, fieldsOf } from '../src/schema.js';

const Person = t.type({ name: annotate(t.string, 'how the person is called'), age: t.number });

interface Folder {
  readonly title: string;
  readonly children: readonly Folder[];
}

const FolderCodec: t.Type<Folder> = t.recursion('Folder', () =>
  t.type({ title: t.string, children: t.readonlyArray(FolderCodec) }),
);

function pathsOf(codec: t.Any): readonly string[] {
  return fieldsOf(codec).map(({ path }) => path);
}

describe('annotate', () => {
  it('gives a copy that carries the description, and leaves the codec without one', () => {
    const plain = t.type({ query: t.string });
    const described = annotate(plain, 'what to search');
    expect(descriptionOf(described)).to.equal('what to search');
    expect(descriptionOf(plain)).to.equal(undefined);
  });

  it('keeps the class, the tag, the name and the parts', () => {
    const described = annotate(Person, 'a person');
    expect(described).to.be.instanceOf(t.InterfaceType);
    expect(described).to.include({ _tag: 'InterfaceType', name: Person.name, props: Person.props });
  });

  it('keeps the static type', () => {
    const described: t.StringC = annotate(t.string, 'a text');
    expect(described.is('x')).to.equal(true);
  });

  it('decodes, encodes and guards as the codec does', () => {
    const Flag = new t.Type<boolean, string>(
      'Flag',
      t.boolean.is,
      (value, context) => (value === 'yes' ? t.success(true) : t.failure(value, context)),
      (flag) => (flag ? 'yes' : 'no'),
    );
    const described = annotate(Flag, 'yes or no');
    for (const value of ['yes', 'no', 1]) expect(described.decode(value)._tag).to.equal(Flag.decode(value)._tag);
    expect(described.encode(true)).to.equal('yes');
    expect([described.is(true), described.is('yes')]).to.deep.equal([true, false]);
  });

  it('takes the place of an earlier description', () => {
    const twice = annotate(annotate(t.string, 'first'), 'second');
    expect(descriptionOf(twice)).to.equal('second');
  });

  it('is found in the context of a decoding error', () => {
    const decoded = Person.decode({ name: 1, age: 2 });
    const codecs = isLeft(decoded) ? decoded.left.flatMap(({ context }) => context.map(({ type }) => type)) : [];
    expect(codecs.map(descriptionOf)).to.deep.equal([undefined, 'how the person is called']);
  });

  it('leaves a union of tagged members a tagged one', () => {
    const tagged = t.union([
      annotate(t.type({ kind: t.literal('a'), n: t.number }), 'with a number'),
      t.type({ kind: annotate(t.literal('b'), 'the kind'), s: t.string }),
    ]);
    const decoded = tagged.decode({ kind: 'a', n: 'x' });
    expect(isLeft(decoded) && decoded.left).to.have.lengthOf(1);
  });

  it('describes a recursive codec', () => {
    const described = annotate(FolderCodec, 'a folder');
    expect(described.is({ title: 'a', children: [{ title: 'b', children: [] }] })).to.equal(true);
    expect(pathsOf(described)).to.deep.equal(['title', 'children']);
  });

  it('stays on a codec that is copied by its properties, as io-ts-types does', () => {
    const copy = Object.assign(Object.create(t.StringType.prototype as object) as t.StringC, annotate(t.string, 'x'));
    expect(descriptionOf(copy)).to.equal('x');
  });

  it('refuses a text that is no string, and a codec that is no object', () => {
    expect(() => annotate(t.string, 5 as never)).to.throw(TypeError, 'text: expected a string, got number');
    expect(() => annotate(undefined as never, 'x')).to.throw(TypeError, 'codec: expected an object, got undefined');
  });
});

describe('fieldsOf', () => {
  it('names the fields of a type with their descriptions', () => {
    expect(fieldsOf(Person)).to.deep.equal([
      { path: 'name', description: 'how the person is called' },
      { path: 'age' },
    ]);
  });

  const flat: readonly (readonly [kind: string, codec: t.Any, paths: readonly string[]])[] = [
    ['a partial', t.partial({ a: t.string, b: t.number }), ['a', 'b']],
    ['a strict type', t.strict({ a: t.string }), ['a']],
    ['the deprecated class of strict types', Object.assign(t.type({ a: t.string }), { _tag: 'StrictType' }), ['a']],
    ['an exact type', t.exact(t.type({ a: t.string })), ['a']],
    ['a read-only type', t.readonly(t.type({ a: t.string })), ['a']],
    ['an intersection', t.intersection([t.type({ a: t.string }), t.partial({ b: t.string })]), ['a', 'b']],
    ['a union', t.union([t.type({ a: t.string }), t.type({ b: t.string }), t.null]), ['a', 'b']],
    [
      'a brand',
      t.brand(Person, (p): p is t.Branded<t.TypeOf<typeof Person>, symbol> => p.age > 17, 'Adult' as never),
      ['name', 'age'],
    ],
    ['an array', t.array(t.type({ a: t.string })), ['[].a']],
    ['a read-only array', t.readonlyArray(t.type({ a: t.string })), ['[].a']],
    ['a tuple', t.tuple([t.type({ a: t.string }), t.type({ b: t.string })]), ['[].a', '[].b']],
    ['a record', t.record(t.string, t.type({ a: t.string })), ['*.a']],
    ['a recursion, once', FolderCodec, ['title', 'children']],
  ];
  for (const [kind, codec, paths] of flat) {
    it(`reads ${kind}`, () => {
      expect(pathsOf(codec)).to.deep.equal(paths);
    });
  }

  it('names nested fields by their path, outer ones first', () => {
    const codec = t.type({
      home: t.type({ street: t.string, geo: t.readonly(t.partial({ lat: t.number })) }),
      hits: t.array(t.type({ url: t.string })),
      headers: t.record(t.string, t.type({ value: t.string })),
      first: t.string,
    });
    expect(pathsOf(codec)).to.deep.equal([
      'home',
      'hits',
      'headers',
      'first',
      'home.street',
      'home.geo',
      'hits[].url',
      'headers.*.value',
      'home.geo.lat',
    ]);
  });

  it('names a field once that several members of a union have, with all that is said of it', () => {
    const codec = t.union([
      t.type({ id: annotate(t.string, 'the number of the order') }),
      t.type({ id: annotate(t.string, 'the number of the invoice') }),
      t.type({ id: annotate(t.string, 'the number of the order') }),
    ]);
    expect(fieldsOf(codec)).to.deep.equal([
      { path: 'id', description: 'the number of the order the number of the invoice' },
    ]);
  });

  it('gives a field the descriptions of the codecs inside it that are no fields', () => {
    const codec = t.type({
      since: t.union([annotate(t.string, 'a date'), t.undefined]),
      tags: annotate(t.array(annotate(t.string, 'a label')), 'what the page is about'),
    });
    expect(fieldsOf(codec)).to.deep.equal([
      { path: 'since', description: 'a date' },
      { path: 'tags', description: 'what the page is about a label' },
    ]);
  });

  it('lists the fields of codecs that contain each other, each codec once', () => {
    interface Branch {
      readonly leaf?: Leaf;
    }
    interface Leaf {
      readonly branch?: Branch;
      readonly colour: string;
    }
    const BranchCodec: t.Type<Branch> = t.recursion('Branch', () => t.partial({ leaf: LeafCodec }) as t.Type<Branch>);
    const LeafCodec: t.Type<Leaf> = t.recursion(
      'Leaf',
      () => t.intersection([t.type({ colour: t.string }), t.partial({ branch: BranchCodec })]) as t.Type<Leaf>,
    );
    expect(pathsOf(BranchCodec)).to.deep.equal(['leaf', 'leaf.colour', 'leaf.branch']);
  });

  it('ends in a codec that never ends', () => {
    let defined = 0;
    const endless = (): t.Any => t.recursion(`Endless${String(defined++)}`, () => t.type({ next: endless() }));
    expect(pathsOf(endless()).length).to.be.within(100, 1_000);
  });

  it('gives no fields for codecs without any, and for those that cannot be read', () => {
    const opaque = new t.Type<string>('Opaque', t.string.is, t.string.validate, t.identity);
    const broken = t.recursion<unknown>('Broken', () => {
      throw new Error('used before its definition');
    });
    for (const codec of [t.string, t.unknown, t.literal('a'), opaque, Person.pipe(Person), broken]) {
      expect(fieldsOf(codec), codec.name).to.deep.equal([]);
    }
  });

  it('reads what is beside a codec that cannot be read', () => {
    const broken = t.recursion<unknown>('Broken', () => {
      throw new Error('used before its definition');
    });
    expect(pathsOf(t.type({ broken, url: t.string }))).to.deep.equal(['broken', 'url']);
  });

  it('never throws, whatever is passed for a codec', () => {
    const tags = ['InterfaceType', 'ExactType', 'UnionType', 'ArrayType', 'DictionaryType', 'RecursiveType', 'Other'];
    const anything = fc.record(
      { _tag: fc.constantFrom(...tags), props: fc.anything(), type: fc.anything(), types: fc.anything() },
      { requiredKeys: ['_tag'] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.anything()), (codec) => {
        expect(fieldsOf(codec as t.Any)).to.be.an('array');
      }),
    );
  });
});
