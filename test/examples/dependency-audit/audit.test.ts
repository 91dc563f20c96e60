import { expect } from 'chai';
import { lastValueFrom, take, toArray } from 'rxjs';
import { isTerminal, type ToolEvent } from 'toolstream';
import { audit, createAuditor } from '../../../examples/dependency-audit/audit.js';
import type { Finding } from '../../../examples/dependency-audit/findings.js';
import { type FixturePackage, temporaryFolders } from './temporaryFolders.js';

const twoPackages: Readonly<Record<string, FixturePackage>> = {
  '': { manifest: { dependencies: { a: '1' } } },
  'node_modules/a': { manifest: { name: 'a', version: '1.0.0', license: 'MIT', dependencies: { b: '1' } } },
  'node_modules/b': {
    manifest: { name: 'b', version: '1.0.0', scripts: { install: 'make' } },
    files: { COPYING: 'Mozilla Public License Version 2.0' },
  },
};

describe('audit', () => {
  const { folder, project } = temporaryFolders();

  const findings = (root: string): Promise<readonly Finding[]> =>
    lastValueFrom(audit(createAuditor(), root).pipe(toArray()));

  it('tells what is installed, then what each package and what all of them together show', async () => {
    const found = await findings(await project(twoPackages));
    expect(found[0]?.kind).to.equal('installation');
    expect(found.map(({ kind }) => kind)).to.have.members([
      'installation',
      'duplicates',
      'unreachable',
      'inspection',
      'inspection',
    ]);
  });

  it('tells everything that there is to know of a package', async () => {
    const found = await findings(await project(twoPackages));
    const inspections = found.flatMap((finding) => (finding.kind === 'inspection' ? [finding.inspection] : []));
    const inspection = inspections.find((each) => each.package.name === 'b');
    expect(inspection).to.deep.equal({
      package: { path: 'node_modules/b', name: 'b', version: '1.0.0', listed: true, hasInstallScript: false },
      manifest: { name: 'b', version: '1.0.0', license: null, scripts: { install: 'make' }, gypfile: null },
      size: { bytes: 93, files: 2, linkedFiles: [] },
      license: { id: 'MPL-2.0', file: 'COPYING' },
      installScripts: [{ event: 'install', command: 'make' }],
    });
  });

  it('goes on with the licence file and the size where the manifest is broken', async () => {
    const found = await findings(
      await project({
        '': {},
        'node_modules/a': { files: { 'package.json': 'oops', LICENSE: 'Apache License Version 2.0' } },
      }),
    );
    expect(found).to.deep.include({
      kind: 'inspection',
      inspection: {
        package: { path: 'node_modules/a', name: 'a', version: null, listed: true, hasInstallScript: false },
        manifest: null,
        size: { bytes: 30, files: 2, linkedFiles: [] },
        license: { id: 'Apache-2.0', file: 'LICENSE' },
        installScripts: null,
      },
    });
    const problems = found.flatMap((finding) => (finding.kind === 'problem' ? [finding.problem] : []));
    expect(problems.map(({ path, tool }) => [path, tool])).to.deep.equal([['node_modules/a', 'readManifest']]);
    expect(problems[0]?.reason).to.match(/^package\.json: is not JSON \(/);
  });

  it('has nothing but the reason to tell where there is no lockfile', async () => {
    expect(await findings(await folder({}))).to.deep.equal([
      {
        kind: 'problem',
        problem: { path: '', tool: 'readLockfile', reason: 'package-lock.json: no such file or folder' },
      },
    ]);
  });

  it('stops every call when it is unsubscribed, and leaves nothing behind', async () => {
    const auditor = createAuditor();
    const events: ToolEvent[] = [];
    auditor.events$.subscribe((event) => events.push(event));
    await lastValueFrom(audit(auditor, await project(twoPackages)).pipe(take(1)));
    const started = events.filter(({ type }) => type === 'call.started');
    expect(events.filter(isTerminal)).to.have.lengthOf(started.length);
    expect(auditor.stats()).to.include({ running: 0, queued: 0, permits: 0, waiting: 0, timers: 0 });
  });
});
