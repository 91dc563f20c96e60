import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { USAGE } from '../../../examples/flow-from-file/command.js';
import { type Outcome, runProgram } from '../dependency-audit/runProgram.js';
import { temporaryFolders } from '../dependency-audit/temporaryFolders.js';

const PROGRAM = ['--require', 'tsx', 'examples/flow-from-file/main.ts'];
const LICENCES = 'examples/flow-from-file/licences.json';
const run = (...args: readonly string[]): Promise<Outcome> => runProgram(args, { program: PROGRAM });

describe('the flow from a file as a program', function () {
  this.timeout(60_000);
  const { folder } = temporaryFolders(after);

  it('runs the flow with the input, and prints what its steps gave', async () => {
    const root = await folder({
      'package.json': { name: 'p', devDependencies: { a: '1', '@s/b': '1', c: '1' } },
      'node_modules/a/package.json': { name: 'a', license: 'MIT' },
      'node_modules/@s/b/package.json': { name: '@s/b', license: 'ISC' },
      'node_modules/c/package.json': { name: 'c', license: 'MIT' },
    });
    const { exitCode, stdout } = await run(LICENCES, `folder=${root}`, '--show', 'licences', '--show', 'summary');
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({
      licences: { MIT: ['a', 'c'], ISC: ['@s/b'] },
      summary: 'p is built with 3 packages',
    });
  });

  it('prints all results, also those of steps that fell back', async () => {
    const root = await folder({ 'package.json': { name: 'p' } });
    const { stdout } = await run(LICENCES, `folder=${root}`);
    expect(JSON.parse(stdout)).to.deep.equal({
      manifest: { name: 'p' },
      names: [],
      manifests: [],
      licences: {},
      summary: 'p is built with 0 packages',
    });
  });

  it('names every fault of a wrong file, with its place, and ends with 1', async () => {
    const root = await folder({ 'flow.json': { kind: 'graph', steps: [{ tool: 'a', argumants: {} }, 5] } });
    const file = join(root, 'flow.json');
    const { exitCode, stdout, stderr } = await run(file);
    expect([exitCode, stdout]).to.deep.equal([1, '']);
    const [kind, field, step, ...others] = stderr.trimEnd().split('\n');
    expect(kind).to.equal(`${file}: kind: expected 'chain' or 'plan', got "graph"`);
    expect(field).to.match(/: steps\[0\]\.argumants: expected one of .*; did you mean 'arguments'\?$/);
    expect(step).to.match(/: steps\[1\]: expected an object with tool, got 5$/);
    expect(others).to.deep.equal([]);
  });

  it('names a missing input and unknown tools before anything runs', async () => {
    const root = await folder({ 'flow.json': { steps: [{ tool: 'readJsn', arguments: { file: '$file' } }] } });
    const { exitCode, stderr } = await run(join(root, 'flow.json'));
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("steps[0].tool: no tool 'readJsn' is registered; did you mean 'readJson'?");
    expect(stderr).to.include('steps[0].arguments.file: $file refers to nothing');
  });

  it('says what is wrong with a file that is not there, or is not JSON', async () => {
    const root = await folder({ 'flow.json': '{ "steps": ' });
    const [missing, broken] = await Promise.all([run(join(root, 'nope.json')), run(join(root, 'flow.json'))]);
    expect(missing.stderr).to.match(/nope\.json: cannot be read: ENOENT/);
    expect(broken.stderr).to.match(/flow\.json: is not JSON: /);
    expect([missing.exitCode, broken.exitCode]).to.deep.equal([1, 1]);
  });

  it('says which step failed, and ends with 1', async () => {
    const { exitCode, stderr } = await run(LICENCES, 'folder=no such folder');
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("plan 'licences' failed at step 'manifest': 'readJson' failed: ENOENT");
  });

  it('prints its usage when it is asked, and ends with 2 when it is called in a wrong way', async () => {
    const [help, misuse] = await Promise.all([run('--help'), run()]);
    expect(help).to.deep.equal({ exitCode: 0, stdout: USAGE, stderr: '' });
    expect(misuse).to.deep.equal({
      exitCode: 2,
      stdout: '',
      stderr: `expected a file with a flow, got none\n\n${USAGE}`,
    });
  });

  it('says in its flow where the schema is', () => {
    const { $schema } = JSON.parse(readFileSync(LICENCES, 'utf8')) as { readonly $schema: string };
    expect(join(LICENCES, '..', $schema)).to.equal('flow.schema.json');
  });
});
