import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as t from 'io-ts';
import { lastValueFrom, NEVER, Observable } from 'rxjs';
import * as toolstream from 'toolstream';
import * as operators from 'toolstream/operators';
import * as testing from 'toolstream/testing';

const require = createRequire(import.meta.url);

for (const [subpath, imported] of [
  ['toolstream', toolstream],
  ['toolstream/operators', operators],
  ['toolstream/testing', testing],
]) {
  const required = require(subpath);
  const names = Object.keys(required);
  assert.ok(names.length > 0, `${subpath} exports nothing`);
  for (const name of names) {
    assert.strictEqual(imported[name], required[name], `import and require get two different ${name} from ${subpath}`);
  }
}
for (const name of Object.keys(toolstream)) {
  if (name in operators && name !== 'default' && name !== 'module.exports') {
    assert.strictEqual(toolstream[name], operators[name], `the two subpaths export two different ${name}`);
  }
}

const shout = toolstream.defineTool({
  name: 'shout',
  description: 'Says a text louder.',
  input: t.type({ text: t.string }),
  run: ({ text }) => Promise.resolve(text.toUpperCase()),
});
const result$ = toolstream.createOrchestrator({ tools: [shout] }).execute('shout', { text: 'hello' });
assert.ok(result$ instanceof Observable, 'the package brought an RxJS of its own');
assert.strictEqual(await lastValueFrom(result$), 'HELLO');

await assert.rejects(lastValueFrom(NEVER.pipe(operators.withTimeout(1))), operators.TimeoutExceeded);

// Editors read the file itself, from the folder of the package.
const schemaFile = require.resolve('toolstream/flow.schema.json');
assert.deepStrictEqual(JSON.parse(readFileSync(schemaFile, 'utf8')).required, ['steps']);
assert.strictEqual(fileURLToPath(import.meta.resolve('toolstream/flow.schema.json')), schemaFile);

// Without chai and @sinonjs/fake-timers, which this project has not installed.
testing.marbles(({ createOrchestrator, expectStream, fakeTool }) => {
  const orchestrator = createOrchestrator({ tools: [fakeTool('search', '--(a|)')] });
  expectStream(orchestrator.execute('search', {})).toBe('--(a|)');
});
assert.throws(
  () => testing.marbles(({ cold, expectStream }) => expectStream(cold('-a|')).toBe('-b|')),
  testing.AssertionError,
);
await assert.rejects(
  testing.virtualTime(() => undefined),
  /^Error: virtualTime needs the package @sinonjs\/fake-timers.*npm install --save-dev @sinonjs\/fake-timers/,
);
