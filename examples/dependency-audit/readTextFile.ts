import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFault } from './fileFault.js';

/** Reads `folder/name` as text. Rejects with a sentence that a person can act on. */
export async function readTextFile(folder: string, name: string, signal: AbortSignal): Promise<string> {
  const path = join(folder, name);
  try {
    // Opening a named pipe would wait for a writer, on a thread that no signal can wake.
    if (!(await stat(path)).isFile()) throw new Error(`${name}: is not a file`);
    const text = await readFile(path, { encoding: 'utf8', signal });
    return withoutByteOrderMark(text);
  } catch (error) {
    throw explainFault(error, folder, path);
  }
}

// Editors on Windows write one, and JSON.parse refuses it.
function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
