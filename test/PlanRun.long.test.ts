import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { createOrchestrator } from '../src/index.js';
import { echo } from './support/flowTools.js';
import { type LongRun, type Pace, runLongPlan, type Shape } from './support/longPlan.js';

const run = promisify(execFile);

/** Runs a plan in a fresh process, which is killed when it stalls. */
async function inFreshProcess(length: number, shape: Shape, pace: Pace): Promise<LongRun> {
  const program = ['--require', 'tsx', 'test/support/longPlanChild.ts', String(length), shape, pace];
  const { stdout } = await run(process.execPath, program, { timeout: 120_000, killSignal: 'SIGKILL' });
  // A plan that stops in silence leaves a process with nothing to do, which ends without a word.
  return JSON.parse(stdout) as LongRun;
}

/** What must come of it: in a row, each step gives one more than the one before it. */
function expectedOf(length: number, shape: Shape): LongRun {
  const isRow = shape !== 'wide' && shape !== 'each';
  return {
    emitted: shape === 'each' ? 1 : length,
    keys: length,
    sum: isRow ? (length * (length + 1)) / 2 : length,
  };
}

/** How much is held, when what nobody holds has been thrown away. */
function heldMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1e6;
}

describe('a long plan', () => {
  for (const shape of ['deep', 'backwards', 'wide', 'each', 'arriving'] as const) {
    for (const pace of ['sync', 'async', 'mixed'] as const) {
      it(`runs 10,000 steps or elements to the end (${shape}, ${pace})`, async () => {
        expect(await runLongPlan(10_000, shape, pace)).to.deep.equal(expectedOf(10_000, shape));
      });
    }
  }

  for (const [shape, pace] of [
    ['deep', 'mixed'],
    ['wide', 'sync'],
    ['each', 'mixed'],
  ] as const) {
    it(`runs 100,000 steps or elements to the end in a fresh process (${shape}, ${pace})`, async () => {
      expect(await inFreshProcess(100_000, shape, pace)).to.deep.equal(expectedOf(100_000, shape));
    }).timeout(150_000);
  }

  // Where each step took as long as there are steps before it, four times the steps would take sixteen times as long.
  for (const shape of ['deep', 'wide', 'each', 'arriving'] as const) {
    it(`takes a time that grows as its length (${shape})`, async () => {
      const timed = async (length: number): Promise<number> => {
        const begin = process.cpuUsage();
        await runLongPlan(length, shape, 'sync');
        return process.cpuUsage(begin).user;
      };
      await timed(2_000);
      let ratio = Infinity;
      // A collection of garbage may fall on one of the two; it does not fall on the longer one every time.
      for (let round = 0; round < 4 && ratio > 8; round++) ratio = (await timed(16_000)) / (await timed(4_000));
      expect(ratio).to.be.lessThan(8);
    });
  }

  it('keeps no copy of the context for each step: 10,000 contexts that are all kept take less than 50 MB', async () => {
    const orchestrator = createOrchestrator({ tools: [echo], history: { capacity: 0 } });
    const steps = Array.from({ length: 10_000 }, (_, index) => ({
      tool: 'echo',
      outputKey: `k${index}`,
      arguments: 1,
    }));
    const kept: object[] = [];
    const before = heldMegabytes();
    await orchestrator.run({ kind: 'plan', steps }).forEach((context) => kept.push(context));
    // Copies would take 400 MB for the values alone.
    expect(heldMegabytes() - before).to.be.lessThan(50);
    expect(Object.keys(kept[5_000] as object)).to.have.length(5_001);
  });
});
