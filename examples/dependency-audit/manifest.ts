import * as t from 'io-ts';
import { decodeOrThrow } from './decodeOrThrow.js';
import { parseJson } from './parseJson.js';
import { readTextFile } from './readTextFile.js';

const MANIFEST_NAME = 'package.json';

/** What the audit takes from an installed package's `package.json`, in one shape whatever its age. */
export const Manifest = t.readonly(
  t.type({
    name: t.union([t.string, t.null]),
    version: t.union([t.string, t.null]),
    /** As its author wrote it; several become `A OR B`. */
    license: t.union([t.string, t.null]),
    scripts: t.readonly(t.record(t.string, t.string)),
    /** `false` is how a package with a `binding.gyp` asks npm not to build it. */
    gypfile: t.union([t.boolean, t.null]),
  }),
);
export type Manifest = t.TypeOf<typeof Manifest>;

/** Stands in for a manifest that could not be read: it declares nothing. */
export const NO_MANIFEST: Manifest = { name: null, version: null, license: null, scripts: {}, gypfile: false };

/** Reads `folder/package.json`. */
export async function manifestIn(folder: string, signal: AbortSignal): Promise<Manifest> {
  return decodeManifest(await readTextFile(folder, MANIFEST_NAME, signal));
}

export function decodeManifest(text: string): Manifest {
  const raw = decodeOrThrow(AsPublished, parseJson(text, MANIFEST_NAME), MANIFEST_NAME);
  return {
    name: stringOrNull(raw.name),
    version: stringOrNull(raw.version),
    license: licenseOf(raw.license) ?? licenseOf(raw.licenses),
    scripts: stringsOf(raw.scripts),
    gypfile: typeof raw.gypfile === 'boolean' ? raw.gypfile : null,
  };
}

// Twenty years of packages have put everything into these fields. Only a manifest that is no object at
// all is refused; a field of another kind counts as left out, as it does for npm.
const AsPublished = t.partial(
  {
    name: t.unknown,
    version: t.unknown,
    license: t.unknown,
    licenses: t.unknown,
    scripts: t.unknown,
    gypfile: t.unknown,
  },
  'an object',
);

const LicenseName = t.union([t.string, t.type({ type: t.string }), t.type({ name: t.string })]);
const LicenseNames = t.array(LicenseName);

function licenseOf(field: unknown): string | null {
  if (LicenseName.is(field)) return stringOrNull(nameOf(field).trim());
  // The array dates from before SPDX expressions, and meant a choice.
  return LicenseNames.is(field) ? stringOrNull(field.map(nameOf).join(' OR ')) : null;
}

function nameOf(license: t.TypeOf<typeof LicenseName>): string {
  if (typeof license === 'string') return license;
  return 'type' in license ? license.type : license.name;
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
