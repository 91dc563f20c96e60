import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { isRight } from 'fp-ts/Either';
import { ToolEvent } from 'toolstream';
import type { Report } from '../../../examples/dependency-audit/report.js';
import { type Outcome, runProgram } from './runProgram.js';
import { type FixturePackage, temporaryFolders } from './temporaryFolders.js';

/** A package as npm itself sees it. */
interface NpmPackage {
  readonly location: string;
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** Asks npm, which has a reader of its own for lockfiles, manifests and `node_modules`. */
async function npmQuery(selector: string, folder: string): Promise<readonly NpmPackage[]> {
  const { stdout } = await promisify(execFile)('npm', ['query', selector, '--silent'], {
    cwd: folder,
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout) as readonly NpmPackage[];
}

const isInstalled = ({ location }: NpmPackage) => location.includes('node_modules/');
const locations = (packages: readonly { readonly location: string }[]) =>
  packages.map(({ location }) => location).sort();
const title = ({ name, version }: NpmPackage) => `${name}@${version}`;

describe("the dependency audit of this project, against npm's own figures", function () {
  this.timeout(60_000);
  const { folder } = temporaryFolders(after);
  let outcome: Outcome;
  let report: Report;
  let record: string;
  let installed: readonly NpmPackage[];
  let extraneous: readonly NpmPackage[];

  before(async () => {
    record = join(await folder({}), 'events.jsonl');
    let all: readonly NpmPackage[];
    [outcome, all, extraneous] = await Promise.all([
      runProgram(['--json', '--record', record]),
      npmQuery('*', '.'),
      npmQuery(':extraneous', '.'),
    ]);
    report = JSON.parse(outcome.stdout) as Report;
    installed = all.filter(isInstalled);
  });

  it('is complete', () => {
    expect(report.problems).to.deep.equal([]);
    expect([outcome.exitCode, report.outcome]).to.deep.equal([0, 'complete']);
  });

  it('inspects the packages that npm finds', () => {
    expect(report.packages.inspected).to.equal(installed.length);
    expect(report.packages.installed).to.equal(installed.length);
    expect(report.licenses.flatMap(({ packages }) => packages).sort()).to.deep.equal(installed.map(title).sort());
  });

  it('finds the licence of each package that declares one', () => {
    const found = new Map(
      report.licenses.flatMap(({ license, packages }) => packages.map((name) => [name, license] as const)),
    );
    const declared = installed.filter(({ license }) => typeof license === 'string' && /^[\w.+-]+$/.test(license));
    expect(declared).to.have.lengthOf.greaterThan(100);
    for (const each of declared) expect(found.get(title(each)), title(each)).to.equal(each.license);
  });

  it('counts every file below node_modules once, whatever its hard links', () => {
    const sizes = new Map(filesBelow('node_modules').map((file) => [lstatSync(file).ino, lstatSync(file).size]));
    const bytes = [...sizes.values()].reduce((total, size) => total + size, 0);
    expect(report.size).to.deep.equal({ bytes, files: sizes.size });
  });

  it('finds the ten largest', () => {
    const sizes = sizesByLocation(locations(installed));
    const ten = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 10);
    expect(report.largest.map(({ path, bytes }) => [path, bytes])).to.deep.equal(ten);
  });

  it('finds the packages that are installed in several versions', () => {
    const versions = new Map<string, Set<string>>();
    for (const { name, version } of installed) versions.set(name, (versions.get(name) ?? new Set()).add(version));
    const several = [...versions].filter(([, each]) => each.size > 1).map(([name, each]) => [name, [...each].sort()]);
    const found = report.duplicates.map((duplicate) => [
      duplicate.name,
      duplicate.versions.map(({ version }) => version).sort(),
    ]);
    expect(found).to.deep.equal(several.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
  });

  it('finds the install scripts', () => {
    const withScripts = installed.filter(({ location }) => {
      const manifest = readFileSync(join(location, 'package.json'), 'utf8');
      return /"(?:pre|post)?install"\s*:\s*"/.test(manifest) || existsSync(join(location, 'binding.gyp'));
    });
    expect(report.installScripts.map(({ path }) => path)).to.deep.equal(locations(withScripts));
  });

  it('finds what npm calls extraneous', () => {
    expect(report.unreachable.map(({ path }) => path)).to.deep.equal(locations(extraneous.filter(isInstalled)));
  });

  it('adds up to more than it took, since calls ran at the same time', () => {
    const { totalMs, callsMs, calls } = report.timing;
    expect(calls).to.equal(4 + 4 * installed.length);
    expect(callsMs).to.be.greaterThan(totalMs);
  });

  it('records every event, without a gap, in a form that the codec of events reads back', () => {
    const events = readFileSync(record, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => ToolEvent.decode(JSON.parse(line)));
    expect(events.every(isRight)).to.equal(true);
    const numbers = events.map((event) => (isRight(event) ? event.right.seq : undefined));
    expect(numbers).to.deep.equal(numbers.map((_, index) => index + 1));
    const succeeded = events.filter((event) => isRight(event) && event.right.type === 'call.succeeded');
    expect(succeeded).to.have.lengthOf(report.timing.calls);
  });
});

describe('the dependency audit of a project with packages that nothing needs', function () {
  this.timeout(60_000);
  const { project } = temporaryFolders();

  it('agrees with npm on which they are', async () => {
    const root = await project(untidy);
    const [{ stdout }, extraneous] = await Promise.all([runProgram(['--json', root]), npmQuery(':extraneous', root)]);
    const { unreachable } = JSON.parse(stdout) as Report;
    expect(unreachable.map(({ path }) => path)).to.deep.equal(locations(extraneous));
    expect(unreachable).to.have.lengthOf(3);
  });
});

const untidy: Readonly<Record<string, FixturePackage>> = {
  '': { manifest: { name: 'untidy', version: '1.0.0', dependencies: { a: '1' }, devDependencies: { d: '1' } } },
  'node_modules/a': {
    manifest: { name: 'a', version: '1.0.0', dependencies: { b: '2' }, peerDependencies: { p: '1' } },
  },
  'node_modules/a/node_modules/b': { manifest: { name: 'b', version: '2.0.0', optionalDependencies: { o: '1' } } },
  'node_modules/b': { manifest: { name: 'b', version: '1.0.0', dependencies: { c: '1' } } },
  'node_modules/c': { manifest: { name: 'c', version: '1.0.0' } },
  'node_modules/d': { manifest: { name: 'd', version: '1.0.0', devDependencies: { e: '1' } } },
  'node_modules/e': { manifest: { name: 'e', version: '1.0.0' } },
  'node_modules/o': { manifest: { name: 'o', version: '1.0.0' } },
  'node_modules/p': { manifest: { name: 'p', version: '1.0.0' } },
};

/** The files of all packages: what lies in `.bin`, `.cache` and beside the packages belongs to none of them. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/(?:^|\/)node_modules\/\.[^/]+(?:\/|$)/.test(path));
}

/** Goes from each file to its package, the longest location that it begins with. The audit goes the other way. */
function sizesByLocation(known: readonly string[]): ReadonlyMap<string, number> {
  const sizes = new Map(known.map((location) => [location, 0]));
  for (const file of filesBelow('node_modules')) {
    const steps = file.split('/');
    while (steps.length > 0 && !sizes.has(steps.join('/'))) steps.pop();
    const location = steps.join('/');
    sizes.set(location, (sizes.get(location) ?? 0) + lstatSync(file).size);
  }
  return sizes;
}
