import { expect } from 'chai';
import { mutantsIn, mutationScores, percentOf, totalOf } from '../../scripts/mutationScores.js';

const reportOf = (files: Readonly<Record<string, readonly string[]>>) => ({
  files: Object.fromEntries(
    Object.entries(files).map(([name, statuses]) => [name, { mutants: statuses.map((status) => ({ status })) }]),
  ),
});

describe('the mutation scores', () => {
  it('take a mutant for noticed when a test failed, or when the tests came to no end', () => {
    const { a } = mutationScores(reportOf({ a: ['Killed', 'Timeout', 'Survived', 'NoCoverage'] }));
    expect(a).to.deep.equal({ noticed: 2, unnoticed: 1, notRun: 1 });
  });

  it('do not count mutants that were not tried', () => {
    const scores = mutationScores(reportOf({ a: ['Killed', 'Ignored', 'RuntimeError'], b: ['Ignored'] }));
    expect(Object.values(scores).map(mutantsIn)).to.deep.equal([1, 0]);
  });

  it('are in percent what was noticed of all, of a file or of several together', () => {
    const { a, b } = mutationScores(reportOf({ a: ['Killed', 'Killed', 'Killed'], b: ['Survived'] }));
    expect(a && b && [percentOf(a), percentOf(b), percentOf(totalOf([a, b]))]).to.deep.equal([100, 0, 75]);
  });

  it('are none where there is nothing to change', () => {
    expect(percentOf(totalOf([]))).to.be.NaN;
  });
});
