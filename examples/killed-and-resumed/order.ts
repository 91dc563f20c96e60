import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as t from 'io-ts';
import { type AnyTool, defineTool, plan, type ToolCall } from 'toolstream';

/** How long each piece of work takes. */
const WORK_MS = 100;

/**
 * The tools of an order. What each of them does in the world is a line in the file of effects. A process that is killed
 * between the effect and the event that tells of it makes the call again, with the same `callId`: whoever has seen that
 * before does not do the work twice. Payment services call it an idempotency key.
 */
export function orderTools(effects: string) {
  const doOnce = async (what: string, { callId, signal }: ToolCall): Promise<{ readonly receipt: string }> => {
    await sleep(WORK_MS, undefined, { signal });
    const done = existsSync(effects) ? readFileSync(effects, 'utf8').split('\n') : [];
    if (!done.some((line) => line.startsWith(`${callId}\t`))) appendFileSync(effects, `${callId}\t${what}\n`);
    return { receipt: callId };
  };
  const reserve = defineTool({
    name: 'reserve',
    description: 'Set articles aside.',
    input: t.type({ article: t.string }),
    run: ({ article }, call) => doOnce(`reserved ${article}`, call),
  });
  const charge = defineTool({
    name: 'charge',
    description: 'Charge a card.',
    input: t.type({ card: t.string, cents: t.number }),
    run: ({ card, cents }, call) => doOnce(`charged ${cents} cents to ${card}`, call),
  });
  const print = defineTool({
    name: 'print',
    description: 'Print a document.',
    input: t.type({ what: t.string }),
    run: ({ what }, call) => doOnce(`printed ${what}`, call),
  });
  const ship = defineTool({
    name: 'ship',
    description: 'Hand a parcel over.',
    input: t.type({ label: t.string, paid: t.string, contents: t.readonlyArray(t.string) }),
    run: ({ contents }, call) => doOnce(`shipped ${contents.length} articles`, call),
  });
  const notify = defineTool({
    name: 'notify',
    description: 'Write to the customer.',
    input: t.type({ about: t.string }),
    run: (_args, call) => doOnce('wrote to the customer', call),
  });
  return { reserve, charge, print, ship, notify, all: [reserve, charge, print, ship, notify] satisfies AnyTool[] };
}

export interface Order {
  readonly card: string;
  readonly cents: number;
  readonly articles: readonly string[];
}

/** One call for each article, two at a time; the rest by what refers to what. */
export function orderFlow({ reserve, charge, print, ship, notify }: ReturnType<typeof orderTools>) {
  return plan<Order>('order')
    .step('reserved', reserve, { each: ($) => $.articles, concurrency: 2 }, ($) => ({ article: $.item }))
    .step('paid', charge, ($) => ({ card: $.card, cents: $.cents }), { after: ['reserved'] })
    .step('invoice', print, () => ({ what: 'the invoice' }), { after: ['paid'] })
    .step('label', print, () => ({ what: 'the label' }), { after: ['reserved'] })
    .step('shipped', ship, ($) => ({ label: $.label.receipt, paid: $.paid.receipt, contents: $.articles }))
    .step('told', notify, ($) => ({ about: $.shipped.receipt }), { after: ['invoice'] });
}
