import { readdir } from 'node:fs/promises';
import * as t from 'io-ts';
import { compareText } from './compareText.js';
import { explainFault } from './fileFault.js';
import { recogniseLicense } from './licenseText.js';
import { readTextFile } from './readTextFile.js';
import { isAmbiguous, licenseFileNamedBy, toSpdx } from './spdx.js';

export const License = t.readonly(
  t.type({
    /** As SPDX spells it, or `null` if there is none to be found. */
    id: t.union([t.string, t.null]),
    /** The file whose text told, or `null` if the manifest did. */
    file: t.union([t.string, t.null]),
  }),
);
export type License = t.TypeOf<typeof License>;

/** Finds the licence of the package in `folder`: the one its manifest declares, otherwise the one its text shows. */
export async function licenseIn(folder: string, declared: string | null, signal: AbortSignal): Promise<License> {
  if (declared === null) return (await findByText(folder, undefined, signal)) ?? { id: null, file: null };
  const file = licenseFileNamedBy(declared);
  const asDeclared = { id: toSpdx(declared), file: null };
  if (file === undefined && !isAmbiguous(declared)) return asDeclared;
  return (await findByText(folder, file, signal)) ?? asDeclared;
}

async function findByText(folder: string, preferred: string | undefined, signal: AbortSignal): Promise<License | null> {
  for (const file of await licenseFiles(folder, preferred)) {
    const id = recogniseLicense(await readTextFile(folder, file, signal));
    if (id !== null) return { id, file };
  }
  return null;
}

// `LICENSE`, `licence.md`, `LICENSE-MIT`, `COPYING.LESSER`: the preferred one first, then the plainest name.
async function licenseFiles(folder: string, preferred: string | undefined): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    const usual = names.filter((name) => /^(licen[sc]e|copying|unlicen[sc]e)([.-]|$)/i.test(name));
    usual.sort((a, b) => a.length - b.length || compareText(a, b));
    return preferred !== undefined && names.includes(preferred) ? [preferred, ...usual] : usual;
  } catch (error) {
    throw explainFault(error, folder, folder);
  }
}
