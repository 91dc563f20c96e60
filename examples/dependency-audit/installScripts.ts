import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as t from 'io-ts';
import { explainFault, faultCode } from './fileFault.js';
import type { Manifest } from './manifest.js';

const EVENTS = ['preinstall', 'install', 'postinstall'] as const;

/** A command that npm runs on the machine when it installs the package. */
export const InstallScript = t.readonly(
  t.type({
    event: t.union([t.literal('preinstall'), t.literal('install'), t.literal('postinstall')]),
    command: t.string,
  }),
);
export type InstallScript = t.TypeOf<typeof InstallScript>;

type Scripts = Pick<Manifest, 'scripts' | 'gypfile'>;

/** Finds what a package would run on installation, and also what npm runs without being told to. */
export async function installScriptsIn(
  folder: string,
  { scripts, gypfile }: Scripts,
): Promise<readonly InstallScript[]> {
  const declared = EVENTS.flatMap((event) => {
    const command = scripts[event];
    return command === undefined || command === '' ? [] : [{ event, command }];
  });
  // npm's own rule: a `binding.gyp` is built unless the package says how itself, or says not to.
  const saysHow = declared.some(({ event }) => event !== 'postinstall');
  if (saysHow || gypfile === false || !(await isThere(folder, 'binding.gyp'))) return declared;
  return [{ event: 'install', command: 'node-gyp rebuild' }, ...declared];
}

async function isThere(folder: string, name: string): Promise<boolean> {
  const path = join(folder, name);
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return false;
    throw explainFault(error, folder, path);
  }
}
