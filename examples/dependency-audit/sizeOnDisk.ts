import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as t from 'io-ts';
import { explainFault } from './fileFault.js';

/** A file with several hard links, of which another may lie in another package. */
const LinkedFile = t.readonly(t.type({ id: t.string, bytes: t.number }));

export const Size = t.readonly(t.type({ bytes: t.number, files: t.number, linkedFiles: t.readonlyArray(LinkedFile) }));
export type Size = t.TypeOf<typeof Size>;

/**
 * Adds up the bytes of the regular files in a package's folder.
 *
 * Links are not followed, so that a cycle of them ends nowhere, and a file with several hard links counts once. The
 * folder's own `node_modules` is left out, since what lies there are other packages; one deeper down is not, since
 * nobody else counts it.
 */
export async function sizeOnDisk(folder: string, signal: AbortSignal): Promise<Size> {
  const linked = new Map<string, number>();
  const open = [folder];
  let bytes = 0;
  let files = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    signal.throwIfAborted();
    const { folders, sizes } = await lookInto(next);
    open.push(...folders.filter((path) => path !== join(folder, 'node_modules')));
    for (const { linkedAs, size } of sizes) {
      if (linkedAs !== null && linked.has(linkedAs)) continue;
      if (linkedAs !== null) linked.set(linkedAs, size);
      bytes += size;
      files += 1;
    }
  }
  return { bytes, files, linkedFiles: [...linked].map(([id, size]) => ({ id, bytes: size })) };

  async function lookInto(path: string) {
    const entries = await list(path);
    const sizes = await Promise.all(
      entries.filter((entry) => entry.isFile()).map((entry) => measure(join(path, entry.name))),
    );
    return { sizes, folders: entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name)) };
  }

  async function list(path: string) {
    try {
      // The package's own folder may be a link (`npm link`): listing it follows that one and no other.
      return await readdir(path, { withFileTypes: true });
    } catch (error) {
      throw explainFault(error, folder, path);
    }
  }

  async function measure(path: string) {
    try {
      const { size, nlink, dev, ino } = await lstat(path);
      return { size, linkedAs: nlink > 1 ? `${dev}:${ino}` : null };
    } catch (error) {
      throw explainFault(error, folder, path);
    }
  }
}

/** The sizes of several packages together: a file that they share by hard links counts once. */
export function sumOfSizes(sizes: readonly Size[]): { readonly bytes: number; readonly files: number } {
  const counted = new Set<string>();
  let bytes = 0;
  let files = 0;
  for (const size of sizes) {
    bytes += size.bytes;
    files += size.files;
    for (const linked of size.linkedFiles) {
      if (counted.has(linked.id)) {
        bytes -= linked.bytes;
        files -= 1;
      }
      counted.add(linked.id);
    }
  }
  return { bytes, files };
}
