import * as t from 'io-ts';
import { compareText } from './compareText.js';
import type { InstalledPackage } from './installation.js';

const InstalledVersion = t.readonly(t.type({ version: t.string, paths: t.readonlyArray(t.string) }));

export const Duplicate = t.readonly(t.type({ name: t.string, versions: t.readonlyArray(InstalledVersion) }));
export type Duplicate = t.TypeOf<typeof Duplicate>;

/** The packages that are installed in more than one version, each version with the places where it lies. */
export function duplicatesIn(installed: readonly InstalledPackage[]): readonly Duplicate[] {
  const pathsByName = new Map<string, Map<string, string[]>>();
  for (const { name, version, path } of installed) {
    if (version === null) continue;
    const versions = pathsByName.get(name) ?? new Map<string, string[]>();
    pathsByName.set(name, versions);
    versions.set(version, [...(versions.get(version) ?? []), path]);
  }
  return [...pathsByName]
    .filter(([, versions]) => versions.size > 1)
    .map(([name, versions]) => ({ name, versions: sorted(versions) }))
    .sort((a, b) => compareText(a.name, b.name));
}

function sorted(versions: ReadonlyMap<string, readonly string[]>) {
  return [...versions]
    .map(([version, paths]) => ({ version, paths: [...paths].sort(compareText) }))
    .sort((a, b) => compareVersions(a.version, b.version));
}

// Good enough to read: 9.1.0 comes before 10.0.0.
function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
