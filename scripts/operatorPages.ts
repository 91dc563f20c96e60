import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as ts from 'typescript';
import { CheckFailed } from './CheckFailed.js';
import { declarationsOf } from './docstrings.js';
import { operatorPageOf } from './operatorPage.js';
import { runScript } from './runScript.js';

const FOLDER = 'docs/operators';
/** Pages of the folder that are written by hand. */
const BY_HAND = ['index.md', 'mutation.md'];

/** Writes the page of each operator from its docstring; with `--check` it only says which pages differ. */
runScript(() => {
  const files = readdirSync('operators', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `operators/${name.replaceAll('\\', '/')}`)
    .sort();
  const operators = files.flatMap((file) => /^operators\/(with\w+)\.ts$/.exec(file)?.[1] ?? []);
  const declared = declarationsOf(Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')])));
  const pages = new Map(
    operators.map((name) => [`${FOLDER}/${name}.md`, operatorPageOf(name, { declared, operators, typeChecks })]),
  );
  if (process.argv.includes('--check')) {
    check(pages);
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const [path, page] of pages) writeFileSync(path, page);
  console.log(`${String(pages.size)} pages written`);
});

function check(pages: ReadonlyMap<string, string>): void {
  const stale = [...pages].flatMap(([path, page]) => {
    if (!existsSync(path)) return [`${path}: missing`];
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === page ? [] : [`${path}: differs from the docstrings`];
  });
  const present = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  const surplus = present
    .filter((name) => name.endsWith('.md') && !BY_HAND.includes(name) && !pages.has(`${FOLDER}/${name}`))
    .map((name) => `${FOLDER}/${name}: of no operator`);
  const faults = [...stale, ...surplus];
  if (faults.length > 0) throw new CheckFailed(`${faults.join('\n')}\nnpm run docs:operators writes them anew`);
  console.log(`${String(pages.size)} pages are up to date`);
}

/** True for code that type-checks as a module of its own, with the project's settings. */
function typeChecks(code: string): boolean {
  const file = 'example.mts';
  const { config } = ts.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8')) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [file] }, ts.sys, '.');
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version) =>
    path.endsWith(file) ? ts.createSourceFile(path, `${code}\nexport {};\n`, version) : getSourceFile(path, version);
  const program = ts.createProgram([file], { ...options, noUnusedLocals: false }, host);
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].length === 0;
}
