/* eslint-disable @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions -- references stand in template strings */
import { expectTypeOf } from 'expect-type';
import * as t from 'io-ts';
import { of } from 'rxjs';
import { chain, createOrchestrator, defineTool } from 'toolstream';

const next = defineTool({
  name: 'next',
  description: 'The next one.',
  input: t.type({ n: t.number, text: t.string, list: t.array(t.number) }),
  run: ({ n, text }) => of({ n: n + 1, text, nested: { list: [{ n }] } }),
});

// Thirty steps, each of which refers to two before it: the compiler is asked for no more than for a short one.
const long = chain<{ start: number }>('long')
  .step('k0', next, ($) => ({ n: $.start, text: 'begin', list: [] }))
  .step('k1', next, ($) => ({ n: $.k0.n, text: `${$.k0.text} 1`, list: [$.k0.n, $.start] }))
  .step('k2', next, ($) => ({ n: $.k1.n, text: `${$.k1.text} 2`, list: [$.k0.n, $.start] }))
  .step('k3', next, ($) => ({ n: $.k2.n, text: `${$.k2.text} 3`, list: [$.k1.n, $.start] }))
  .step('k4', next, ($) => ({ n: $.k3.n, text: `${$.k3.text} 4`, list: [$.k2.n, $.start] }))
  .step('k5', next, ($) => ({ n: $.k4.n, text: `${$.k4.text} 5`, list: [$.k3.n, $.start] }))
  .step('k6', next, ($) => ({ n: $.k5.n, text: `${$.k5.text} 6`, list: [$.k4.n, $.start] }))
  .step('k7', next, ($) => ({ n: $.k6.n, text: `${$.k6.text} 7`, list: [$.k5.n, $.start] }))
  .step('k8', next, ($) => ({ n: $.k7.n, text: `${$.k7.text} 8`, list: [$.k6.n, $.start] }))
  .step('k9', next, ($) => ({ n: $.k8.n, text: `${$.k8.text} 9`, list: [$.k7.n, $.start] }))
  .step('k10', next, ($) => ({ n: $.k9.n, text: `${$.k9.text} 10`, list: [$.k8.n, $.start] }))
  .step('k11', next, ($) => ({ n: $.k10.n, text: `${$.k10.text} 11`, list: [$.k9.n, $.start] }))
  .step('k12', next, ($) => ({ n: $.k11.n, text: `${$.k11.text} 12`, list: [$.k10.n, $.start] }))
  .step('k13', next, ($) => ({ n: $.k12.n, text: `${$.k12.text} 13`, list: [$.k11.n, $.start] }))
  .step('k14', next, ($) => ({ n: $.k13.n, text: `${$.k13.text} 14`, list: [$.k12.n, $.start] }))
  .step('k15', next, ($) => ({ n: $.k14.n, text: `${$.k14.text} 15`, list: [$.k13.n, $.start] }))
  .step('k16', next, ($) => ({ n: $.k15.n, text: `${$.k15.text} 16`, list: [$.k14.n, $.start] }))
  .step('k17', next, ($) => ({ n: $.k16.n, text: `${$.k16.text} 17`, list: [$.k15.n, $.start] }))
  .step('k18', next, ($) => ({ n: $.k17.n, text: `${$.k17.text} 18`, list: [$.k16.n, $.start] }))
  .step('k19', next, ($) => ({ n: $.k18.n, text: `${$.k18.text} 19`, list: [$.k17.n, $.start] }))
  .step('k20', next, ($) => ({ n: $.k19.n, text: `${$.k19.text} 20`, list: [$.k18.n, $.start] }))
  .step('k21', next, ($) => ({ n: $.k20.n, text: `${$.k20.text} 21`, list: [$.k19.n, $.start] }))
  .step('k22', next, ($) => ({ n: $.k21.n, text: `${$.k21.text} 22`, list: [$.k20.n, $.start] }))
  .step('k23', next, ($) => ({ n: $.k22.n, text: `${$.k22.text} 23`, list: [$.k21.n, $.start] }))
  .step('k24', next, ($) => ({ n: $.k23.n, text: `${$.k23.text} 24`, list: [$.k22.n, $.start] }))
  .step('k25', next, ($) => ({ n: $.k24.n, text: `${$.k24.text} 25`, list: [$.k23.n, $.start] }))
  .step('k26', next, ($) => ({ n: $.k25.n, text: `${$.k25.text} 26`, list: [$.k24.n, $.start] }))
  .step('k27', next, ($) => ({ n: $.k26.n, text: `${$.k26.text} 27`, list: [$.k25.n, $.start] }))
  .step('k28', next, ($) => ({ n: $.k27.n, text: `${$.k27.text} 28`, list: [$.k26.n, $.start] }))
  .step('k29', next, ($) => ({ n: $.k28.n, text: `${$.k28.text} 29`, list: [$.k27.n, $.start] }));

createOrchestrator({ tools: [next] })
  .run(long, { start: 1 })
  .subscribe((context) => {
    expectTypeOf(context.start).toEqualTypeOf<number>();
    expectTypeOf(context.k0).toEqualTypeOf<{ n: number; text: string; nested: { list: { n: number }[] } }>();
    expectTypeOf(context.k29.nested.list).toEqualTypeOf<{ n: number }[]>();
  });
// @ts-expect-error -- the last key, again
long.step('k29', next, ($) => ({ n: $.k0.n, text: '', list: [] }));
// @ts-expect-error -- a key that is one too far
long.step('k30', next, ($) => ({ n: $.k30.n, text: '', list: [] }));
// @ts-expect-error -- a type that does not fit, at the end
long.step('k30', next, ($) => ({ n: $.k29.text, text: '', list: [] }));
