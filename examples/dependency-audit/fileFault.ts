import { relative } from 'node:path';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a folder',
  ELOOP: 'a cycle of links',
  ENOENT: 'no such file or folder',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of its path is not a folder',
  EPERM: 'operation not permitted',
};

/** The code of a system error (`ENOENT`, `EACCES`, …), or `undefined` for any other failure. */
export function faultCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/**
 * Puts a system error into words, with the path as seen from `folder`: a reader knows the package, not where on the
 * machine it happens to lie. Anything that is no system error comes back unchanged.
 */
export function explainFault(error: unknown, folder: string, path: string): unknown {
  const code = faultCode(error);
  if (code === undefined) return error;
  const place = relative(folder, path);
  const words = WORDS[code] ?? code;
  return new Error(place === '' ? words : `${place}: ${words}`, { cause: error });
}
