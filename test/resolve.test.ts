import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { DeadEnd, eachText, isPlainObject, resolve as resolveIn } from '../src/resolve.js';
import { scopeOf } from '../src/scope.js';

const resolve = (data: unknown, context: object): unknown => resolveIn(data, scopeOf(context));

class Point {
  constructor(readonly x: string) {}
}

/** What `resolve` throws. */
function deadEndOf(data: unknown, context: object): DeadEnd {
  try {
    resolve(data, context);
  } catch (error) {
    if (error instanceof DeadEnd) return error;
    throw error;
  }
  throw new Error(`expected a dead end, got none for ${JSON.stringify(data)}`);
}

describe('resolve', () => {
  for (const value of [
    'text',
    '',
    5,
    0,
    NaN,
    true,
    false,
    null,
    10n,
    [1, [2]],
    { a: { b: 1 } },
    new Date(5),
    new Map(),
  ]) {
    it(`puts the value itself in the place of a reference (${inspect(value)})`, () => {
      expect(Object.is(resolve('$value', { value }), value)).to.equal(true);
    });
  }

  it('replaces references deep in objects and arrays', () => {
    const context = { a: 1, b: { c: [2, 3] } };
    const data = { x: '$a', y: ['$b.c[1]', { z: '$b.c' }], rest: ['text', 5, null, true] };
    expect(resolve(data, context)).to.deep.equal({ x: 1, y: [3, { z: [2, 3] }], rest: ['text', 5, null, true] });
  });

  it('leaves the data that it is given as it was', () => {
    const data = { x: '$a', y: ['$a'] };
    resolve(data, { a: 1 });
    expect(data).to.deep.equal({ x: '$a', y: ['$a'] });
  });

  it('leaves keys as they are, also those that look like references', () => {
    expect(resolve({ $a: '$a', '${a}': 1 }, { a: 5 })).to.deep.equal({ $a: 5, '${a}': 1 });
  });

  it('takes several references from one text', () => {
    expect(resolve('${a}-${b[0]}-${a}', { a: 1, b: [2] })).to.equal('1-2-1');
  });

  for (const [value, text] of [
    ['text', 'text'],
    ['', ''],
    [5, '5'],
    [-0.5, '-0.5'],
    [NaN, 'NaN'],
    [10n, '10'],
    [true, 'true'],
    [null, 'null'],
    [[1, 'b', null], '[1,"b",null]'],
    [{ a: { b: 1 } }, '{"a":{"b":1}}'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new URL('https://a.example/b'), 'https://a.example/b'],
  ] as const) {
    it(`writes ${inspect(value)} into a text as ${text}`, () => {
      expect(resolve('<${value}>', { value })).to.equal(`<${text}>`);
    });
  }

  it('writes the whole of a large and deep value into a text', () => {
    let value: unknown = { long: 'x'.repeat(50_000) };
    for (let depth = 0; depth < 100; depth++) value = { deeper: value };
    expect(resolve('${value}', { value }) === JSON.stringify(value)).to.equal(true);
  });

  it('reads the length of an array', () => {
    expect(resolve('$list.length', { list: [7, 8] })).to.equal(2);
  });

  it('looks into objects without a prototype, and into those of another realm', () => {
    const bare = Object.assign(Object.create(null) as object, { x: '$a' });
    const foreign: unknown = runInNewContext('({ x: "$a", y: ["$a", { z: "$a" }] })');
    expect([resolve(bare, { a: 1 }), resolve(foreign, { a: 1 })]).to.deep.equal([{ x: 1 }, { x: 1, y: [1, { z: 1 }] }]);
  });

  for (const [name, value] of [
    ['a Date', new Date(5)],
    ['a Map', new Map([['x', '$a']])],
    ['a Set', new Set(['$a'])],
    ['an instance of a class', new Point('$a')],
    ['bytes', new Uint8Array([36, 97])],
    ['a function', () => '$a'],
    ['an error', new Error('$a')],
    ['a symbol', Symbol('$a')],
  ] as const) {
    it(`lets ${name} pass untouched`, () => {
      expect((resolve({ deep: [value] }, { a: 1 }) as { deep: readonly unknown[] }).deep[0]).to.equal(value);
    });
  }

  for (const [title, data, context, expected] of [
    ['a name that does not exist', '$b', { a: 1 }, ['$b', '', '["a"]']],
    ['a key that does not exist', '$a.x.y', { a: { b: 1 } }, ['$a.x.y', '$a', '{"b":1}']],
    ['a key deeper down', '$a.b.c', { a: { b: { d: 5 } } }, ['$a.b.c', '$a.b', '{"d":5}']],
    ['an index past the end', '$a[1].x', { a: [{ x: 1 }] }, ['$a[1].x', '$a', '[{"x":1}]']],
    ['a key of null', '$a.b', { a: null }, ['$a.b', '$a', 'null']],
    ['a key of a text', '$a.length', { a: 'text' }, ['$a.length', '$a', '"text"']],
    ['an index of a text', '$a[0]', { a: 'text' }, ['$a[0]', '$a', '"text"']],
    ['a key of a number', '$a.toFixed', { a: 5 }, ['$a.toFixed', '$a', '5']],
    ['undefined', '$a.b', { a: { b: undefined } }, ['$a.b', '$a', '{}']],
    ['undefined under a name', '$a', { a: undefined }, ['$a', '', '["a"]']],
    ['a reference inside a text', 'see ${a["x y"]}', { a: [] }, ['$a["x y"]', '$a', '[]']],
    ['a method that is inherited', '$a.toString', { a: {} }, ['$a.toString', '$a', '{}']],
    ['a method of an array', '$a.map', { a: [1] }, ['$a.map', '$a', '[1]']],
    ['a name that the context inherits', '$hasOwnProperty', { a: 1 }, ['$hasOwnProperty', '', '["a"]']],
    ['a getter of a class', '$a.size', { a: new Map() }, ['$a.size', '$a', '[]']],
  ] as const) {
    it(`refuses ${title}, and says what is nearest and what stands there`, () => {
      const { reference, nearest, found } = deadEndOf(data, context);
      expect([reference, nearest, found]).to.deep.equal(expected);
    });
  }

  it('shortens what stands at the nearest path', () => {
    expect(deadEndOf('$a.b', { a: { text: 'x'.repeat(1_000) } }).found).to.have.length.below(80);
  });
});

describe('eachText', () => {
  it('visits every text with its path', () => {
    const seen: string[] = [];
    eachText({ a: 'one', b: [2, 'two', { c: 'three' }], d: new Point('no') }, 'top', (text, path) => {
      seen.push(`${path} ${text}`);
    });
    expect(seen).to.deep.equal(['top.a one', 'top.b[1] two', 'top.b[2].c three']);
  });
});

describe('isPlainObject', () => {
  it('is true for objects of any realm and for those without a prototype', () => {
    const all: unknown[] = [{}, Object.create(null), runInNewContext('({})'), JSON.parse('{"__proto__":{}}')];
    expect(all.map(isPlainObject)).to.deep.equal([true, true, true, true]);
  });

  it('is false for everything else', () => {
    class Derived extends Point {}
    const all = [null, undefined, 5, 'a', [], new Point('a'), new Derived('a'), new Date(), new Map(), () => 1];
    const foreign: unknown[] = ['[]', 'new Date()', 'new Map()', 'new (class A {})()'].map(
      (code) => runInNewContext(code) as unknown,
    );
    expect([...all, ...foreign].filter(isPlainObject)).to.deep.equal([]);
  });
});
