import { expect } from 'chai';
import type { Finding, Inspection } from '../../../examples/dependency-audit/findings.js';
import type { InstalledPackage } from '../../../examples/dependency-audit/installation.js';
import type { LockedPackage } from '../../../examples/dependency-audit/lockfile.js';
import { toReport } from '../../../examples/dependency-audit/report.js';

const timing = { totalMs: 10, callsMs: 30, calls: 3 };
const options = { folder: '/project', timing, interrupted: false };

const installed = (name: string, differences: Partial<InstalledPackage> = {}): InstalledPackage => ({
  path: `node_modules/${name}`,
  name,
  version: '1.0.0',
  listed: true,
  hasInstallScript: false,
  ...differences,
});

const inspected = (name: string, parts: Partial<Inspection> = {}): Finding => ({
  kind: 'inspection',
  inspection: { package: installed(name), manifest: null, size: null, license: null, installScripts: null, ...parts },
});

const failed = (path: string, tool: string, reason: string): Finding => ({
  kind: 'problem',
  problem: { path, tool, reason },
});

const absent = (name: string, mayBeAbsent: LockedPackage['mayBeAbsent']): LockedPackage => ({
  path: `node_modules/${name}`,
  name,
  version: '1.0.0',
  link: null,
  mayBeAbsent,
  hasInstallScript: false,
  needs: [],
});

const compared = (...missing: LockedPackage[]): Finding => ({
  kind: 'installation',
  installation: { installed: [installed('a')], absent: missing },
});

describe('toReport', () => {
  it('counts what is installed, what was inspected and what was left out', () => {
    const { packages, outcome } = toReport(
      [compared(absent('b', 'optional'), absent('c', 'optional'), absent('d', 'dev')), inspected('a')],
      options,
    );
    expect(packages).to.deep.equal({ installed: 1, inspected: 1, leftOut: { optional: 2, dev: 1, peer: 0 } });
    expect(outcome).to.equal('complete');
  });

  it('groups packages by licence, the most frequent first', () => {
    const { licenses } = toReport(
      [
        inspected('c', { license: { id: 'MIT', file: null } }),
        inspected('a', { license: { id: 'MIT', file: 'LICENSE' } }),
        inspected('b', { license: { id: null, file: null } }),
        inspected('d'),
      ],
      options,
    );
    expect(licenses).to.deep.equal([
      { license: 'MIT', packages: ['a@1.0.0', 'c@1.0.0'] },
      { license: null, packages: ['b@1.0.0'] },
    ]);
  });

  it('adds up sizes and lists the ten largest', () => {
    const { size, largest } = toReport(
      Array.from({ length: 12 }, (_, index) =>
        inspected(`p${index}`, { size: { bytes: index, files: 1, linkedFiles: [] } }),
      ),
      options,
    );
    expect(size).to.deep.equal({ bytes: 66, files: 12 });
    expect(largest.map(({ bytes }) => bytes)).to.deep.equal([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    expect(largest[0]).to.deep.equal({ package: 'p11@1.0.0', path: 'node_modules/p11', bytes: 11 });
  });

  it('lists install scripts, and also where only the lockfile speaks of one', () => {
    const scripts = [{ event: 'install' as const, command: 'make' }];
    const { installScripts } = toReport(
      [
        inspected('a', { installScripts: scripts }),
        inspected('b', { package: installed('b', { hasInstallScript: true }), installScripts: [] }),
        inspected('c', { installScripts: [] }),
        inspected('d', { package: installed('d', { listed: false }), installScripts: scripts }),
      ],
      options,
    );
    expect(
      installScripts.map(({ path, scripts: found, inLockfile }) => [path, found.length, inLockfile]),
    ).to.deep.equal([
      ['node_modules/a', 1, false],
      ['node_modules/b', 0, true],
      ['node_modules/d', 1, null],
    ]);
  });

  it('joins what stopped several tools for the same reason', () => {
    const { problems, outcome } = toReport(
      [
        failed('node_modules/b', 'readManifest', 'permission denied'),
        failed('node_modules/a', 'readManifest', 'package.json: is not JSON'),
        failed('node_modules/b', 'measureSize', 'permission denied'),
      ],
      options,
    );
    expect(problems).to.deep.equal([
      { path: 'node_modules/a', reason: 'package.json: is not JSON', tools: ['readManifest'] },
      { path: 'node_modules/b', reason: 'permission denied', tools: ['readManifest', 'measureSize'] },
    ]);
    expect(outcome).to.equal('incomplete');
  });

  it('counts a required package that is not installed as a problem', () => {
    expect(toReport([compared(absent('b', null))], options).problems).to.deep.equal([
      { path: 'node_modules/b', reason: 'is in the lockfile but not installed', tools: ['compareWithDisk'] },
    ]);
  });

  it('takes a version from the manifest where the lockfile has none', () => {
    const manifest = { name: 'a', version: '3.0.0', license: null, scripts: {}, gypfile: null };
    const { licenses } = toReport(
      [inspected('a', { package: installed('a', { version: null }), manifest, license: { id: 'MIT', file: null } })],
      options,
    );
    expect(licenses[0]?.packages).to.deep.equal(['a@3.0.0']);
  });

  it('takes the version of what the lockfile does not know from its manifest', () => {
    const stranger = installed('a', { version: null, listed: false });
    const manifest = { name: 'a', version: '3.0.0', license: null, scripts: {}, gypfile: null };
    const why = 'not in the lockfile';
    const { unreachable } = toReport(
      [
        { kind: 'unreachable', unreachable: [{ path: stranger.path, name: 'a', version: null, why }] },
        inspected('a', { package: stranger, manifest }),
      ],
      options,
    );
    expect(unreachable.map(({ version }) => version)).to.deep.equal(['3.0.0']);
  });

  it('says that it was interrupted, whatever else went wrong', () => {
    expect(toReport([failed('', 'x', 'y')], { ...options, interrupted: true }).outcome).to.equal('interrupted');
  });

  it('stands up with nothing found at all', () => {
    const report = toReport([], options);
    expect(report.packages.installed).to.equal(0);
    expect(report.timing).to.equal(timing);
  });
});
