import { expect } from 'chai';
import * as fc from 'fast-check';
import { closest } from '../src/closest.js';

describe('closest', () => {
  for (const [name, names, expected] of [
    ['serch', ['search', 'fetch', 'publish'], ['search', 'fetch']],
    ['Search', ['search'], ['search']],
    ['timeout', ['timeoutMs', 'deadlineMs'], ['timeoutMs']],
    ['getWeather', ['get_weather', 'weather', 'forecast'], ['get_weather', 'weather']],
    ['a', ['b', 'abc', 'wxyz'], ['b', 'abc']],
    ['xyz', ['search'], []],
    ['', ['ab', 'search'], ['ab']],
    ['near', [], []],
  ] as const) {
    it(`finds for '${name}' among ${names.join(', ') || 'none'}: ${expected.join(', ') || 'none'}`, () => {
      expect(closest(name, names)).to.deep.equal(expected);
    });
  }

  it('gives up to three, the nearest first, those of the same distance by name', () => {
    expect(closest('tool', ['tuul', 'tools', 'pool', 'cool', 'xxxx'])).to.deep.equal(['cool', 'pool', 'tools']);
  });

  it('gives a name itself first, where it is there', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), (names) => {
        const [name = ''] = names;
        const found = closest(name, names);
        expect(found).to.have.length.within(1, 3);
        const [nearest = ''] = found;
        expect(
          nearest.toLowerCase().includes(name.toLowerCase()) || name.toLowerCase().includes(nearest.toLowerCase()),
        ).to.equal(true);
      }),
    );
  });

  it('looks at the first 64 characters of names however long', () => {
    const long = 'x'.repeat(100_000);
    expect(closest(`${long}y`, [long, 'short'])).to.deep.equal([long]);
  });
});
