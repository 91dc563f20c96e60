import type { Duplicate } from './duplicates.js';
import type { Installation, InstalledPackage } from './installation.js';
import type { InstallScript } from './installScripts.js';
import type { License } from './license.js';
import type { Manifest } from './manifest.js';
import type { Size } from './sizeOnDisk.js';
import type { Unreachable } from './unreachable.js';

/** What is known of one package. A part is `null` if the tool that finds it failed. */
export interface Inspection {
  readonly package: InstalledPackage;
  readonly manifest: Manifest | null;
  readonly size: Size | null;
  readonly license: License | null;
  readonly installScripts: readonly InstallScript[] | null;
}

/** Something that could not be read. `path` is empty where it concerns the project itself. */
export interface Problem {
  readonly path: string;
  readonly tool: string;
  readonly reason: string;
}

/** What the audit emits, one at a time, so that what was found before an interruption is not lost. */
export type Finding =
  | { readonly kind: 'installation'; readonly installation: Installation }
  | { readonly kind: 'duplicates'; readonly duplicates: readonly Duplicate[] }
  | { readonly kind: 'unreachable'; readonly unreachable: readonly Unreachable[] }
  | { readonly kind: 'inspection'; readonly inspection: Inspection }
  | { readonly kind: 'problem'; readonly problem: Problem };
