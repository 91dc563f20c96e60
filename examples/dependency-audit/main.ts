import { resolve } from 'node:path';
import { isLeft } from 'fp-ts/Either';
import { lastValueFrom, scan, share, takeUntil, tap, toArray } from 'rxjs';
import { audit, createAuditor } from './audit.js';
import { faultCode } from './fileFault.js';
import { formatCount } from './format.js';
import { interruption } from './interruption.js';
import { showLive } from './liveView.js';
import { type Options, parseCommand, USAGE } from './options.js';
import { printable } from './printable.js';
import { NO_PROGRESS, progressOf, timingOf } from './progress.js';
import { reasonOf } from './reason.js';
import { startRecording } from './recording.js';
import { renderJson } from './renderJson.js';
import { renderText } from './renderText.js';
import { type Report, toReport } from './report.js';

const DONE = 0;
const SOMETHING_FAILED = 1;
const WRONG_USAGE = 2;

async function main(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  switch (command.kind) {
    case 'audit':
      return runAudit(command.options);
    case 'help':
      process.stdout.write(USAGE);
      return DONE;
    case 'misuse':
      return misuse(command.reason);
  }
}

async function runAudit({ folder, format, record }: Options): Promise<number> {
  const root = resolve(folder);
  const auditor = createAuditor();
  const recording = record === undefined ? undefined : await startRecording(auditor.history$, record);
  if (recording !== undefined && isLeft(recording)) return misuse(`cannot record to ${record}: ${recording.left}`);

  let progress = NO_PROGRESS;
  let interruptedWith: number | undefined;
  const progress$ = auditor.events$.pipe(
    scan(progressOf, NO_PROGRESS),
    tap((latest) => (progress = latest)),
    share(),
  );
  const interruption$ = interruption().pipe(tap((exitCode) => (interruptedWith = exitCode)));

  const live = showLive({ stream: process.stderr, environment: process.env, auditor, progress$, root });
  const findings = await lastValueFrom(audit(auditor, root).pipe(takeUntil(interruption$), toArray()));
  live.unsubscribe();

  const report = toReport(findings, {
    folder: root,
    timing: timingOf(progress),
    interrupted: interruptedWith !== undefined,
  });
  process.stdout.write(format === 'json' ? renderJson(report) : renderText(report));
  process.stderr.write(closingWords(report));
  await recording?.right.stop();
  return interruptedWith ?? (report.outcome === 'complete' ? DONE : SOMETHING_FAILED);
}

function closingWords({ outcome, problems: [first, ...others] }: Report): string {
  if (outcome === 'interrupted') return 'Interrupted: the report is of what was found until then.\n';
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : `, and ${formatCount(others.length, 'more problem')} in the report`;
  return printable(`Failed: ${first.path === '' ? '' : `${first.path}: `}${first.reason}${more}`) + '\n';
}

function misuse(reason: string): number {
  process.stderr.write(`${printable(reason)}\n\n${USAGE}`);
  return WRONG_USAGE;
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    // Whoever read this has read enough: `npm start | head`.
    if (faultCode(error) !== 'EPIPE') throw error;
  });
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${printable(reasonOf(error))}\n`);
    process.exitCode = SOMETHING_FAILED;
  },
);
