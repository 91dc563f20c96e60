import { expect } from 'chai';
import { isLeft, isRight } from 'fp-ts/Either';
import { InvalidArguments, ToolError, ToolFailed, ToolNotFound } from '../../src/index.js';
import { snapshot } from '../../src/json.js';

const notFound = () => new ToolNotFound({ tool: 't', callId: 'a', closest: [] });
const size = (value: unknown) => JSON.stringify(value).length;

describe('a snapshot', () => {
  it('is bounded where one key is longer than it may be', () => {
    expect(size(snapshot({ ['k'.repeat(5_000)]: 1, after: 2 }, { maxLength: 100 }))).to.be.below(300);
  });

  it('is bounded where a bigint has more digits than it may have', () => {
    expect(size(snapshot(10n ** 5_000n, { maxLength: 100 }))).to.be.below(300);
  });

  it('is bounded where there are many bigints, functions and symbols', () => {
    for (const item of [1n, () => 1, Symbol('s')]) {
      const items: unknown[] = new Array(5_000).fill(item);
      expect(size(snapshot(items, { maxLength: 100 })), typeof item).to.be.below(5_000);
    }
  });
});

describe('the JSON of an error', () => {
  it('has the fields of its class and no others, whatever was attached to the error', () => {
    const error = notFound();
    Object.assign(error, { request: error });
    expect(error.toJSON()).to.deep.equal({
      _tag: 'ToolNotFound',
      message: "no tool 't' is registered",
      tool: 't',
      callId: 'a',
      closest: [],
    });
  });

  it('is read as an error of the class, whatever else it says of itself', () => {
    const json = { ...(notFound().toJSON() as object), toJSON: 1, stack: 2, name: 3 };
    const decoded = ToolError.decode(JSON.parse(`${JSON.stringify(json).slice(0, -1)},"__proto__":{"tool":"x"}}`));
    if (isLeft(decoded)) throw new Error('expected an error');
    expect(decoded.right).to.be.instanceOf(ToolNotFound);
    expect(decoded.right.toJSON()).to.deep.equal(notFound().toJSON());
    expect(decoded.right.name).to.equal('ToolNotFound');
  });

  it('is read with the message that it was written with', () => {
    const json = { ...(notFound().toJSON() as object), message: 'as an older version said it' };
    const decoded = ToolError.decode(json);
    expect(isRight(decoded) && decoded.right.message).to.equal('as an older version said it');
  });

  it('is no error of ours, where its tag is an object that is no text', () => {
    expect(isLeft(ToolError.decode(JSON.parse('{ "_tag": { "toString": 1 } }')))).to.equal(true);
    expect(isLeft(ToolError.decode({ ...(notFound().toJSON() as object), _tag: ['ToolNotFound'] }))).to.equal(true);
  });

  for (const [what, cause] of [
    ['undefined', undefined],
    ['an Error with a message beyond all bounds', new Error('m'.repeat(50_000))],
    ['an Error with a code beyond all bounds', Object.assign(new Error('m'), { code: 'c'.repeat(50_000) })],
    ['an Error whose name is no text', Object.assign(new Error('m'), { name: Symbol('n') })],
    ['an Error whose code is no number that JSON knows', Object.assign(new Error('m'), { code: NaN })],
    ['a function', () => 1],
    ['an object with fields that look like an Error', { name: 'Mallory', message: 'mine' }],
    ['an object with a field that looks like a wrapper', { thrown: 1, other: 2 }],
  ] as const) {
    it(`is the same after it was read, where the cause is ${what}`, () => {
      const json: unknown = JSON.parse(JSON.stringify(new ToolFailed({ tool: 't', callId: 'a', attempt: 1, cause })));
      const decoded = ToolError.decode(json);
      if (isLeft(decoded)) throw new Error('expected an error');
      expect(JSON.parse(JSON.stringify(decoded.right))).to.deep.equal(json);
    });
  }

  it('can be made where the message of the cause cannot be read', () => {
    const cause = Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('unreadable');
      },
    });
    const error = new ToolFailed({ tool: 't', callId: 'a', attempt: 1, cause });
    expect(error.message).to.equal('\'t\' failed: {"$cut":"unreadable"}');
    expect(() => JSON.stringify(error)).not.to.throw();
  });

  it('is read or refused, and never throws, however deep its causes are nested', () => {
    let json: unknown = new InvalidArguments({ tool: 't', callId: 'a', faults: [] }).toJSON();
    for (let depth = 0; depth < 20_000; depth++) {
      json = { _tag: 'ToolFailed', message: '', tool: 't', callId: 'a', attempt: 1, cause: json };
    }
    expect(() => ToolError.decode(json)).not.to.throw();
  });
});
