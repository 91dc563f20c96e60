import { expect } from 'chai';
import { isRight, right } from 'fp-ts/Either';
import * as t from 'io-ts';
import { accepted } from '../src/codecChecks.js';
import { checkOf } from '../src/compileCodec.js';
import { annotate, compileCodec } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

/** True where the value is accepted without asking io-ts. */
function plainly(codec: t.Mixed, value: unknown): boolean {
  return checkOf(codec)(value) === accepted;
}

const Even = t.refinement(t.number, (value) => value % 2 === 0, 'Even');

interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
}
const Tree: t.Type<Tree> = t.recursion('Tree', () => t.type({ value: t.number, children: t.readonlyArray(Tree) }));

describe('compileCodec', () => {
  const accepting: readonly (readonly [string, t.Mixed, unknown])[] = [
    ['null', t.null, null],
    ['undefined', t.undefined, undefined],
    ['void', t.void, undefined],
    ['unknown', t.unknown, Symbol('any')],
    ['any', t.any, 1],
    ['string', t.string, 'a'],
    ['number', t.number, 1],
    ['bigint', t.bigint, 1n],
    ['boolean', t.boolean, false],
    ['Function', t.Function, () => 1],
    ['UnknownArray', t.UnknownArray, [1]],
    ['UnknownRecord', t.UnknownRecord, { a: 1 }],
    ['literal', t.literal('a'), 'a'],
    ['literal 0', t.literal(0), 0],
    ['keyof', t.keyof({ a: null, b: null }), 'b'],
    ['a keyof of many', t.keyof(Object.fromEntries([...'abcdefghijkl'].map((key) => [key, null]))), 'l'],
    ['type', t.type({ a: t.string, b: t.number }), { a: 'a', b: 1 }],
    ['type, with the fields in another order', t.type({ a: t.string, b: t.number }), { b: 1, a: 'a' }],
    ['type, with more fields than it names', t.type({ a: t.string }), { a: 'a', z: 1 }],
    [
      'type, with a field that is there and undefined',
      t.type({ a: t.union([t.string, t.undefined]) }),
      { a: undefined },
    ],
    ['partial', t.partial({ a: t.string, b: t.number }), { b: 1 }],
    ['strict', t.strict({ a: t.string }), { a: 'a' }],
    ['exact partial', t.exact(t.partial({ a: t.string })), {}],
    ['array', t.array(t.type({ a: t.string })), [{ a: 'a' }]],
    ['readonlyArray', t.readonlyArray(t.string), ['a']],
    ['readonly', t.readonly(t.type({ a: t.string })), { a: 'a' }],
    ['tuple', t.tuple([t.string, t.number]), ['a', 1]],
    ['record', t.record(t.string, t.number), { a: 1 }],
    ['a record of known keys', t.record(t.keyof({ a: null, b: null }), t.number), { a: 1, b: 2 }],
    ['union', t.union([t.type({ a: t.string }), t.type({ b: t.string })]), { b: 'b' }],
    [
      'a union with a tag',
      t.union([t.type({ kind: t.literal('a'), a: t.string }), t.strict({ kind: t.literal('b'), b: t.string })]),
      { kind: 'b', b: 'b' },
    ],
    [
      'a union with a tag inside intersections',
      t.union([
        t.intersection([t.type({ kind: t.literal('a') }), t.partial({ a: t.string })]),
        t.intersection([t.type({ kind: t.literal('b') }), t.partial({ b: t.string })]),
      ]),
      { kind: 'b', b: 'b' },
    ],
    ['intersection', t.intersection([t.type({ a: t.string }), t.partial({ b: t.number })]), { a: 'a', b: 1 }],
    ['refinement', Even, 2],
    ['brand', t.Int, 2],
    ['recursion', Tree, { value: 1, children: [{ value: 2, children: [] }] }],
    ['a codec that was annotated', annotate(t.type({ a: annotate(t.string, 'A text.') }), 'An a.'), { a: 'a' }],
  ];
  for (const [name, codec, value] of accepting) {
    it(`recognises without io-ts what fits ${name}`, () => {
      expect(plainly(codec, value)).to.equal(true);
      expect(compileCodec(codec).decode(value)).to.deep.equal(right(value));
    });
  }

  const changed: readonly (readonly [string, t.Mixed, unknown])[] = [
    ['a key that t.strict strips', t.strict({ a: t.string }), { a: 'a', z: 1 }],
    ['an extra item of a tuple', t.tuple([t.string]), ['a', 'b']],
    ['a field that io-ts adds', t.type({ a: t.undefined }), {}],
    ['a field that stands further up', t.type({ a: t.undefined }), Object.create({ a: undefined })],
    [
      'a key outside of a domain',
      t.record(
        t.refinement(t.string, (key) => key !== 'a'),
        t.number,
      ),
      { a: 1, b: 1 },
    ],
    ['a key that a record of known keys strips', t.record(t.literal('a'), t.number), { a: 1, b: 1 }],
    ['-0, where the literal is 0', t.literal(0), -0],
    [
      'a member of a union that strips',
      t.union([t.strict({ a: t.string }), t.type({ a: t.string })]),
      { a: 'a', z: 1 },
    ],
  ];
  for (const [name, codec, value] of changed) {
    it(`leaves to io-ts ${name}`, () => {
      const result = codec.decode(value);
      expect(isRight(result) && !Object.is(result.right, value)).to.equal(true);
      expect(plainly(codec, value)).to.equal(false);
      expect(compileCodec(codec).decode(value)).to.deep.equal(result);
    });
  }

  it('leaves NaN to io-ts, which copies what holds it', () => {
    const codec = t.type({ a: t.number });
    const value = { a: NaN };
    const result = compileCodec(codec).decode(value);
    expect(isRight(result) && result.right !== value).to.equal(true);
  });

  it('gives the errors of the codec itself', () => {
    const codec = t.type({ a: t.string, b: t.array(t.number) });
    const value = { a: 1, b: ['x'] };
    expect(compileCodec(codec).decode(value)).to.deep.equal(codec.decode(value));
  });

  it('throws what the codec throws', () => {
    const value = {
      get a(): string {
        throw new Error('no luck');
      },
    };
    expect(() => compileCodec(t.type({ a: t.string })).decode(value)).to.throw('no luck');
  });

  /** What others make of codecs, which changes values, and has the tag of a codec of io-ts or none. */
  const foreign: readonly (readonly [string, t.Mixed])[] = [
    [
      'a codec of its own',
      new t.Type<string>('Upper', t.string.is, (input) => t.success(String(input).toUpperCase()), t.identity),
    ],
    [
      'a pipe',
      t.string.pipe(
        new t.Type<string, string, string>('Upper', t.string.is, (input) => t.success(input.toUpperCase()), t.identity),
      ),
    ],
    [
      'a copy with a `validate` of its own, as withFallback makes',
      Object.assign(Object.create(Object.getPrototypeOf(t.string) as object) as t.StringC, t.string, {
        validate: () => t.success('A'),
      }),
    ],
    [
      'a tag that lies',
      Object.assign(new t.Type<string>('Upper', t.string.is, () => t.success('A'), t.identity), { _tag: 'StringType' }),
    ],
    [
      'a codec that extends one of io-ts',
      new (class extends t.StringType {
        override validate = () => t.success('A');
      })(),
    ],
    [
      'a codec whose `validate` was replaced after it was made',
      Object.assign(t.type({}), { validate: () => t.success('A') }),
    ],
    ['a literal whose `validate` was replaced', Object.assign(t.literal('a'), { validate: () => t.success('A') })],
    [
      'a wrapper of such a codec',
      t.readonly(new t.Type<string>('Upper', t.string.is, () => t.success('A'), t.identity)),
    ],
  ];
  for (const [name, codec] of foreign) {
    it(`leaves everything to ${name}`, () => {
      expect(compileCodec(codec).decode('a')).to.deep.equal(codec.decode('a'));
      const inside = t.type({ field: codec, fields: t.array(codec) });
      const value = { field: 'a', fields: ['a'] };
      expect(compileCodec(inside).decode(value)).to.deep.equal(inside.decode(value));
      const either = t.union([codec, t.string]);
      expect(compileCodec(either).decode('a')).to.deep.equal(either.decode('a'));
    });
  }

  it('leaves everything to a codec whose `decode` was replaced', () => {
    const codec = Object.assign(t.type({ a: t.string }), { decode: () => t.success({ a: 'other' }) });
    expect(compileCodec(codec).decode({ a: 'a' })).to.deep.equal(right({ a: 'other' }));
  });

  it('asks for the definition of a recursion when it is first needed', () => {
    let asked = 0;
    const codec = t.recursion<object>('Late', () => {
      asked++;
      return t.type({});
    });
    const compiled = compileCodec(codec);
    expect(asked).to.equal(0);
    compiled.decode({});
    compiled.decode({});
    expect(asked).to.equal(1);
  });

  it('leaves a value to io-ts that is nested deeper than the stack goes', () => {
    const loop: Record<string, unknown> = { value: 1 };
    loop['children'] = [loop];
    expect(() => compileCodec(Tree).decode(loop)).to.throw(RangeError);
  });

  it('works inside the codecs of others, by its `validate`', () => {
    const compiled = compileCodec(t.number);
    expect(compiled.validate('x', [])).to.deep.equal(t.number.validate('x', []));
    expect(compiled.name).to.equal('number');
  });

  it('decodes the arguments and the values of tools without their asking', () => {
    let listed = 0;
    // The checks list a value's fields, which io-ts never does for `t.type`.
    const watched = (value: object): object =>
      new Proxy(value, {
        ownKeys: (target) => {
          listed++;
          return Reflect.ownKeys(target);
        },
      });
    const codec = t.type({ a: t.number });
    const decoded: number[] = [];
    const run = (): object[] => {
      decoded.push(listed);
      return [watched({ a: 2 })];
    };
    const stage = new Stage([toolOf(run, { input: codec, output: codec })], { history: { capacity: 0 } });
    codec.decode(watched({ a: 1 }));
    expect(listed).to.equal(0);
    stage.orchestrator.execute('t', watched({ a: 1 })).subscribe(() => {
      decoded.push(listed);
    });
    expect(decoded[0]).to.be.greaterThan(0);
    expect(decoded[1]).to.be.greaterThan(decoded[0] as number);
  });
});
