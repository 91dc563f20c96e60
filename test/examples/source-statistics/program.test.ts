import { expect } from 'chai';
import { type Outcome, runProgram } from '../dependency-audit/runProgram.js';
import { temporaryFolders } from '../dependency-audit/temporaryFolders.js';

const PROGRAM = ['--require', 'tsx', 'examples/source-statistics/main.ts'];
const run = (...args: readonly string[]): Promise<Outcome> => runProgram(args, { program: PROGRAM });

describe('the source statistics as a program', function () {
  this.timeout(60_000);
  const { folder } = temporaryFolders(after);

  it('prints what it has found, the times of the chain and of the plan, what decided, and the picture', async () => {
    const root = await folder({
      'a.ts': "import { b } from './b.js';\nconst word = b; // word\n",
      'b.ts': 'export const b = 1;\n',
      'copy.ts': 'export const b = 1;\n',
      'node_modules/left/out.ts': '// TODO\n',
    });
    const { exitCode, stdout } = await run(root);
    expect(exitCode).to.equal(0);
    const [report, times, path, picture] = stdout.split('\n\n');
    expect(report?.split('\n')).to.deep.equal([
      '3 files, 0.1 kB, compressed 0.1 kB',
      '4 lines, 17 words',
      'the largest file: a.ts, 0.1 kB',
      'the longest line: a.ts:1, 27 characters',
      'imported most: b.ts, 1 time',
      '1 content in several files, 0 notes of what is to do',
    ]);
    expect(times).to.match(/^one after the other +\d+ ms\nas a plan +\d+ ms\n +[\d.]+ times as fast$/);
    expect(path).to.match(/^what decided that:\n {2}files: \d+ ms\n[^]*\n {2}report: \d+ ms/);
    const boxes = picture?.split('\n').filter((line) => line.includes('["')) ?? [];
    expect(boxes).to.have.length(11);
    for (const box of boxes) {
      expect(box).to.match(/^ {2}s\d+\[?\["\w+<br\/>\w+<br\/>(?:3 calls<br\/>)?succeeded, \d+ ms"\]\]?:::succeeded$/);
    }
  });

  it('says which step failed and why, and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await run('no such folder');
    expect([exitCode, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.match(/chain 'statistics' failed at step 'files': 'listFiles' failed: ENOENT/);
  });

  it('ends with 2 and its usage when it is called in a wrong way', async () => {
    const [misuse, unknown] = await Promise.all([run('a', 'b'), run('--slow')]);
    expect([misuse.exitCode, unknown.exitCode]).to.deep.equal([2, 2]);
    expect(misuse.stderr).to.match(/^Usage: /);
    expect(unknown.stderr).to.match(/^Unknown option '--slow'/);
  });

  it('ends with 130 when ctrl-C is pressed', async () => {
    const outcome = await runProgram([process.cwd()], {
      program: PROGRAM,
      onStderr: (printed, child) => {
        if (printed.includes('Reading') && !child.killed) child.kill('SIGINT');
      },
    });
    expect([outcome.exitCode, outcome.stdout]).to.deep.equal([130, '']);
    expect(outcome.stderr).to.match(/Interrupted\.\n$/);
  });
});
