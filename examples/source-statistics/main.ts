import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lastValueFrom, ReplaySubject, takeUntil } from 'rxjs';
import {
  createOrchestrator,
  criticalPath,
  type CriticalStep,
  encodeFlow,
  type FlowData,
  isToolError,
  type ToolEvent,
  toMermaid,
} from 'toolstream';
import { statisticsWith } from './statistics.js';
import { createTools } from './tools.js';

const USAGE = `Usage: main.ts [FOLDER] [--full-speed]

Statistics of the files below FOLDER (default: src), by a chain and by a plan of the same steps.

  --full-speed  read without a limit; otherwise each tool reads at most 200 files a second
  --help        print this
`;
/** So that whoever else uses the disk has some of it. */
const POLITE = { limit: 20, perMs: 100 };

/** A run of the flow: what it gave, how long it took, and everything that happened. */
interface Timed {
  readonly report: unknown;
  readonly durationMs: number;
  readonly events: readonly ToolEvent[];
}

class Interrupted extends Error {}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'full-speed': { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help || positionals.length > 1) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const root = resolve(positionals[0] ?? 'src');
  // Ctrl-C cancels the run that goes on: the tools hear of it by their signals. A second one ends the process.
  const interrupted$ = new ReplaySubject<void>(1);
  process.once('SIGINT', () => {
    interrupted$.next();
  });
  process.stderr.write(`Reading the files below ${root}, twice …\n`);

  const statistics = statisticsWith(createTools());
  const asPlan = encodeFlow(statistics);
  // The same steps, one after the other: a flow is data.
  const asChain: FlowData = { ...asPlan, kind: 'chain' };
  const run = async (flow: FlowData): Promise<Timed> => {
    // New tools for each, so that neither finds the limits of the other used up.
    const tools = Object.values(createTools(values['full-speed'] ? undefined : POLITE));
    const orchestrator = createOrchestrator({ tools, history: { capacity: 0 } });
    const events: ToolEvent[] = [];
    // eslint-disable-next-line rxjs-x/no-ignored-error -- an orchestrator's events never error
    orchestrator.events$.subscribe((event) => events.push(event));
    const context$ = orchestrator.run(flow, { root }).pipe(takeUntil(interrupted$));
    const context = await lastValueFrom(context$, { defaultValue: undefined });
    const end = events.find((event) => event.type === 'run.succeeded');
    if (!end) throw new Interrupted();
    return { report: context?.['report'], durationMs: end.durationMs, events };
  };
  const slow = await run(asChain);
  const fast = await run(asPlan);

  console.log(`${String(fast.report)}\n`);
  console.log(`one after the other  ${milliseconds(slow.durationMs)}`);
  console.log(`as a plan            ${milliseconds(fast.durationMs)}`);
  console.log(`                     ${(slow.durationMs / fast.durationMs).toFixed(1)} times as fast\n`);
  console.log(`what decided that:\n${criticalPath(fast.events).map(inWords).join('\n')}\n`);
  console.log(toMermaid(statistics, fast.events));
  return 0;
}

function inWords({ step, durationMs, waitedMs }: CriticalStep): string {
  const waiting = waitedMs > 0 ? `, of which ${waitedMs} ms waiting for its limit` : '';
  return `  ${step}: ${durationMs} ms${waiting}`;
}

function milliseconds(ms: number): string {
  return `${ms.toLocaleString('en').padStart(6)} ms`;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    const isMisuse = (error as { readonly code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    if (error instanceof Interrupted) process.stderr.write('Interrupted.\n');
    else process.stderr.write(`${isToolError(error) || isMisuse ? (error as Error).message : String(error)}\n`);
    process.exitCode = error instanceof Interrupted ? 130 : isMisuse ? 2 : 1;
  },
);
