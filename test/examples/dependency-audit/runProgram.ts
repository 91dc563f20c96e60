import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How `npm start` runs it. The tests run in the project's folder, whatever they were compiled to. */
export const PROGRAM = ['--require', 'tsx', 'examples/dependency-audit/main.ts'];
/**
 * The same, by a user without any rights to the files of others. The program begins when it is loaded, and reads its
 * first file after that: by then the rights are gone, and its own files, which may lie where nobody else can read, are
 * in memory.
 */
export const PROGRAM_AS_NOBODY = [
  '--require',
  'tsx',
  '--eval',
  "require('./examples/dependency-audit/main.ts'); if (process.geteuid() === 0) process.seteuid(65_534);",
  '--',
  'main.ts',
];

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly program?: readonly string[];
  readonly onStart?: (child: ChildProcess) => void;
  /** Called at each print on standard error, with all that has been printed there so far. */
  readonly onStderr?: (printed: string, child: ChildProcess) => void;
}

/** Runs the program with these arguments, as a process of its own, and waits for its end. */
export async function runProgram(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { program = PROGRAM, onStart, onStderr } = options;
  const child = spawn(process.execPath, [...program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
    onStderr?.(stderr, child);
  });
  onStart?.(child);
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout, stderr };
}
