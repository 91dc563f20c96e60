import { readFile } from 'node:fs/promises';
import { isLeft } from 'fp-ts/Either';
import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';
import { createOrchestrator, decodeFlow, type InvalidFlow, isInvalidFlow, isToolError } from 'toolstream';
import { type Command, parseCommand, USAGE } from './command.js';
import { tools } from './tools.js';

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;

async function main(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  if (isLeft(command)) return complain(`${command.left}\n\n${USAGE}`, WRONG_USAGE);
  if (!command.right.help) return runFile(command.right);
  process.stdout.write(USAGE);
  return DONE;
}

async function runFile({ file, input, show }: Command): Promise<number> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const { message } = error as Error;
    return complain(
      `${file}: ${error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'}: ${message}\n`,
      FAILED,
    );
  }
  // First the form. Whether its tools and what it refers to exist is checked by `run`, before anything runs.
  const flow = decodeFlow(data);
  if (isLeft(flow)) return complain(faultsIn(file, flow.left), FAILED);

  const orchestrator = createOrchestrator({ tools });
  let context: Readonly<Record<string, unknown>> | undefined;
  let isDone = false;
  try {
    // Ctrl-C cancels the run; a second one ends the process.
    await lastValueFrom(
      orchestrator.run(flow.right, input).pipe(
        tap({
          next: (latest) => (context = latest),
          complete: () => (isDone = true),
        }),
        takeUntil(fromEvent(process, 'SIGINT')),
      ),
      { defaultValue: {} },
    );
  } catch (error) {
    if (isInvalidFlow(error)) return complain(faultsIn(file, error), FAILED);
    return complain(`${file}: ${isToolError(error) ? error.message : String(error)}\n`, FAILED);
  }
  if (!isDone) return complain('Interrupted.\n', INTERRUPTED);
  const results = Object.entries(context ?? {}).filter(([key]) =>
    show.length === 0 ? !Object.hasOwn(input, key) : show.includes(key),
  );
  console.log(JSON.stringify(Object.fromEntries(results), null, 2));
  return DONE;
}

/** One line for each, as compilers do it. */
function faultsIn(file: string, { faults }: InvalidFlow): string {
  return faults.map(({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}\n`).join('');
}

function complain(text: string, exitCode: number): number {
  process.stderr.write(text);
  return exitCode;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.exitCode = complain(`${String(error)}\n`, FAILED);
  },
);
