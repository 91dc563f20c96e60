import { writeFileSync } from 'node:fs';
import type { BenchRow } from './BenchRow.js';

/** Measures one row, in this process, and writes its figures to a file. */
async function main(name: string, file: string): Promise<void> {
  const { row } = (await import(`./rows/${name}.js`)) as { readonly row: BenchRow };
  writeFileSync(file, JSON.stringify(await row.measure()));
  // A row may leave timers behind.
  process.exit(0);
}

const [, , name = '', file = ''] = process.argv;
void main(name, file);
