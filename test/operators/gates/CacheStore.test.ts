import { expect } from 'chai';
import { type CacheOptions, CacheStore } from '../../../operators/gates/CacheStore.js';
import { VirtualClock } from '../../support/VirtualClock.js';

function stored(options: CacheOptions, ...keys: readonly string[]): { store: CacheStore<string>; clock: VirtualClock } {
  const store = new CacheStore<string>(options);
  const clock = new VirtualClock({ startMs: 5_000 });
  for (const key of keys) store.set(clock, key, `value of ${key}`);
  return { store, clock };
}

describe('CacheStore', () => {
  it('gives what was stored last under a key, and nothing under another', () => {
    const { store, clock } = stored({}, 'a', 'b');
    store.set(clock, 'a', 'new');
    expect(store.get(clock, 'a')).to.deep.equal({ value: 'new', fresh: true });
    expect(store.get(clock, 'b')).to.deep.equal({ value: 'value of b', fresh: true });
    expect(store.get(clock, 'c')).to.equal(undefined);
  });

  it('gives a result that is undefined', () => {
    const store = new CacheStore<undefined>();
    const clock = new VirtualClock();
    store.set(clock, 'a', undefined);
    expect(store.get(clock, 'a')).to.deep.equal({ value: undefined, fresh: true });
  });

  it('takes every text for a key', () => {
    for (const key of ['', '__proto__', 'constructor', 'hasOwnProperty']) {
      const { store, clock } = stored({});
      expect(store.get(clock, key)).to.equal(undefined);
      store.set(clock, key, 'mine');
      expect(store.get(clock, key)?.value).to.equal('mine');
    }
  });

  describe('with a time to live', () => {
    it('gives a result until the millisecond before, and has dropped it when it is asked at its end', () => {
      const { store, clock } = stored({ ttlMs: 10 }, 'a');
      clock.advance(9);
      expect(store.get(clock, 'a')?.fresh).to.equal(true);
      clock.advance(1);
      expect([store.size, store.get(clock, 'a'), store.size]).to.deep.equal([1, undefined, 0]);
    });

    it('counts it from when the result was stored, not from when it was used', () => {
      const { store, clock } = stored({ ttlMs: 10 }, 'a');
      clock.advance(6);
      store.get(clock, 'a');
      clock.advance(6);
      expect(store.get(clock, 'a')).to.equal(undefined);
    });

    it('begins it anew for a result that is stored anew', () => {
      const { store, clock } = stored({ ttlMs: 10 }, 'a');
      clock.advance(6);
      store.set(clock, 'a', 'new');
      clock.advance(6);
      expect(store.get(clock, 'a')?.value).to.equal('new');
    });

    it('gives a stale result for staleWhileRevalidateMs more, and says so', () => {
      const { store, clock } = stored({ ttlMs: 10, staleWhileRevalidateMs: 5 }, 'a');
      const fresh = [9, 1, 4].map((ms) => {
        clock.advance(ms);
        return store.get(clock, 'a')?.fresh;
      });
      expect(fresh).to.deep.equal([true, false, false]);
      clock.advance(1);
      expect(store.get(clock, 'a')).to.equal(undefined);
    });

    it('keeps results for ever without one', () => {
      const { store, clock } = stored({}, 'a');
      clock.advance(1e15);
      expect(store.get(clock, 'a')?.fresh).to.equal(true);
    });

    it('lets results grow no older than they are when the clock is set back, and no younger', () => {
      const { store, clock } = stored({ ttlMs: 10 }, 'a');
      clock.advance(6);
      store.get(clock, 'a');
      clock.jump(-3_000);
      expect(store.get(clock, 'a')?.fresh).to.equal(true);
      clock.advance(3);
      expect(store.get(clock, 'a')?.fresh).to.equal(true);
      clock.advance(1);
      expect(store.get(clock, 'a')).to.equal(undefined);
    });
  });

  describe('with maxSize', () => {
    const keysIn = (store: CacheStore<string>, clock: VirtualClock): string =>
      [...'abcd'].filter((key) => store.get(clock, key)).join('');

    it('drops the one that was stored first, when none was used', () => {
      const { store, clock } = stored({ maxSize: 3 }, 'a', 'b', 'c', 'd');
      expect([store.size, keysIn(store, clock)]).to.deep.equal([3, 'bcd']);
    });

    it('drops the least recently used one', () => {
      const { store, clock } = stored({ maxSize: 3 }, 'a', 'b', 'c');
      store.get(clock, 'a');
      store.set(clock, 'd', 'd');
      expect(keysIn(store, clock)).to.equal('acd');
    });

    it('takes a result that is stored anew for one that is used, and needs no room for it', () => {
      const { store, clock } = stored({ maxSize: 3 }, 'a', 'b', 'c', 'a');
      expect([store.size, store.get(clock, 'b') !== undefined]).to.deep.equal([3, true]);
      const again = stored({ maxSize: 3 }, 'a', 'b', 'c', 'a', 'd');
      expect(keysIn(again.store, again.clock)).to.equal('acd');
    });

    it('takes a stale result that is asked for as one that is used', () => {
      const { store, clock } = stored({ maxSize: 2, ttlMs: 10, staleWhileRevalidateMs: 10 }, 'a', 'b');
      clock.advance(10);
      store.get(clock, 'a');
      store.set(clock, 'c', 'c');
      expect(keysIn(store, clock)).to.equal('ac');
    });

    it('keeps 1,000 unless told otherwise', () => {
      const { store, clock } = stored({});
      for (let count = 0; count < 1_001; count++) store.set(clock, String(count), '');
      expect([store.size, store.get(clock, '0')]).to.deep.equal([1_000, undefined]);
    });
  });

  it('forgets one key, or all', () => {
    const { store, clock } = stored({}, 'a', 'b', 'c');
    store.delete('a');
    store.delete('unknown');
    expect([store.size, store.get(clock, 'a')]).to.deep.equal([2, undefined]);
    store.clear();
    expect([store.size, store.get(clock, 'b')]).to.deep.equal([0, undefined]);
  });

  for (const [options, error, message] of [
    [null, TypeError, 'cache: expected an object, got null'],
    [{ ttlMs: 0 }, RangeError, 'ttlMs: expected milliseconds above 0, got 0'],
    [{ ttlMs: '5' }, TypeError, 'ttlMs: expected milliseconds above 0, got "5"'],
    [{ staleWhileRevalidateMs: -1 }, RangeError, 'staleWhileRevalidateMs: expected milliseconds'],
    [{ staleWhileRevalidateMs: NaN }, RangeError, 'staleWhileRevalidateMs: expected milliseconds'],
    [{ maxSize: 0 }, RangeError, 'maxSize: expected a whole number of at least 1, got 0'],
    [{ maxSize: Infinity }, RangeError, 'maxSize: expected a whole number of at least 1, got Infinity'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => new CacheStore(options as never)).to.throw(error, message);
    });
  }

  it('takes a staleWhileRevalidateMs of 0 for none', () => {
    const { store, clock } = stored({ ttlMs: 10, staleWhileRevalidateMs: 0 }, 'a');
    clock.advance(10);
    expect(store.get(clock, 'a')).to.equal(undefined);
  });
});
