import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { CheckFailed } from './CheckFailed.js';
import { runScript } from './runScript.js';

/** The arguments of the examples that take any; the others run as they are. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'dependency-audit': ['--json'],
  'flow-from-file': ['examples/flow-from-file/licences.json', 'folder=.', '--show', 'summary', '--show', 'licences'],
};
const MAX_SECONDS = 60;

/** Runs every example, which has to succeed and to say something on its standard output. */
runScript(() => {
  const examples = readdirSync('examples').filter((name) => existsSync(mainOf(name)));
  if (examples.length === 0) throw new CheckFailed('There is no examples/*/main.ts');
  for (const name of examples) runExample(name);
});

function mainOf(name: string): string {
  return `examples/${name}/main.ts`;
}

function runExample(name: string): void {
  const args = ['--require', 'tsx', mainOf(name), ...(ARGUMENTS[name] ?? [])];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: MAX_SECONDS * 1_000,
    maxBuffer: Infinity,
  });
  if (status !== 0)
    throw new CheckFailed(`${mainOf(name)} ended with ${signal ?? String(status)}:\n${stderr}${stdout}`);
  if (stdout.trim() === '') throw new CheckFailed(`${mainOf(name)} printed nothing:\n${stderr}`);
  console.log(`${mainOf(name)}: ${stdout.length} characters`);
}
