import { formatBytes, formatCount, formatMs, formatNumber } from './format.js';
import { printable } from './printable.js';
import type { LicenseGroup, PackageWithScripts, Report, ReportedProblem } from './report.js';

/** The report as plain text, without control codes: it may end up in a file. */
export function renderText(report: Report): string {
  const sections = [
    heading(report),
    section('Packages by licence', table(report.licenses.map(licenseRow), 'right')),
    section(
      'Largest',
      table(
        report.largest.map(({ package: name, bytes }) => [formatBytes(bytes), name]),
        'right',
      ),
    ),
    section('Installed in several versions', table(report.duplicates.flatMap(duplicateRows))),
    section('Install scripts', table(report.installScripts.flatMap(scriptRows))),
    section(
      'Not needed by the project',
      table(report.unreachable.map(({ path, version, why }) => [path, version ?? '', why])),
    ),
    section('Could not be read', table(report.problems.map(problemRow))),
    [timing(report)],
  ];
  return `${sections.map((lines) => lines.map(printable).join('\n')).join('\n\n')}\n`;
}

/** Of a licence that few packages have, a reader wants to know which ones. */
const NAMED_UP_TO = 3;

type Row = readonly string[];

function heading({ folder, outcome, packages, size }: Report): readonly string[] {
  const leftOut = Object.entries(packages.leftOut).filter(([, number]) => number > 0);
  return [
    `Dependencies of ${folder}`,
    ...(outcome === 'interrupted'
      ? [
          `INTERRUPTED: the figures cover ${formatNumber(packages.inspected)} of ${formatCount(packages.installed, 'package')}`,
        ]
      : []),
    ...(outcome === 'incomplete' ? ['INCOMPLETE: not everything could be read, see below'] : []),
    `${formatCount(packages.installed, 'package')} installed, ${formatBytes(size.bytes)} in ${formatCount(size.files, 'file')}`,
    ...(leftOut.length > 0
      ? [`Left out by npm: ${leftOut.map(([why, number]) => `${formatNumber(number)} ${why}`).join(', ')}`]
      : []),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [title, ...(lines.length === 0 ? ['  none'] : lines)];
}

function licenseRow({ license, packages }: LicenseGroup): Row {
  const names = packages.length <= NAMED_UP_TO ? packages.join(', ') : '';
  return [formatNumber(packages.length), license ?? 'no licence found', names];
}

function duplicateRows({ name, versions }: Report['duplicates'][number]): readonly Row[] {
  return versions.map(({ version, paths }, index) => [index === 0 ? name : '', version, paths.join(', ')]);
}

function scriptRows({ package: name, scripts, inLockfile }: PackageWithScripts): readonly Row[] {
  if (scripts.length === 0) return [[name, 'none', 'the lockfile says it has one']];
  const surprise = inLockfile === false ? '  (the lockfile says it has none)' : '';
  return scripts.map(({ event, command }, index) => [index === 0 ? name : '', event, `${command}${surprise}`]);
}

function problemRow({ path, reason, tools }: ReportedProblem): Row {
  return [path === '' ? 'the project' : path, reason, `(${tools.join(', ')})`];
}

function timing({ timing: { totalMs, callsMs, calls } }: Report): string {
  return `${formatMs(totalMs)} in all, for ${formatCount(calls, 'call')} that took ${formatMs(callsMs)} together`;
}

function table(rows: readonly Row[], firstColumn: 'left' | 'right' = 'left'): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 && firstColumn === 'right' ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
