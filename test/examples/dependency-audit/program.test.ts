import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isRight } from 'fp-ts/Either';
import { isTerminal, ToolEvent } from 'toolstream';
import { USAGE } from '../../../examples/dependency-audit/options.js';
import type { Report } from '../../../examples/dependency-audit/report.js';
import { type Outcome, PROGRAM, PROGRAM_AS_NOBODY, runProgram } from './runProgram.js';
import { type FixturePackage, temporaryFolders } from './temporaryFolders.js';

const CONTROL_CODE = /(?!\n)\p{Cc}/u;
const CTRL_C = '\u0003';
/** The command of util-linux that runs another one on a terminal of its own. */
const SCRIPT = 'script';

const sound: Readonly<Record<string, FixturePackage>> = {
  '': { manifest: { dependencies: { a: '1' } } },
  'node_modules/a': { manifest: { name: 'a', version: '1.0.0', license: 'MIT' } },
};

const faulty: Readonly<Record<string, FixturePackage>> = {
  '': { manifest: { dependencies: { a: '1', b: '1', bad: '1', bare: '1', loop: '1', gone: '1' } } },
  'node_modules/a': {
    manifest: { name: 'a', version: '1.0.0', dependencies: { b: '2' }, scripts: { postinstall: 'node a' } },
    files: { 'LICENSE.md': 'Mozilla Public License Version 2.0' },
    lock: { hasInstallScript: true },
  },
  'node_modules/a/node_modules/b': { manifest: { name: 'b', version: '2.0.0', license: 'ISC' } },
  'node_modules/b': { manifest: { name: 'b', version: '1.0.0', license: 'ISC' } },
  'node_modules/bad': { files: { 'package.json': '{"name":' } },
  'node_modules/bare': { files: { 'index.js': '1234567' } },
  'node_modules/left': { manifest: { name: 'left', version: '1.0.0', license: 'MIT' } },
  'node_modules/stranger': { manifest: { name: 'stranger', version: '3.0.0', license: 'MIT' }, lock: false },
  // A link to itself takes its place.
  'node_modules/loop': { files: false },
  'node_modules/gone': { files: false },
  'node_modules/other-platform': { files: false, lock: { optional: true } },
};

const reportIn = ({ stdout }: Outcome): Report => JSON.parse(stdout) as Report;
const problemsIn = (outcome: Outcome) => reportIn(outcome).problems.map(({ path, reason }) => `${path}: ${reason}`);

