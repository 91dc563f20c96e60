import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readLane, toSvg } from '../src/testing/index.js';
import { CheckFailed } from './CheckFailed.js';
import { declarationsOf } from './docstrings.js';
import { marbleBlocksOf, picturePathOf } from './marbleBlocks.js';
import { runScript } from './runScript.js';

const FOLDER = 'docs/operators';
const PICTURES = `${FOLDER}/img`;

/** Draws the diagrams in the operators' docstrings; with `--check` it only says which pictures differ. */
runScript(() => {
  const pictures = new Map(readdirSync('operators').sort().flatMap(picturesOf));
  if (pictures.size === 0) throw new CheckFailed('No diagram was found in operators/with….ts');
  const present = existsSync(PICTURES) ? readdirSync(PICTURES).map((name) => `${PICTURES}/${name}`) : [];
  const surplus = present.filter((path) => !pictures.has(path));
  if (process.argv.includes('--check')) {
    const stale = [...pictures].flatMap(([path, svg]) =>
      existsSync(path) && readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === svg
        ? []
        : [`${path}: differs from the docstring`],
    );
    const faults = [...stale, ...surplus.map((path) => `${path}: of no diagram`)];
    if (faults.length > 0) throw new CheckFailed(`${faults.join('\n')}\nnpm run docs:diagrams draws them anew`);
    console.log(`${pictures.size} pictures are up to date`);
    return;
  }
  mkdirSync(PICTURES, { recursive: true });
  for (const path of surplus) rmSync(path);
  for (const [path, svg] of pictures) writeFileSync(path, svg);
  console.log(`${pictures.size} pictures drawn`);
});

function picturesOf(file: string): readonly (readonly [path: string, svg: string])[] {
  const [, operator] = /^(with\w+)\.ts$/.exec(file) ?? [];
  if (operator === undefined) return [];
  const path = `operators/${file}`;
  const doc = declarationsOf({ [path]: readFileSync(path, 'utf8') }).get(operator)?.doc.text ?? '';
  return marbleBlocksOf(doc).map(({ options, rows }, index) => [
    `${FOLDER}/${picturePathOf(operator, index + 1)}`,
    toSvg(
      rows.map(({ name, marbles }) => readLane(name, marbles)),
      {
        title: options === '' ? operator : `${operator}, ${options}`,
        description: rows.map(({ name, marbles }) => `${name}: ${marbles}`).join('; '),
      },
    ),
  ]);
}
