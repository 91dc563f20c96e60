import { join } from 'node:path';
import { defer, fromEvent, lastValueFrom, type Observable, takeUntil, tap } from 'rxjs';
import { createOrchestrator, type ToolEvent } from 'toolstream';
import { keepJournal, readJournal } from './journal.js';
import { orderFlow, orderTools } from './order.js';

/**
 * Works on one order in a folder: begins it, or goes on with it if it had been begun; does nothing if it is done. May be
 * killed at any time and started again.
 */
async function main(folder: string): Promise<void> {
  const journal = join(folder, 'journal.jsonl');
  const tools = orderTools(join(folder, 'effects.tsv'));
  const flow = orderFlow(tools);
  const orchestrator = createOrchestrator({ tools: tools.all });

  const before = readJournal(journal);
  if (before.some(({ type }) => type === 'run.succeeded')) return;
  const order = { card: '4242', cents: 1_999, articles: ['a lamp', 'two bulbs', 'a cable'] };
  const work$: Observable<unknown> = defer(() =>
    hasBegun(before) ? orchestrator.resume(flow, before) : orchestrator.run(flow, order),
  );
  const keeping = keepJournal(orchestrator.events$, journal);
  // Ctrl-C cancels the run, which can be gone on with like one that was killed.
  const interrupted$ = fromEvent(process, 'SIGINT').pipe(tap(() => (process.exitCode = 130)));
  await lastValueFrom(work$.pipe(takeUntil(interrupted$)), { defaultValue: undefined });
  keeping.unsubscribe();
}

function hasBegun(events: readonly ToolEvent[]): boolean {
  return events.some(({ type }) => type === 'run.started');
}

main(process.argv[2] ?? '.').catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
