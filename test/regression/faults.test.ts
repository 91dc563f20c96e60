import { expect } from 'chai';
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { decode } from '../../src/decode.js';

interface Node {
  readonly name: string | null;
  readonly children: readonly (Node | string)[];
}

const Positive = t.refinement(t.union([t.number, t.string]), (value) => Number(value) > 0, 'Positive');
const Tree: t.Type<Node | string> = t.recursion('Tree', () =>
  t.union([t.string, t.type({ name: t.union([t.string, t.null]), children: t.readonlyArray(Tree) })]),
);
const fields = t.intersection([t.type({ id: t.string }), t.partial({ size: t.number })]);

function pathsOf(codec: t.Mixed, value: unknown): readonly (readonly [path: string, expected: string])[] {
  const decoded = decode(codec, value);
  return isLeft(decoded) ? decoded.left.map(({ path, expected }) => [path, expected] as const) : [];
}

describe('a fault', () => {
  for (const [name, codec] of [
    ['t.exact', t.exact(fields)],
    ['t.readonly', t.readonly(fields)],
    ['t.refinement', t.refinement(fields, () => true, 'Fields')],
    ['t.recursion', t.recursion<t.TypeOf<typeof fields>>('Fields', () => fields)],
    ['two of them', t.readonly(t.exact(fields))],
  ] as const) {
    it(`has the path that the value has, where an intersection is inside ${name}`, () => {
      expect(pathsOf(codec, { id: 1, size: 'large' })).to.deep.equal([
        ['id', 'string'],
        ['size', 'number'],
      ]);
    });
  }

  it('has the path that the value has, where a union is inside t.refinement', () => {
    expect(pathsOf(t.type({ level: Positive }), { level: true })).to.deep.equal([['level', 'Positive']]);
  });

  it('has the path that the value has, where a union is inside t.recursion', () => {
    const value = { name: 'root', children: ['leaf', { name: 7, children: [] }] };
    expect(pathsOf(Tree, value)).to.deep.equal([['children[1].name', '(string | null)']]);
  });

  it('is that of the outer union, where neither the outer nor an inner union came further in one branch', () => {
    const codec = t.union(
      [t.type({ a: t.union([t.string, t.number]) }), t.type({ a: t.union([t.boolean, t.null]) })],
      'Either',
    );
    expect(pathsOf(codec, { a: {} })).to.deep.equal([['', 'Either']]);
  });
});