describe('the dependency audit as a program', function () {
  // Real processes, which compile themselves first, on a machine that may be busy.
  this.timeout(60_000);
  const { folder, project } = temporaryFolders(after);

  /** One run for each situation. They begin together, since each spends most of its time on its start. */
  const situations = {
    help: () => runProgram(['--help']),
    misuse: () => runProgram(['--jsno']),
    sound: async () => runProgram([await project(sound)]),
    unwritableRecord: async () => runProgram(['--record', join(await folder({}), 'missing', 'events.jsonl')]),
    noLockfile: async () => runProgram([await folder({})]),
    brokenLockfile: async () => runProgram(['--json', await folder({ 'package-lock.json': '{' })]),
    faulty: async () => {
      const root = await project(faulty);
      await symlink('loop', join(root, 'node_modules', 'loop'));
      return runProgram(['--json', root]);
    },
    closedFolder: async () => {
      const root = await project({
        ...sound,
        'node_modules/closed': { manifest: { name: 'closed', version: '1.0.0' } },
      });
      await chmod(join(root, 'node_modules', 'closed'), 0o000);
      const outcome = await runProgram(['--json', root], { program: PROGRAM_AS_NOBODY });
      await chmod(join(root, 'node_modules', 'closed'), 0o755);
      return outcome;
    },
    noReader: async () => runProgram([await project(sound)], { onStart: ({ stdout }) => stdout?.destroy() }),
  };
  const outcomes = new Map<keyof typeof situations, Promise<Outcome>>();

  before(() => {
    for (const name of Object.keys(situations) as (keyof typeof situations)[]) outcomes.set(name, situations[name]());
  });

  async function outcomeOf(name: keyof typeof situations): Promise<Outcome> {
    const outcome = await outcomes.get(name);
    if (outcome === undefined) throw new Error(`${name} was not run`);
    return outcome;
  }

  it('prints its usage when it is asked for help', async () => {
    expect(await outcomeOf('help')).to.deep.equal({ exitCode: 0, stdout: USAGE, stderr: '' });
  });

  it('prints the report on standard output and the progress on standard error, without control codes', async () => {
    const { exitCode, stdout, stderr } = await outcomeOf('sound');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^Dependencies of .*\n1 package installed, /);
    expect(stdout).to.include('Packages by licence\n  1  MIT  a@1.0.0\n');
    expect(stderr).to.match(/^1 package to inspect\n(?:\d+ %: .*\n)+$/);
    expect(stdout + stderr).not.to.match(CONTROL_CODE);
  });

  it('ends with 2 and its usage on standard error when it is called in a wrong way', async () => {
    const { exitCode, stdout, stderr } = await outcomeOf('misuse');
    expect([exitCode, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.include("Unknown option '--jsno'").and.to.include(USAGE);
  });

  it('ends with 2 before it begins if it cannot write the record', async () => {
    const { exitCode, stdout, stderr } = await outcomeOf('unwritableRecord');
    expect([exitCode, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(/^cannot record to .*: no such file or folder\n/);
  });

  it('says that there is no lockfile, still prints a report, and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await outcomeOf('noLockfile');
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/^Failed: package-lock\.json: no such file or folder$/m);
    expect(stdout).to.include(
      'Could not be read\n  the project  package-lock.json: no such file or folder  (readLockfile)\n',
    );
  });

  it('says what is wrong with a broken lockfile', async () => {
    const outcome = await outcomeOf('brokenLockfile');
    expect(outcome.exitCode).to.equal(1);
    expect(problemsIn(outcome)[0]).to.match(/^: package-lock\.json: is not JSON \(/);
  });

  it('names each fault of a project and ends with 1', async () => {
    const outcome = await outcomeOf('faulty');
    expect(outcome.exitCode).to.equal(1);
    expect(outcome.stderr).to.match(/^Failed: node_modules\/bad: .*, and 4 more problems in the report$/m);
    expect(problemsIn(outcome)).to.deep.equal([
      'node_modules/bad: package.json: is not JSON (Unexpected end of JSON input)',
      'node_modules/bare: package.json: no such file or folder',
      'node_modules/gone: is in the lockfile but not installed',
      'node_modules/loop: package.json: a cycle of links',
      'node_modules/loop: a cycle of links',
    ]);
  });

  it('reports everything that the faults of a project do not concern', async () => {
    const { packages, licenses, duplicates, installScripts, unreachable } = reportIn(await outcomeOf('faulty'));
    expect(packages).to.deep.equal({ installed: 8, inspected: 8, leftOut: { optional: 1, dev: 0, peer: 0 } });
    expect(licenses).to.deep.equal([
      { license: null, packages: ['bad', 'bare'] },
      { license: 'ISC', packages: ['b@1.0.0', 'b@2.0.0'] },
      { license: 'MIT', packages: ['left@1.0.0', 'stranger@3.0.0'] },
      { license: 'MPL-2.0', packages: ['a@1.0.0'] },
    ]);
    expect(duplicates.map(({ name, versions }) => [name, versions.map(({ version }) => version)])).to.deep.equal([
      ['b', ['1.0.0', '2.0.0']],
    ]);
    expect(installScripts).to.deep.equal([
      {
        package: 'a@1.0.0',
        path: 'node_modules/a',
        scripts: [{ event: 'postinstall', command: 'node a' }],
        inLockfile: true,
      },
    ]);
    expect(unreachable.map(({ path, why }) => [path, why])).to.deep.equal([
      ['node_modules/left', 'nothing needs it'],
      ['node_modules/stranger', 'not in the lockfile'],
    ]);
  });

  it('reports a folder that it may not enter, and goes on with the others', async () => {
    const outcome = await outcomeOf('closedFolder');
    expect(outcome.exitCode).to.equal(1);
    expect(problemsIn(outcome)).to.deep.equal([
      'node_modules/closed: package.json: permission denied',
      'node_modules/closed: permission denied',
    ]);
    expect(reportIn(outcome).licenses).to.deep.equal([{ license: 'MIT', packages: ['a@1.0.0'] }]);
  });

  it('ends quietly when nobody reads on', async () => {
    const { exitCode, stderr } = await outcomeOf('noReader');
    expect(exitCode).to.equal(0);
    expect(stderr).to.match(/^1 package to inspect\n(?:\d+ %: .*\n)+$/);
  });

  it('reports what it has found by then when ctrl-C is pressed, and ends with 130', async () => {
    const events = join(await folder({}), 'events.jsonl');
    const onStderr = (printed: string, child: ChildProcess) => {
      if (printed.includes('10 %') && !child.killed) child.kill('SIGINT');
    };
    const outcome = await runProgram(['--json', await longProject(), '--record', events], { onStderr });
    const report = reportIn(outcome);
    expect(outcome.exitCode).to.equal(130);
    expect(outcome.stderr).to.match(/Interrupted: the report is of what was found until then\.\n$/);
    expect(report.outcome).to.equal('interrupted');
    expect(report.packages.inspected).to.be.greaterThan(0).and.lessThan(report.packages.installed);
    expect(report.problems).to.deep.equal([]);

    const recorded = await recordIn(events);
    const begun = recorded.filter(({ type }) => type === 'call.started' || type === 'call.queued');
    expect(recorded.some(({ type }) => type === 'call.cancelled')).to.equal(true);
    expect(callIds(recorded.filter(isTerminal))).to.have.members([...new Set(callIds(begun))]);
  });

  if (hasTerminals()) {
    it('draws on a terminal, and leaves the report and a visible cursor', async () => {
      const printed = await runOnTerminal([await project(sound)]);
      expect(printed).to.match(/readLockfile +(?:available|busy)/);
      // The cursor is given back before the report.
      expect(printed).to.match(/\u001b\[\?25l[^]*\u001b\[0J\u001b\[\?25hDependencies of [^]* together\r?\n$/);
    });

    it('gives the cursor back when ctrl-C is pressed on a terminal', async () => {
      const printed = await runOnTerminal([await longProject()], { when: / [2-9] % {2}/, type: CTRL_C });
      expect(printed.lastIndexOf('\u001b[?25h')).to.be.greaterThan(printed.lastIndexOf('\u001b[?25l'));
      expect(printed).to.match(/INTERRUPTED: the figures cover [1-9]/);
    });
  }

  /** A project that takes far longer than a test has time for: many packages, all of them the same large folder. */
  async function longProject(): Promise<string> {
    const names = Array.from({ length: 2_000 }, (_, index) => `node_modules/p${index}`);
    const files = Array.from({ length: 100 }, (_, index): [string, string] => [`store/file${index}`, 'x']);
    const root = await project({
      ...Object.fromEntries(names.map((name) => [name, { lock: { version: '1.0.0' }, files: false }])),
      '': { files: Object.fromEntries(files) },
      store: { manifest: { name: 'p', license: 'MIT' }, lock: false },
    });
    await mkdir(join(root, 'node_modules'));
    await Promise.all(names.map((name) => symlink(join('..', 'store'), join(root, name))));
    return root;
  }
});

async function recordIn(file: string): Promise<readonly ToolEvent[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const event = ToolEvent.decode(JSON.parse(line));
    if (isRight(event)) return event.right;
    throw new Error(`no event: ${line}`);
  });
}

function callIds(events: readonly ToolEvent[]): readonly string[] {
  return events.flatMap((event) => ('callId' in event ? [event.callId] : []));
}

function hasTerminals(): boolean {
  return spawnSync(SCRIPT, ['--quiet', '--return', '--command', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
}

interface Typing {
  readonly when: RegExp;
  readonly type: string;
}

/** All that the program prints on a terminal, where somebody may type something, once. */
async function runOnTerminal(args: readonly string[], typing?: Typing): Promise<string> {
  const { NO_COLOR: _noColor, CI: _ci, ...environment } = process.env;
  const command = [process.execPath, ...PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(SCRIPT, ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...environment, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  let typed = false;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    printed += part;
    if (typing === undefined || typed || !typing.when.test(printed)) return;
    typed = true;
    child.stdin.write(typing.type);
  });
  await once(child, 'close');
  return printed;
}
