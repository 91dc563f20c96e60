import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toMermaid } from 'toolstream';
import { readJournal } from './journal.js';
import { orderFlow, orderTools } from './order.js';

/** How often the worker is killed, each time after this many effects more. */
const KILLS = 2;
const EFFECTS_BEFORE_A_KILL = 2;
/** What the flow does in the world: three articles, a payment, two documents, a parcel, a message. */
const EFFECTS = 8;

/**
 * Has a worker work on an order, kills it in the middle, twice, and has it started again until the order is done. Then
 * shows that everything was done once.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'killed-and-resumed-'));
  const workers: ChildProcess[] = [];
  const start = (): ChildProcess => {
    const worker = startWorker(folder);
    workers.push(worker);
    return worker;
  };
  // Ctrl-C stops the worker, and leaves nothing behind.
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    interruption.abort();
  });
  try {
    for (let kill = 1; kill <= KILLS; kill++) {
      const worker = start();
      await effectsAreAtLeast(kill * EFFECTS_BEFORE_A_KILL, folder, worker, interruption.signal);
      worker.kill('SIGKILL');
      await ended(worker);
      console.log(`killed after ${linesIn(effectsIn(folder)).length} of ${EFFECTS} effects`);
    }
    const last = start();
    await ended(last, interruption.signal);
    if (last.exitCode !== 0) throw new Error(`the worker ended with ${String(last.exitCode)}`);
    tell(folder);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    for (const worker of workers) worker.kill('SIGINT');
    await Promise.all(workers.map((worker) => ended(worker)));
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(folder: string): void {
  const effects = linesIn(effectsIn(folder));
  const keys = effects.map((line) => line.split('\t')[0]);
  console.log('\nThe effects, in this order:');
  for (const line of effects) console.log(`  ${line.split('\t')[1] ?? ''}`);
  const isOnceEach = effects.length === EFFECTS && new Set(keys).size === EFFECTS;
  console.log(isOnceEach ? 'Everything was done, and nothing twice.\n' : 'NOT everything was done once.\n');
  if (!isOnceEach) process.exitCode = 1;

  const events = readJournal(join(folder, 'journal.jsonl'));
  console.log(`The run as its last worker saw it, from ${events.length} events of ${KILLS + 1} processes:`);
  console.log(toMermaid(orderFlow(orderTools('')), events));
}

function startWorker(folder: string): ChildProcess {
  return spawn(process.execPath, ['--require', 'tsx', join(__dirname, 'worker.ts'), folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function effectsAreAtLeast(
  count: number,
  folder: string,
  worker: ChildProcess,
  signal: AbortSignal,
): Promise<void> {
  while (linesIn(effectsIn(folder)).length < count) {
    if (worker.exitCode !== null) throw new Error(`the worker ended with ${worker.exitCode} before it was killed`);
    await sleep(5, undefined, { signal });
  }
}

async function ended(worker: ChildProcess, signal?: AbortSignal): Promise<void> {
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit', { signal });
}

function effectsIn(folder: string): string {
  return join(folder, 'effects.tsv');
}

function linesIn(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
