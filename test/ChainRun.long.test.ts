import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type LongRun, type Pace, runLongChain } from './support/longChain.js';

const run = promisify(execFile);

/** Runs a chain in a fresh process, which is killed when it stalls. */
async function inFreshProcess(length: number, pace: Pace): Promise<LongRun> {
  const program = ['--require', 'tsx', 'test/support/longChainChild.ts', String(length), pace];
  const { stdout } = await run(process.execPath, program, { timeout: 60_000, killSignal: 'SIGKILL' });
  // A chain that stops in silence leaves a process with nothing to do, which ends without a word.
  return JSON.parse(stdout) as LongRun;
}

describe('a long chain', () => {
  for (const pace of ['sync', 'async', 'mixed', 'late head'] as const) {
    it(`runs 10,000 steps to the end (${pace})`, async () => {
      expect(await runLongChain(10_000, pace)).to.deep.equal({ emitted: 10_000, last: 10_000, keys: 10_000 });
    });
  }

  for (const pace of ['sync', 'async', 'late head'] as const) {
    it(`runs 100,000 steps to the end in a fresh process (${pace})`, async () => {
      expect(await inFreshProcess(100_000, pace)).to.deep.equal({ emitted: 100_000, last: 100_000, keys: 100_000 });
    }).timeout(90_000);
  }

  it('leaves what it emitted on the way as it was', async () => {
    const kept: object[] = [];
    await runLongChain(1_000, 'mixed', (context) => {
      kept.push(context);
    });
    expect(kept.map((context) => Object.keys(context).length)).to.deep.equal(kept.map((_, index) => index + 1));
    expect(kept[499]).to.have.property('k499', 500);
    expect(kept[499]).not.to.have.property('k500');
  });

  // Where each step took as long as there are steps before it, twice the steps would take four times as long.
  for (const pace of ['sync', 'async'] as const) {
    it(`takes a time that grows as its length (${pace})`, async () => {
      const timed = async (length: number): Promise<number> => {
        const begin = process.hrtime.bigint();
        await runLongChain(length, pace);
        return Number(process.hrtime.bigint() - begin);
      };
      await timed(5_000);
      let ratio = Infinity;
      // A collection of garbage may fall on one of the two; it does not fall on the longer one every time.
      for (let round = 0; round < 3 && ratio > 3; round++) ratio = (await timed(40_000)) / (await timed(20_000));
      expect(ratio).to.be.lessThan(3);
    }).timeout(60_000);
  }
});
