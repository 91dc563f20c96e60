import { compareText } from './compareText.js';
import type { Duplicate } from './duplicates.js';
import type { Finding, Inspection, Problem } from './findings.js';
import type { Installation } from './installation.js';
import type { InstallScript } from './installScripts.js';
import { sumOfSizes } from './sizeOnDisk.js';
import type { Unreachable } from './unreachable.js';

/** What the audit says in the end; `--json` prints exactly this. */
export interface Report {
  readonly folder: string;
  /** `complete`: everything was read. `incomplete`: see `problems`. `interrupted`: the figures are of what was inspected so far. */
  readonly outcome: 'complete' | 'incomplete' | 'interrupted';
  readonly packages: {
    readonly installed: number;
    readonly inspected: number;
    /** Listed in the lockfile, not on disk, and rightly so: `optional` ones are for other platforms. */
    readonly leftOut: { readonly optional: number; readonly dev: number; readonly peer: number };
  };
  readonly size: { readonly bytes: number; readonly files: number };
  readonly licenses: readonly LicenseGroup[];
  readonly largest: readonly { readonly package: string; readonly path: string; readonly bytes: number }[];
  readonly duplicates: readonly Duplicate[];
  readonly installScripts: readonly PackageWithScripts[];
  readonly unreachable: readonly Unreachable[];
  readonly problems: readonly ReportedProblem[];
  readonly timing: Timing;
}

export interface LicenseGroup {
  /** `null` for the packages without any. */
  readonly license: string | null;
  readonly packages: readonly string[];
}

export interface PackageWithScripts {
  readonly package: string;
  readonly path: string;
  readonly scripts: readonly InstallScript[];
  /** What the lockfile says, or `null` if it does not know the package. Where it disagrees with `scripts`, look closer. */
  readonly inLockfile: boolean | null;
}

/** One thing that went wrong, and all the tools it stopped. */
export interface ReportedProblem {
  readonly path: string;
  readonly reason: string;
  readonly tools: readonly string[];
}

/** How long the whole took, and the sum of its calls' times: larger where calls ran at the same time. */
export interface Timing {
  readonly totalMs: number;
  readonly callsMs: number;
  readonly calls: number;
}

export interface ReportOptions {
  readonly folder: string;
  readonly timing: Timing;
  readonly interrupted: boolean;
}

const LARGEST = 10;

/** Draws up the report from whatever was found, be it everything or not. */
export function toReport(findings: readonly Finding[], { folder, timing, interrupted }: ReportOptions): Report {
  const { installation, duplicates, unreachable, inspections, problems } = sortOut(findings);
  return {
    folder,
    outcome: interrupted ? 'interrupted' : problems.length > 0 ? 'incomplete' : 'complete',
    packages: {
      installed: installation.installed.length,
      inspected: inspections.length,
      leftOut: countLeftOut(installation),
    },
    size: sumOfSizes(inspections.flatMap(({ size }) => size ?? [])),
    licenses: byLicense(inspections),
    largest: largest(inspections),
    duplicates,
    installScripts: withScripts(inspections),
    unreachable: withVersions(unreachable, inspections),
    problems: together(problems),
    timing,
  };
}

interface Sorted {
  installation: Installation;
  duplicates: readonly Duplicate[];
  unreachable: readonly Unreachable[];
  readonly inspections: Inspection[];
  readonly problems: Problem[];
}

function sortOut(findings: readonly Finding[]): Sorted {
  const sorted: Sorted = {
    installation: { installed: [], absent: [] },
    duplicates: [],
    unreachable: [],
    inspections: [],
    problems: [],
  };
  for (const finding of findings) {
    switch (finding.kind) {
      case 'installation':
        sorted.installation = finding.installation;
        sorted.problems.push(...missing(finding.installation));
        break;
      case 'duplicates':
        sorted.duplicates = finding.duplicates;
        break;
      case 'unreachable':
        sorted.unreachable = finding.unreachable;
        break;
      case 'inspection':
        sorted.inspections.push(finding.inspection);
        break;
      case 'problem':
        sorted.problems.push(finding.problem);
    }
  }
  return sorted;
}

function missing({ absent }: Installation): readonly Problem[] {
  return absent
    .filter(({ mayBeAbsent }) => mayBeAbsent === null)
    .map(({ path }) => ({ path, tool: 'compareWithDisk', reason: 'is in the lockfile but not installed' }));
}

function countLeftOut({ absent }: Installation): Report['packages']['leftOut'] {
  const count = (reason: string) => absent.filter(({ mayBeAbsent }) => mayBeAbsent === reason).length;
  return { optional: count('optional'), dev: count('dev'), peer: count('peer') };
}

function byLicense(inspections: readonly Inspection[]): readonly LicenseGroup[] {
  const groups = new Map<string | null, string[]>();
  for (const inspection of inspections) {
    if (inspection.license === null) continue;
    const { id } = inspection.license;
    groups.set(id, [...(groups.get(id) ?? []), titleOf(inspection)]);
  }
  return [...groups]
    .map(([license, packages]) => ({ license, packages: packages.sort() }))
    .sort((a, b) => b.packages.length - a.packages.length || compareText(a.license ?? '', b.license ?? ''));
}

function largest(inspections: readonly Inspection[]): Report['largest'] {
  return inspections
    .flatMap((inspection) =>
      inspection.size === null
        ? []
        : [{ package: titleOf(inspection), path: inspection.package.path, bytes: inspection.size.bytes }],
    )
    .sort((a, b) => b.bytes - a.bytes || byPath(a, b))
    .slice(0, LARGEST);
}

function withScripts(inspections: readonly Inspection[]): readonly PackageWithScripts[] {
  return inspections
    .flatMap((inspection) => {
      const { package: installed, installScripts: scripts } = inspection;
      if (scripts === null || (scripts.length === 0 && !installed.hasInstallScript)) return [];
      const inLockfile = installed.listed ? installed.hasInstallScript : null;
      return [{ package: titleOf(inspection), path: installed.path, scripts, inLockfile }];
    })
    .sort(byPath);
}

// Of a package that the lockfile does not know, only the manifest tells the version.
function withVersions(unreachable: readonly Unreachable[], inspections: readonly Inspection[]): readonly Unreachable[] {
  const versions = new Map(inspections.map((inspection) => [inspection.package.path, versionOf(inspection)]));
  return unreachable.map((each) => ({ ...each, version: versions.get(each.path) ?? each.version })).sort(byPath);
}

// A folder that cannot be entered stops every tool for the same reason: that is one problem.
function together(problems: readonly Problem[]): readonly ReportedProblem[] {
  const merged = new Map<string, ReportedProblem>();
  for (const { path, tool, reason } of problems) {
    const key = JSON.stringify([path, reason]);
    merged.set(key, { path, reason, tools: [...(merged.get(key)?.tools ?? []), tool] });
  }
  return [...merged.values()].sort(byPath);
}

function titleOf(inspection: Inspection): string {
  const { name } = inspection.package;
  const version = versionOf(inspection);
  return version === null ? name : `${name}@${version}`;
}

function versionOf({ package: installed, manifest }: Inspection): string | null {
  return installed.version ?? manifest?.version ?? null;
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return compareText(a.path, b.path);
}
