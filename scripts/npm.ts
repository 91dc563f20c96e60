import { spawnSync } from 'node:child_process';
import { CheckFailed } from './CheckFailed.js';

/** Runs npm; its output is shown only if it fails. */
export function npm(args: readonly string[], cwd: string): void {
  // On Windows npm is a batch file, which only a shell starts.
  const shell = process.platform === 'win32';
  const { status, stdout, stderr, error } = spawnSync('npm', [...args], { cwd, shell, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new CheckFailed(`npm ${args.join(' ')} failed:\n${stdout}${stderr}`);
}
