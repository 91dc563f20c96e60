import { spawnSync } from 'node:child_process';
import { CheckFailed } from './CheckFailed.js';

/** Runs a Node program to its end, its output passed through. */
export function runNode(program: string, args: readonly string[], cwd = process.cwd()): void {
  const { status, signal, error } = spawnSync(process.execPath, [program, ...args], { cwd, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new CheckFailed(`${program} ended with ${signal ?? `exit code ${String(status)}`}`);
}
