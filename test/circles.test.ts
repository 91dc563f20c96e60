import { expect } from 'chai';
import fc from 'fast-check';
import { circlesIn } from '../src/circles.js';
import type { Step } from '../src/flow.js';

/** Steps of which each waits for those at these positions. */
function waiting(...needs: readonly (readonly number[])[]): readonly Step[] {
  return needs.map((of, index) => ({
    tool: 't',
    outputKey: `k${index}`,
    arguments: {},
    after: of.map((n) => `k${n}`),
  }));
}

/** For each step those that it waits for, directly or not. */
function closure(needs: readonly (readonly number[])[]): readonly ReadonlySet<number>[] {
  const reached = needs.map((direct) => new Set(direct));
  for (let round = 0; round < needs.length; round++) {
    for (const set of reached) for (const at of [...set]) for (const next of reached[at] ?? []) set.add(next);
  }
  return reached;
}

describe('circlesIn', () => {
  it('finds none where nothing waits for itself', () => {
    expect(circlesIn(waiting([1, 2], [2], [], [0, 1, 2]))).to.deep.equal([]);
  });

  it('says which steps wait for one another, from the first of them on', () => {
    expect(circlesIn(waiting([2], [0], [1]))).to.deep.equal([
      { position: 0, message: "waits for itself: 'k0' → 'k2' → 'k1' → 'k0'" },
    ]);
  });

  it('leaves a step that waits for itself alone to the other checks', () => {
    expect(circlesIn(waiting([0], [1, 0]))).to.deep.equal([]);
  });

  it('finds each of two that one step waits for', () => {
    expect(circlesIn(waiting([1, 3], [2], [1], [4], [3]))).to.deep.equal([
      { position: 1, message: "waits for itself: 'k1' → 'k2' → 'k1'" },
      { position: 3, message: "waits for itself: 'k3' → 'k4' → 'k3'" },
    ]);
  });

  it('names eleven of a long one', () => {
    const [circle] = circlesIn(waiting(...Array.from({ length: 1_000 }, (_, index) => [(index + 1) % 1_000])));
    const named = Array.from({ length: 11 }, (_, index) => `'k${index}'`).join(' → ');
    expect(circle?.message).to.equal(`waits for itself: ${named} → …`);
  });

  it('finds one for each set of steps that wait for one another, whatever the graph', () => {
    const graph = fc
      .nat({ max: 8 })
      .chain((size) =>
        fc.array(fc.uniqueArray(fc.nat({ max: size }), { maxLength: 3 }), { minLength: size + 1, maxLength: size + 1 }),
      );
    fc.assert(
      fc.property(graph, (needs) => {
        const others = needs.map((direct, index) => direct.filter((at) => at !== index));
        const reached = closure(others);
        const firsts = others.flatMap((_, index) => {
          const set = others.flatMap((_each, at) => (reached[index]?.has(at) && reached[at]?.has(index) ? [at] : []));
          return set.length > 0 && Math.min(...set) === index ? [index] : [];
        });
        const circles = circlesIn(waiting(...others));
        expect(circles.map(({ position }) => position)).to.deep.equal(firsts);
        for (const { message, position } of circles) {
          const path = message
            .replace('waits for itself: ', '')
            .split(' → ')
            .map((key) => Number(key.slice(2, -1)));
          expect([path[0], path.at(-1)]).to.deep.equal([position, position]);
          path.slice(1).forEach((at, index) => expect(others[path[index] as number]).to.include(at));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes a hundred thousand steps in a row, and a thousand that all wait for all', () => {
    const row = circlesIn(waiting(...Array.from({ length: 100_000 }, (_, index) => [(index + 1) % 100_000])));
    expect(row).to.have.length(1);
    const all = Array.from({ length: 1_000 }, (_, index) => index);
    expect(circlesIn(waiting(...all.map(() => all)))).to.have.length(1);
  });
});
