import { spawnSync } from 'node:child_process';
import { CheckFailed } from './CheckFailed.js';
import { runScript } from './runScript.js';

/** Everything that must hold beside the tests, the quickest answers first. */
const CHECKS = [
  'typecheck',
  'format:check',
  'lint',
  'arch',
  'deadcode',
  'check:files',
  'docs:operators:check',
  'docs:diagrams:check',
  'compare:check',
  'mutation:check',
  'docs:check',
  'examples',
  'bench:short',
  'coverage',
  'check:package',
];

runScript(() => {
  for (const check of CHECKS) {
    console.log(`\n== ${check}`);
    const startedAt = Date.now();
    const { status } = spawnSync('npm', ['run', '--silent', check], {
      stdio: 'inherit',
      // On Windows npm is a batch file, which only a shell starts.
      shell: process.platform === 'win32',
    });
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    if (status !== 0) throw new CheckFailed(`== ${check} FAILED after ${seconds} s`);
    console.log(`== ${check} ok, ${seconds} s`);
  }
});
