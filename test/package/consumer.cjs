const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const t = require('io-ts');
const { lastValueFrom, NEVER, Observable } = require('rxjs');
const toolstream = require('toolstream');
const operators = require('toolstream/operators');
const testing = require('toolstream/testing');

async function main() {
  const imported = { toolstream: await import('toolstream'), operators: await import('toolstream/operators') };
  assert.strictEqual(imported.toolstream.defineTool, toolstream.defineTool);
  assert.strictEqual(imported.operators.withTimeout, operators.withTimeout);

  const shout = toolstream.defineTool({
    name: 'shout',
    description: 'Says a text louder.',
    input: t.type({ text: t.string }),
    run: ({ text }) => [text.toUpperCase()],
  });
  const result$ = toolstream.createOrchestrator({ tools: [shout] }).execute('shout', { text: 'hello' });
  assert.ok(result$ instanceof Observable, 'the package brought an RxJS of its own');
  assert.strictEqual(await lastValueFrom(result$), 'HELLO');

  assert.deepStrictEqual(require('toolstream/flow.schema.json').required, ['steps']);

  testing.marbles(({ cold, expectStream }) => {
    expectStream(cold('-a|').pipe(operators.withTimeout(5))).toBe('-a|');
  });

  testing.marbles(({ createOrchestrator }) => {
    let error;
    createOrchestrator({ tools: [] })
      .execute('shout', {})
      .subscribe({ error: (thrown) => (error = thrown) });
    assert.ok(error instanceof toolstream.ToolNotFound, 'toolstream/testing brought a toolstream of its own');
  });

  for (const exported of [toolstream, operators, testing]) {
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value === 'function') assert.strictEqual(value.name, name, 'stack traces show another name');
    }
  }
  const program = "require('toolstream').defineTool({ name: '' })";
  const { stderr } = spawnSync(process.execPath, ['--enable-source-maps', '-e', program], { encoding: 'utf8' });
  assert.match(stderr, /^ +at .*defineTool .*[\\/]src[\\/]tool\.ts:\d+/m, 'source maps lead somewhere else');

  await assert.rejects(lastValueFrom(NEVER.pipe(operators.withTimeout(1))), operators.TimeoutExceeded);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
