import { join } from 'node:path';
import { type Either, getOrElse, getOrElseW, isLeft, match } from 'fp-ts/Either';
import { catchError, concatMap, from, map, merge, mergeMap, type Observable, of, takeLast } from 'rxjs';
import { call, chain, createOrchestrator, isToolError, type ToolError } from 'toolstream';
import type { Finding, Inspection } from './findings.js';
import type { Installation, InstalledPackage } from './installation.js';
import type { InstallScript } from './installScripts.js';
import type { License } from './license.js';
import type { Lockfile } from './lockfile.js';
import { type Manifest, NO_MANIFEST } from './manifest.js';
import { reasonOf } from './reason.js';
import type { Size } from './sizeOnDisk.js';
import {
  compareWithDisk,
  findDuplicates,
  findInstallScripts,
  findLicense,
  findUnreachable,
  measureSize,
  readLockfile,
  readManifest,
} from './tools.js';

/** Enough to keep every tool busy; with all packages at once, the first results would come late. */
const PACKAGES_AT_ONCE = 32;

/** The orchestrator that runs the audit. To see it work, watch its streams. */
export function createAuditor() {
  return createOrchestrator({
    tools: [
      readLockfile,
      compareWithDisk,
      findDuplicates,
      findUnreachable,
      readManifest,
      measureSize,
      findLicense,
      findInstallScripts,
    ],
  });
}
export type Auditor = ReturnType<typeof createAuditor>;

/** Which packages are there? Each step needs what the one before it found: a chain. */
const survey = chain<{ folder: string }>('survey')
  .step('lockfile', readLockfile, ($) => ({ folder: $.folder }))
  .step('installation', compareWithDisk, ($) => ({ folder: $.folder, packages: $.lockfile.packages }));

/**
 * Audits the project in the folder `root`, and emits each finding as soon as it is made. Never errors: what could
 * not be read is a finding too. Unsubscribing stops every call that is under way.
 */
export function audit(auditor: Auditor, root: string): Observable<Finding> {
  return auditor.run(survey, { folder: root }).pipe(
    takeLast(1),
    mergeMap(({ lockfile, installation }) =>
      merge(
        of<Finding>({ kind: 'installation', installation }),
        checkTogether(auditor, lockfile, installation),
        from(installation.installed).pipe(mergeMap((installed) => inspect(auditor, root, installed), PACKAGES_AT_ONCE)),
      ),
    ),
    catchError((error: unknown) => of(problem('', error))),
  );
}

/** What only the packages together can tell. Neither check needs the other: a parallel group. */
function checkTogether(auditor: Auditor, { packages }: Lockfile, { installed }: Installation): Observable<Finding> {
  const checks = {
    duplicates: call(findDuplicates, { installed }),
    unreachable: call(findUnreachable, { packages, installed }),
  };
  return auditor
    .parallel(checks)
    .pipe(
      concatMap(({ duplicates, unreachable }) => [
        findingOf(duplicates, (found) => ({ kind: 'duplicates', duplicates: found })),
        findingOf(unreachable, (found) => ({ kind: 'unreachable', unreachable: found })),
      ]),
    );
}

/** What each package can tell by itself: two things at once, and two more that need the manifest. */
function inspect(auditor: Auditor, root: string, installed: InstalledPackage): Observable<Finding> {
  const folder = join(root, installed.path);
  return auditor.parallel({ manifest: call(readManifest, { folder }), size: call(measureSize, { folder }) }).pipe(
    concatMap(({ manifest, size }) => {
      // Without a manifest, there may still be a licence file.
      const declared = getOrElse(() => NO_MANIFEST)(manifest);
      const details = {
        license: call(findLicense, { folder, declared: declared.license }),
        installScripts: call(findInstallScripts, { folder, manifest: declared }),
      };
      return auditor.parallel(details).pipe(map((found) => ({ manifest, size, ...found })));
    }),
    concatMap((results) => [
      ...Object.values<Result<unknown>>(results)
        .filter(isLeft)
        .map(({ left }) => problem(installed.path, left)),
      { kind: 'inspection', inspection: inspectionOf(installed, results) } as const,
    ]),
  );
}

type Result<A> = Either<ToolError, A>;

interface InspectionResults {
  readonly manifest: Result<Manifest>;
  readonly size: Result<Size>;
  readonly license: Result<License>;
  readonly installScripts: Result<readonly InstallScript[]>;
}

function inspectionOf(installed: InstalledPackage, results: InspectionResults): Inspection {
  const { manifest, size, license, installScripts } = results;
  return {
    package: installed,
    manifest: orNull(manifest),
    size: orNull(size),
    license: orNull(license),
    installScripts: isLeft(manifest) ? null : orNull(installScripts),
  };
}

function findingOf<A>(result: Result<A>, toFinding: (value: A) => Finding): Finding {
  return match((error: ToolError) => problem('', error), toFinding)(result);
}

function problem(path: string, error: unknown): Finding {
  const tool = isToolError(error) && 'tool' in error ? error.tool : 'audit';
  return { kind: 'problem', problem: { path, tool, reason: reasonOf(error) } };
}

const orNull = getOrElseW(() => null);
