import { expect } from 'chai';
import { concat, finalize, NEVER, of, Subject, takeUntil, throwError, timer } from 'rxjs';
import type { AnyTool, ToolCall } from '../src/index.js';
import { settle, Stage, toolOf } from './support/stage.js';

type Run = (stage: Stage, leave: () => void, call: ToolCall) => unknown;

/** What is told of a call whose tool, or whoever hears of its start, has its caller leave from inside. */
async function told(run: Run, settings: Partial<AnyTool>, leaveAtStart: boolean): Promise<readonly string[]> {
  const leave$ = new Subject<void>();
  const leave = (): void => {
    leave$.next();
  };
  const stage: Stage = new Stage([toolOf((_args, call) => run(stage, leave, call), { timeoutMs: 5, ...settings })]);
  const log = [...stage.log];
  stage.orchestrator.events$.subscribe((event) => {
    if ('callId' in event) log.push(`${event.at} ${event.type.replace('call.', '')}`);
    if (leaveAtStart && event.type === 'call.started') leave();
  });
  stage.orchestrator
    .execute('t', {}, { callId: 'a' })
    .pipe(
      takeUntil(leave$),
      finalize(() => log.push(`${stage.now} left`)),
    )
    .subscribe({
      next: (value) => log.push(`${stage.now} > ${String(value)}`),
      error: (error: Error) => log.push(`${stage.now} > ${error.name}`),
    });
  await stage.play(50);
  await settle();
  stage.expectNothingHeld();
  return log;
}

const cases: readonly {
  readonly title: string;
  readonly run: Run;
  readonly leaveAtStart?: boolean;
  readonly expected: readonly string[];
}[] = [
  {
    title: 'by whoever hears of its start never calls run',
    // A promise that is pending after the end would be told of.
    run: () => new Promise(() => undefined),
    leaveAtStart: true,
    expected: ['0 started', '0 cancelled', '0 left'],
  },
  {
    title: 'from inside run is abandoned with the promise that run gives, and settles late',
    run: (stage, leave) => {
      leave();
      return stage.later(3, 1);
    },
    expected: ['0 started', '0 cancelled', '0 abandoned', '0 left', '3 settledLate'],
  },
  {
    title: 'from inside run, which throws, tells nobody of that',
    run: (_stage, leave) => {
      leave();
      throw new Error('too late');
    },
    expected: ['0 started', '0 cancelled', '0 left'],
  },
  {
    title: 'from inside run, which gives an array, is given none of it',
    run: (_stage, leave) => {
      leave();
      return [1, 2];
    },
    expected: ['0 started', '0 cancelled', '0 left'],
  },
  {
    title: 'by its signal, as it times out, tells of the timeout and is cancelled',
    run: (_stage, leave, { signal }) => {
      signal.addEventListener('abort', leave);
      return NEVER;
    },
    expected: ['0 started', '5 left', '5 attemptFailed', '5 cancelled'],
  },
  {
    title: 'by its teardown, as it fails, tells of the failure and is cancelled',
    run: (stage, leave) =>
      concat(
        timer(2, stage.scheduler),
        throwError(() => new Error('broken')),
      ).pipe(finalize(leave)),
    expected: ['0 started', '2 emitted', '2 > 0', '2 left', '2 attemptFailed', '2 cancelled'],
  },
  {
    title: 'by its teardown, after its end, has succeeded',
    run: (_stage, leave) => of(1).pipe(finalize(leave)),
    expected: ['0 started', '0 emitted', '0 > 1', '0 succeeded', '0 left'],
  },
  {
    title: 'by its teardown, as its timeout stops it, tells of the timeout and is cancelled',
    run: (_stage, leave) => NEVER.pipe(finalize(leave)),
    expected: ['0 started', '5 left', '5 attemptFailed', '5 cancelled'],
  },
];

describe('a call that is left from inside', () => {
  for (const { title, run, leaveAtStart = false, expected } of cases) {
    it(title, async () => {
      expect(await told(run, {}, leaveAtStart)).to.deep.equal(expected);
    });

    it(`${title}, also with a slot, and with operators around it`, async () => {
      expect(await told(run, { concurrency: 9 }, leaveAtStart)).to.deep.equal(expected);
      expect(await told(run, { operators: [(source) => source] }, leaveAtStart)).to.deep.equal(expected);
    });
  }
});
