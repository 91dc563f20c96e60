import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readJournal } from '../../../examples/killed-and-resumed/journal.js';
import { type Outcome, runProgram } from '../dependency-audit/runProgram.js';
import { temporaryFolders } from '../dependency-audit/temporaryFolders.js';

const program = (name: string): readonly string[] => ['--require', 'tsx', `examples/killed-and-resumed/${name}.ts`];

describe('killed and resumed, as programs', function () {
  this.timeout(60_000);
  const { folder } = temporaryFolders(after);

  const effectsIn = (root: string): readonly string[] => {
    const file = join(root, 'effects.tsv');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  /** A worker that is killed with this signal when so many events are in its journal. */
  const workUntil = (root: string, events: number, signal: 'SIGKILL' | 'SIGINT'): Promise<Outcome> =>
    runProgram([root], {
      program: program('worker'),
      onStart: (child) => {
        const timer = setInterval(() => {
          const file = join(root, 'journal.jsonl');
          const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
          if (lines < events) return;
          clearInterval(timer);
          child.kill(signal);
        }, 2);
        child.once('exit', () => {
          clearInterval(timer);
        });
      },
    });
  const work = (root: string): Promise<Outcome> => runProgram([root], { program: program('worker') });

  it('completes the work once each, though its worker is killed twice, and leaves no files', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('killed-and-resumed-'));
    const { exitCode, stdout, stderr } = await runProgram([], { program: program('main') });
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.match(/^killed after [2-4] of 8 effects\nkilled after [4-7] of 8 effects\n/);
    expect(stdout).to.include('Everything was done, and nothing twice.');
    expect(stdout).to.match(/s0\[\["reserved<br\/>reserve<br\/>3 calls<br\/>resumed"\]\]:::resumed/);
    expect(stdout).to.match(/s5\["told<br\/>notify<br\/>succeeded, /);
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith('killed-and-resumed-'));
    expect(left.filter((name) => !before.includes(name))).to.deep.equal([]);
  });

  it('does each piece of work once, wherever it is killed', async () => {
    const roots = await Promise.all(Array.from({ length: 4 }, () => folder({})));
    await Promise.all(
      roots.map(async (root, index) => {
        const killed = await workUntil(root, 6 + 6 * index, 'SIGKILL');
        expect(killed.exitCode).to.equal(null);
        // Half a line, as if it had been killed while it was writing.
        appendFileSync(join(root, 'journal.jsonl'), '{"v":1,"seq":');
        const { exitCode, stderr } = await work(root);
        expect([exitCode, stderr]).to.deep.equal([0, '']);
        const effects = effectsIn(root);
        expect(effects).to.have.length(8);
        expect(new Set(effects)).to.have.length(8);
        expect(readJournal(join(root, 'journal.jsonl')).at(-1)?.type).to.equal('run.succeeded');
      }),
    );
  });

  it('does nothing more when all is done', async () => {
    const root = await folder({});
    await work(root);
    const done = effectsIn(root);
    const journal = readFileSync(join(root, 'journal.jsonl'), 'utf8');
    expect((await work(root)).exitCode).to.equal(0);
    expect(effectsIn(root)).to.deep.equal(done);
    expect(readFileSync(join(root, 'journal.jsonl'), 'utf8')).to.equal(journal);
  });

  it('cancels its run when ctrl-C is pressed, and can go on with it', async () => {
    const root = await folder({});
    const { exitCode } = await workUntil(root, 10, 'SIGINT');
    expect(exitCode).to.equal(130);
    expect(readJournal(join(root, 'journal.jsonl')).at(-1)?.type).to.equal('run.cancelled');
    await work(root);
    expect(effectsIn(root)).to.have.length(8);
  });

  it('refuses a journal with a line that is no event', async () => {
    const root = await folder({ 'journal.jsonl': '{"v":1}\n' });
    const { exitCode, stderr } = await work(root);
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('journal.jsonl:1: expected an event, got {"v":1}');
  });
});
