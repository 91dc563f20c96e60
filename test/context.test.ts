import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Context, ContextLog } from '../src/context.js';
import { anyKey } from './support/flowArbitraries.js';

/** A log of keys `k0`, `k1` … with the values 0, 1 … */
function logOf(size: number): ContextLog {
  const log = new ContextLog({});
  for (let index = 0; index < size; index++) log.add(`k${index}`, index);
  return log;
}

function plainOf(size: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, index]));
}

/** True for a context that shares instead of copying. */
function isView(context: Context): boolean {
  return !Reflect.set(context, 'new', 1);
}

describe('ContextLog', () => {
  it('begins with the fields of the input', () => {
    expect(new ContextLog({ a: 1, b: [2] }).current()).to.deep.equal({ a: 1, b: [2] });
  });

  it('gives plain objects of up to 64 keys, and views of more', () => {
    expect([0, 1, 63, 64, 65, 200].map((size) => isView(logOf(size).current()))).to.deep.equal([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it('gives a plain copy of any size', () => {
    const copy = logOf(1_000).copy();
    expect(isView(copy)).to.equal(false);
    expect(structuredClone(logOf(1_000).copy())).to.deep.equal(plainOf(1_000));
  });

  for (const size of [10, 100]) {
    it(`leaves a context of ${size} keys as it was when more is added`, () => {
      const log = logOf(size);
      const context = log.current();
      log.add('more', 1);
      expect(context).to.deep.equal(plainOf(size));
      expect([context['more'], 'more' in context, Object.hasOwn(context, 'more')]).to.deep.equal([
        undefined,
        false,
        false,
      ]);
      expect(JSON.stringify(context)).to.equal(JSON.stringify(plainOf(size)));
    });
  }

  it('gives each caller a plain object of its own', () => {
    const log = logOf(3);
    (log.current() as Record<string, unknown>)['k0'] = 'changed';
    expect([log.current()['k0'], log.copy()['k0']]).to.deep.equal([0, 0]);
  });

  it('takes a key like __proto__ for a key like any other, small or large', () => {
    for (const size of [1, 100]) {
      const log = logOf(size);
      log.add('__proto__', { polluted: true });
      for (const context of [log.current(), log.copy()]) {
        expect(Object.getPrototypeOf(context)).to.equal(Object.prototype);
        expect(Object.getOwnPropertyDescriptor(context, '__proto__')?.value).to.deep.equal({ polluted: true });
        expect(context).not.to.have.property('polluted');
      }
      expect(Object.keys(log.current())).to.include('__proto__');
    }
  });

  it('adds in a time that does not depend on how much there is', () => {
    const log = new ContextLog({});
    for (let index = 0; index < 100_000; index++) {
      log.add(`k${index}`, index);
      if (log.current()[`k${index}`] !== index) throw new Error('lost');
    }
    expect(Object.keys(log.current())).to.have.length(100_000);
  });
});

describe('a view of a context', () => {
  const plain = plainOf(100);
  const view = logOf(100).current();

  it('has the values', () => {
    expect([view['k0'], view['k99'], view['k100']]).to.deep.equal([0, 99, undefined]);
  });

  it('has the keys, in their order', () => {
    expect(Object.keys(view)).to.deep.equal(Object.keys(plain));
    expect(Object.entries(view)).to.deep.equal(Object.entries(plain));
    expect(Reflect.ownKeys(view)).to.deep.equal(Reflect.ownKeys(plain));
    const listed: string[] = [];
    for (const key in view) listed.push(key);
    expect(listed).to.deep.equal(Object.keys(plain));
  });

  it('knows what is in it', () => {
    expect(['k5' in view, 'k100' in view, 'toString' in view]).to.deep.equal([true, false, true]);
    expect([Object.hasOwn(view, 'k5'), Object.hasOwn(view, 'toString')]).to.deep.equal([true, false]);

    expect(view.hasOwnProperty('k5')).to.equal(true);
  });

  it('is spread, destructured and assigned from like an object', () => {
    const { k5, ...rest } = view;
    expect([k5, Object.keys(rest).length]).to.deep.equal([5, 99]);
    expect({ ...view, more: 1 }).to.deep.equal({ ...plain, more: 1 });
    expect(Object.assign({}, view)).to.deep.equal(plain);
  });

  it('is the same JSON', () => {
    expect(JSON.stringify(view)).to.equal(JSON.stringify(plain));
  });

  it('is deeply equal, from both sides, and not to another', () => {
    expect(view).to.deep.equal(plain);
    expect(plain).to.deep.equal(view);
    expect(view).not.to.deep.equal({ ...plain, k5: 0 });
    expect(view).not.to.deep.equal(logOf(101).current());
  });

  it('is inspected as an object', () => {
    expect(inspect(view)).to.equal(inspect(plain));
  });

  it('is an object by its prototype, its text and its type', () => {
    expect([
      Object.getPrototypeOf(view),
      Object.prototype.toString.call(view),
      typeof view,
      Array.isArray(view),
    ]).to.deep.equal([Object.prototype, '[object Object]', 'object', false]);
  });

  it('is read-only', () => {
    const open = view as Record<string, unknown>;
    expect(() => (open['k5'] = 0)).to.throw(TypeError);
    expect(() => (open['new'] = 0)).to.throw(TypeError);
    expect(() => delete open['k5']).to.throw(TypeError);
    expect(() => Object.defineProperty(open, 'k5', { value: 0 })).to.throw(TypeError);
    expect(() => Object.setPrototypeOf(open, {}) as unknown).to.throw(TypeError);
    expect(() => Object.freeze(open)).to.throw(TypeError);
    expect(view).to.deep.equal(plain);
  });

  it('says of each field what an object says', () => {
    expect(Object.getOwnPropertyDescriptors(view)).to.deep.equal(Object.getOwnPropertyDescriptors(plain));
  });

  it('is what a plain object is, for any keys', () => {
    const keys = fc.uniqueArray(
      anyKey.filter((key) => !/^(0|[1-9]\d*)$/.test(key)),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(keys, anyKey, (some, asked) => {
        const log = logOf(64);
        const like = plainOf(64);
        for (const key of some) {
          log.add(key, `at ${key}`);
          Object.defineProperty(like, key, {
            value: `at ${key}`,
            enumerable: true,
            configurable: true,
            writable: true,
          });
        }
        const context = log.current();
        expect(Object.keys(context)).to.deep.equal(Object.keys(like));
        expect(JSON.stringify(context)).to.equal(JSON.stringify(like));
        expect([context[asked], asked in context]).to.deep.equal([like[asked], asked in like]);
      }),
      { numRuns: 500 },
    );
  });
});
