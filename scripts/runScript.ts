import { CheckFailed } from './CheckFailed.js';

/** Runs the body of a script; a failed check is printed without a stack and makes the process fail. */
export function runScript(body: () => void | Promise<void>): void {
  Promise.resolve()
    .then(body)
    .catch((error: unknown) => {
      console.error(error instanceof CheckFailed ? error.message : error);
      process.exitCode = 1;
    });
}
