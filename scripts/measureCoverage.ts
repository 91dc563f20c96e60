import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runNode } from './runNode.js';
import { runScript } from './runScript.js';

/**
 * Coverage is measured on what tsc compiled, not through tsx: the source maps of tsx are too coarse for branches,
 * and fully covered files come out at some 80 %.
 */
const COMPILED = '.build/tests';

runScript(() => {
  rmSync(COMPILED, { recursive: true, force: true });
  runNode('node_modules/typescript7/bin/tsc', ['-p', 'tsconfig.coverage.json']);
  // The examples import the library by its name. This makes that name mean the compiled sources under measurement.
  writeJson('package.json', {
    name: 'toolstream',
    type: 'commonjs',
    exports: {
      '.': './src/index.js',
      './operators': './operators/index.js',
      './testing': './src/testing/index.js',
    },
  });
  writeFileSync(`${COMPILED}/everyModule.js`, everyModule());
  // The settings of `npm test`, over the compiled files; with another reporter, to leave its report alone, and with
  // more time, since V8 counts along.
  writeJson('mocharc.json', {
    ...(JSON.parse(readFileSync('.mocharc.json', 'utf8')) as object),
    require: ['./scripts/propertySeed.cjs', './scripts/coverageSetup.cjs', `./${COMPILED}/everyModule.js`],
    spec: [`${COMPILED}/test/**/*.test.js`],
    reporter: 'dot',
    timeout: 60_000,
  });
  runNode('node_modules/c8/bin/c8.js', ['node_modules/mocha/bin/mocha.js', '--config', `${COMPILED}/mocharc.json`]);
});

/** A program that loads the whole library: a module of types alone is loaded by nobody, and would count as uncovered. */
function everyModule(): string {
  return ['operators', 'src']
    .flatMap((folder) =>
      readdirSync(`${COMPILED}/${folder}`, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.js'))
        .map((name) => `require(${JSON.stringify(`./${folder}/${name}`)});\n`),
    )
    .join('');
}

function writeJson(name: string, content: object): void {
  writeFileSync(`${COMPILED}/${name}`, JSON.stringify(content));
}
