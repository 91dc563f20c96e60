import { expect } from 'chai';
import { isLeft, isRight } from 'fp-ts/Either';
import * as t from 'io-ts';
import { decode } from '../src/decode.js';
import { isInvalidArguments } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

interface Tree {
  readonly child: Tree | null;
}
const Tree: t.Type<Tree> = t.recursion('Tree', () => t.type({ child: t.union([Tree, t.null]) }));

function nested(levels: number): Tree {
  let tree: Tree = { child: null };
  for (let level = 1; level < levels; level++) tree = { child: tree };
  return tree;
}

describe('decode', () => {
  it('gives what the codec makes of the value', () => {
    const decoded = decode(t.type({ a: t.number }), { a: 1 });
    expect(isRight(decoded) && decoded.right).to.deep.equal({ a: 1 });
  });

  it('gives the faults of a value that does not fit', () => {
    const decoded = decode(t.number, 'x');
    expect(isLeft(decoded) && decoded.left).to.deep.equal([{ path: '', expected: 'number', received: '"x"' }]);
  });

  it('gives a fault where the codec throws', () => {
    const Broken = new t.Type<number>(
      'Broken',
      t.number.is,
      () => {
        throw new Error('no luck');
      },
      t.identity,
    );
    const decoded = decode(Broken, 1);
    expect(isLeft(decoded) && decoded.left).to.deep.equal([
      { path: '', expected: 'Broken', received: 'a value on which the codec threw: no luck' },
    ]);
  });

  it('reads a recursive value that is 100 levels deep', () => {
    expect(isRight(decode(Tree, nested(100)))).to.equal(true);
  });

  it('refuses one that is nested as deep as no stack goes, instead of throwing', () => {
    const decoded = decode(Tree, nested(100_000));
    expect(isLeft(decoded) && decoded.left[0]?.received).to.match(/^a value on which the codec threw: .*stack/);
  });

  it('makes InvalidArguments of that, for whoever calls a tool with it, at 5,000 levels too', () => {
    for (const levels of [5_000, 100_000]) {
      const stage = new Stage([toolOf(() => ['x'], { input: Tree })]);
      stage.call('a', nested(levels));
      const end = stage.events.at(-1);
      // How deep it goes is the stack's business; that it ends well or is refused is ours.
      if (end?.type !== 'call.succeeded') {
        expect(isInvalidArguments(stage.event('call.rejected').error)).to.equal(true);
      }
      stage.expectNothingHeld();
    }
  });
});
