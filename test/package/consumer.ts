import { isRight } from 'fp-ts/Either';
import * as t from 'io-ts';
import { firstValueFrom, lastValueFrom, of } from 'rxjs';
import { call, chain, createOrchestrator, defineTool } from 'toolstream';
import { SlidingWindow, withTimeout } from 'toolstream/operators';
import { conformance, marbles, virtualTime } from 'toolstream/testing';

const double = defineTool({
  name: 'double',
  description: 'Double a number.',
  input: t.type({ n: t.number }),
  output: t.number,
  run: ({ n }) => of(n * 2),
});
const label = defineTool({
  name: 'label',
  description: 'Put a number into words.',
  input: t.type({ of: t.number }),
  run: async (args) => {
    await Promise.resolve();
    return { text: `it is ${String(args.of)}` };
  },
});
const orchestrator = createOrchestrator({ tools: [double, label] });

const flow = chain<{ start: number }>('flow')
  .step('twice', double, ($) => ({ n: $.start }))
  .step('words', label, ($) => ({ of: $.twice }));

export async function run(): Promise<string> {
  const four: number = await firstValueFrom(orchestrator.execute('double', { n: 2 }).pipe(withTimeout(1_000)));
  const { words } = await lastValueFrom(orchestrator.run(flow, { start: four }));
  const { a, b } = await lastValueFrom(orchestrator.parallel({ a: call(double, { n: 5 }), b: call(label, { of: 1 }) }));
  const window = new SlidingWindow({ limit: 1, perMs: 10 });
  return `${words.text}, ${String(isRight(a) && a.right)}, ${String(isRight(b) && b.right.text)}, ${String(window.waitMs(0, 1, 0))}`;
}

export async function test(): Promise<number> {
  marbles(({ createOrchestrator: create, expectRun, expectStatus, fakeTool }) => {
    const fake = create({ tools: [fakeTool(double, '-(f|)', { f: 4 }), label] });
    expectRun(fake, flow, { start: 2 }).toBe('-t(w|)', { t: { twice: 4 } });
    expectStatus(fake, 'double').toBe('ba');
  });
  for (const { run: check } of conformance(() => ({ tool: label, args: { of: 1 } }))) await check();
  return virtualTime(async ({ now, sleep }) => sleep(5).then(now));
}

// @ts-expect-error -- an argument of the wrong type
orchestrator.execute('double', { n: 'two' });
