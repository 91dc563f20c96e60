import { writeSync } from 'node:fs';
import { format } from 'node:util';

/** The pipe on which a sample tells its runner what each line printed. */
const RUNNER = 3;

/** Stands in for the `console.log` of one line of a sample. */
export function printed(line: number): (...values: unknown[]) => void {
  return (...values) => {
    writeSync(RUNNER, `${JSON.stringify({ line, text: format(...values) })}\n`);
    console.log(...values);
  };
}
