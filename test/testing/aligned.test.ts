import { expect } from 'chai';
import fc from 'fast-check';
import { align, type Lane, type Sign } from '../../src/testing/aligned.js';
import { readWritten } from '../../src/testing/diagram.js';

describe('align', () => {
  const lane = (marbles: string): Lane => {
    const messages = readWritten(marbles);
    const last = messages.at(-1)?.letter;
    return {
      signs: messages.map(({ frame, letter }) => ({ frame, sign: letter })),
      open: last !== '|' && last !== '#',
    };
  };
  const rows = (...marbles: readonly string[]) => align(marbles.map(lane)).rows;

  it('puts what happens at one time into one column', () => {
    expect(rows('--a-b|', '---a--b-|')).to.deep.equal(['--a-b|', '---a--b-|']);
  });

  it('draws a lane that is open on to the end of the others, and one that has ended no further', () => {
    expect(rows('a', '-|', '---b')).to.deep.equal(['a---', '-|', '---b']);
  });

  it('gives the other lanes spaces while a group is written out', () => {
    expect(rows('-(ab)', '-c|')).to.deep.equal(['-(ab)', '-c   |']);
    expect(rows('-(ab)-c', '-d---e')).to.deep.equal(['-(ab)-c', '-d---e-']);
  });

  it('writes a long silence as a time, in all lanes', () => {
    expect(rows('a 400ms b', 'c 400ms |')).to.deep.equal(['a 400ms b', 'c 400ms |']);
    expect(rows('30s (a|)', '30s #')).to.deep.equal(['30s (a|)', '30s #']);
    expect(rows('a|', 'b 2m c')).to.deep.equal(['a|', 'b- 119999ms c']);
  });

  it('writes a part of a millisecond as a time', () => {
    const signs = [
      { frame: 0, sign: 'a' },
      { frame: 1.5, sign: 'b' },
    ];
    expect(align([{ signs, open: true }]).rows).to.deep.equal(['a 0.5ms b']);
  });

  it('knows the column of each sign', () => {
    const { column } = align([lane('--(ab)'), lane('--c---d')]);
    expect([column(2, 0), column(2, 1), column(6, 0)]).to.deep.equal([3, 4, 6]);
  });

  it('draws nothing for lanes without a sign', () => {
    expect(rows('', '')).to.deep.equal(['', '']);
  });

  it('can be read again, wherever a lane has room for its groups', () => {
    const signsOf = fc
      .array(fc.record({ gap: fc.integer({ min: 0, max: 40 }), sign: fc.constantFrom(...'abcXYZ') }), { maxLength: 8 })
      .map((steps): readonly Sign[] => {
        let frame = 0;
        return steps.map(({ gap, sign }) => ({ frame: (frame += gap), sign }));
      });
    fc.assert(
      fc.property(fc.array(signsOf, { minLength: 1, maxLength: 3 }), (all) => {
        const { rows: drawn } = align(all.map((signs) => ({ signs, open: true })));
        all.forEach((signs, index) => {
          if (!hasRoom(signs)) return;
          const read = readWritten(drawn[index] ?? '').map(({ frame, letter }) => ({ frame, sign: letter }));
          expect(read, drawn[index]).to.deep.equal(signs);
        });
      }),
    );
  });

  it('has every sign of every lane in the column that it says', () => {
    const signsOf = fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 8 })
      .map((frames) => frames.sort((a, b) => a - b).map((frame, index) => ({ frame, sign: 'abcdefgh'[index] ?? '' })));
    fc.assert(
      fc.property(fc.array(signsOf, { minLength: 1, maxLength: 3 }), (all) => {
        const { rows: drawn, column } = align(all.map((signs) => ({ signs, open: false })));
        all.forEach((signs, index) => {
          for (const { frame, sign } of signs) expect(drawn[index]?.[column(frame, 0)]).to.equal(sign);
        });
      }),
    );
  });
});

/** True where each group ends before what follows it. */
function hasRoom(signs: readonly Sign[]): boolean {
  const sizes = new Map<number, number>();
  for (const { frame } of signs) sizes.set(frame, (sizes.get(frame) ?? 0) + 1);
  const frames = [...sizes.keys()];
  return frames.every((frame, at) => {
    const size = sizes.get(frame) ?? 1;
    const next = frames[at + 1] ?? Infinity;
    return next - frame >= (size > 1 ? size + 2 : 1);
  });
}
