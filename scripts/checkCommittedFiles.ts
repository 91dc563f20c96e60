import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { CheckFailed } from './CheckFailed.js';
import { runScript } from './runScript.js';

const FORBIDDEN = [
  { what: 'a path of one machine', pattern: /(?:file:\/\/|(?<![\w.$}\])/-]))\/(?:work|tmp|root|home|Users)\// },
  { what: 'a path of one machine', pattern: /\b[A-Z]:\\\\?Users\b/ },
  {
    what: 'the host of a package registry',
    pattern: /\b(?:registry|npm|artifactory|nexus|verdaccio)\.[\w-]+\.(?:com|org|net|io|dev|cloud|internal|local)\b/,
  },
  { what: 'where a package was downloaded', pattern: /^\s*"resolved": "https?:/m, only: 'package-lock.json' },
];

/** Checks that nothing of the machine a file was written on is in the repository. */
runScript(() => {
  // Also what is not committed yet: it is checked before it is.
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: Infinity,
  })
    .split('\0')
    .filter((path) => path !== '' && isFile(path));
  if (files.length === 0) throw new CheckFailed('git lists no files');
  const faults = files.flatMap((path) => faultsIn(path, readFileSync(path, 'utf8')));
  if (faults.length > 0) throw new CheckFailed(faults.join('\n'));
  console.log(`${files.length} files`);
});

/** Not a link, and not one that was deleted and is still in git's index. */
function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function faultsIn(path: string, text: string): readonly string[] {
  return FORBIDDEN.filter(({ only }) => only === undefined || only === path).flatMap(({ what, pattern }) => {
    const found = pattern.exec(text);
    return found ? [`${path}:${lineAt(text, found.index)}: ${what}: ${found[0].trim()}`] : [];
  });
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
