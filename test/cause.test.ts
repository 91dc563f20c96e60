import { expect } from 'chai';
import { isRight } from 'fp-ts/Either';
import { Cause } from '../src/cause.js';
import { ToolNotFound } from '../src/index.js';

const read = (json: unknown): unknown => {
  const decoded = Cause.decode(json);
  return isRight(decoded) ? decoded.right : undefined;
};
const again = (cause: unknown): unknown => read(JSON.parse(JSON.stringify(Cause.encode(cause))));

describe('a cause in JSON', () => {
  for (const [what, cause, json] of [
    ['an Error', new Error('broken'), { name: 'Error', message: 'broken' }],
    ['an Error of another class', new RangeError('too far'), { name: 'RangeError', message: 'too far' }],
    [
      'an Error with a code',
      Object.assign(new Error('no'), { code: 'ENOENT' }),
      { name: 'Error', message: 'no', code: 'ENOENT' },
    ],
    [
      'an Error with a number for a code',
      Object.assign(new Error('no'), { code: 404 }),
      { name: 'Error', message: 'no', code: 404 },
    ],
    ['an Error with a cause', new Error('a', { cause: 'b' }), { name: 'Error', message: 'a', cause: { thrown: 'b' } }],
    ['a string', 'broken', { thrown: 'broken' }],
    ['undefined', undefined, { thrown: null }],
    ['null', null, { thrown: null }],
    ['a number', 42, { thrown: 42 }],
    ['an object', { status: 500 }, { thrown: { status: 500 } }],
    ['a cyclic object', cyclic({}), { thrown: { self: { $cut: 'cycle' } } }],
    ['a symbol', Symbol('s'), { thrown: { $cut: 'symbol' } }],
  ] as const) {
    it(`is for ${what}: ${JSON.stringify(json)}`, () => {
      expect(Cause.encode(cause)).to.deep.equal(json);
    });
  }

  it('is for an error of ours the JSON of that', () => {
    const error = new ToolNotFound({ tool: 't', callId: 'a', closest: [] });
    expect(Cause.encode(error)).to.deep.equal(error.toJSON());
    expect(again(error)).to.be.instanceOf(ToolNotFound);
  });

  it('follows causes of causes to an end, also where they go in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    const json = JSON.stringify(Cause.encode(error));
    expect(json.match(/round/g)).to.have.length(16);
    expect(json).to.include('{"thrown":{"$cut":"depth"}}');
    expect(JSON.stringify(Cause.encode(again(error)))).to.equal(json);
  });

  it('is cut where a message is longer than 10,000 characters, and says so', () => {
    const { message } = Cause.encode(new Error('m'.repeat(20_000))) as { message: string };
    expect(message).to.have.length(10_000);
    expect(message).to.match(/^m+… \(cut, of 20000 characters\)$/);
  });
});

describe('a cause that is read', () => {
  it('is an Error of the same name, message and code', () => {
    const error = again(Object.assign(new TypeError('no'), { code: 'E1' }));
    expect(error).to.be.an('error').and.include({ name: 'TypeError', message: 'no', code: 'E1' });
    expect(String(error)).to.equal('TypeError: no');
  });

  it('is the value that was thrown', () => {
    expect(again('broken')).to.equal('broken');
    expect(again({ status: 500 })).to.deep.equal({ status: 500 });
    expect(again(undefined)).to.equal(null);
  });

  it('is an Error where it is one already', () => {
    const error = new Error('here');
    expect(read(error)).to.equal(error);
  });

  for (const json of [7, 'text', null, {}, [], { name: 'Error' }, { name: 1, message: 2 }]) {
    it(`is ${JSON.stringify(json)} itself where that is nothing of ours`, () => {
      expect(read(json)).to.deep.equal(json);
    });
  }
});

function cyclic(object: { self?: object }): object {
  return Object.assign(object, { self: object });
}
