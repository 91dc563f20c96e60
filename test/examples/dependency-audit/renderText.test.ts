import { expect } from 'chai';
import { toReport, type Report } from '../../../examples/dependency-audit/report.js';
import { renderText } from '../../../examples/dependency-audit/renderText.js';

const empty = toReport([], {
  folder: '/project',
  timing: { totalMs: 12, callsMs: 3_456, calls: 2 },
  interrupted: false,
});

const full: Report = {
  ...empty,
  outcome: 'incomplete',
  packages: { installed: 1_234, inspected: 1_234, leftOut: { optional: 2, dev: 0, peer: 0 } },
  size: { bytes: 12_345_678, files: 1 },
  licenses: [
    { license: 'MIT', packages: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] },
    { license: null, packages: ['k@1.0.0'] },
  ],
  largest: [
    { package: 'a@1.0.0', path: 'node_modules/a', bytes: 2_500_000 },
    { package: 'b@1.0.0', path: 'node_modules/b', bytes: 999 },
  ],
  duplicates: [
    {
      name: 'a',
      versions: [
        { version: '1.0.0', paths: ['node_modules/a'] },
        { version: '2.0.0', paths: ['x/node_modules/a', 'y/node_modules/a'] },
      ],
    },
  ],
  installScripts: [
    { package: 'a@1.0.0', path: 'node_modules/a', scripts: [{ event: 'install', command: 'make' }], inLockfile: false },
    { package: 'b@1.0.0', path: 'node_modules/b', scripts: [], inLockfile: true },
  ],
  unreachable: [{ path: 'node_modules/z', name: 'z', version: '1.0.0', why: 'nothing needs it' }],
  problems: [{ path: 'node_modules/bad', reason: 'package.json: is not JSON', tools: ['readManifest'] }],
};

describe('renderText', () => {
  it('sets every part of the report under its heading, in columns', () => {
    expect(renderText(full)).to.equal(`Dependencies of /project
INCOMPLETE: not everything could be read, see below
1,234 packages installed, 12.3 MB in 1 file
Left out by npm: 2 optional

Packages by licence
  10  MIT
   1  no licence found  k@1.0.0

Largest
  2.5 MB  a@1.0.0
   999 B  b@1.0.0

Installed in several versions
  a  1.0.0  node_modules/a
     2.0.0  x/node_modules/a, y/node_modules/a

Install scripts
  a@1.0.0  install  make  (the lockfile says it has none)
  b@1.0.0  none     the lockfile says it has one

Not needed by the project
  node_modules/z  1.0.0  nothing needs it

Could not be read
  node_modules/bad  package.json: is not JSON  (readManifest)

12 ms in all, for 2 calls that took 3.5 s together
`);
  });

  it('says "none" under a heading without entries', () => {
    expect(renderText(empty)).to.include('Install scripts\n  none\n');
  });

  it('says how far it came before it was interrupted', () => {
    const packages = { ...empty.packages, installed: 9, inspected: 4 };
    expect(renderText({ ...empty, outcome: 'interrupted', packages })).to.include(
      'INTERRUPTED: the figures cover 4 of 9 packages\n',
    );
  });

  it('prints no control codes, not even from the name of a package', () => {
    const report = { ...full, licenses: [{ license: 'MIT\u001b[2J', packages: ['a\u0007\u009b'] }] };
    expect(renderText(report)).to.include('MIT\uFFFD[2J  a\uFFFD\uFFFD\n');
  });
});
