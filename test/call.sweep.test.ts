import { expect } from 'chai';
import { concat, interval, of, retry, Subject, take, takeUntil, throwError, timer } from 'rxjs';
import { type AnyTool, isTerminal } from '../src/index.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

type Run = (stage: Stage) => unknown;

/** Tools of every kind, each with limits that others share. */
const tools: Readonly<Record<string, (stage: () => Stage) => readonly [Run, Partial<AnyTool>?]>> = {
  'an Observable': () => [({ scheduler }) => interval(2, scheduler).pipe(take(3))],
  'an iterable': () => [() => [1, 2, 3]],
  'a promise': () => [(stage) => stage.later(3, 1)],
  'a promise that is broken': () => [(stage) => stage.laterFails(3, new Error('broken'))],
  'an async generator': () => [
    async function* (stage) {
      yield await stage.later(2, 1);
      yield await stage.later(2, 2);
    },
  ],
  'one that times out': () => [(stage) => stage.later(9, 1), { timeoutMs: 4 }],
  'one that times out and keeps its slot': () => [(stage) => stage.later(9, 1), { timeoutMs: 4, releaseOn: 'settle' }],
  'one that is over its deadline': () => [(stage) => stage.later(9, 1), { deadlineMs: 4 }],
  'one with a rate limit': () => [() => of(1), { rateLimit: { limit: 1, perMs: 4 } }],
  'one that is tried again': (stage) => [
    (current) => current.laterFails(2, new Error('broken')),
    { operators: [(source) => source.pipe(retry({ count: 2, delay: () => timer(2, stage().scheduler) }))] },
  ],
  'one that gives before it fails': () => [
    ({ scheduler }) =>
      concat(
        of(1),
        timer(2, scheduler),
        throwError(() => new Error('broken')),
      ),
  ],
};

/** Three calls of one tool with one slot, of which the middle one is cancelled where `cancel` says. */
async function play(name: string, cancel: (stage: Stage, leave: () => void) => void): Promise<Stage> {
  const [run, settings] = tools[name]?.(() => stage) ?? expect.fail(name);
  const stage: Stage = new Stage([toolOf(() => run(stage), { concurrency: 1, ...settings })]);
  const leave$ = new Subject<void>();
  cancel(stage, () => {
    leave$.next();
  });
  stage.call('before');
  stage.at(1, () => {
    stage.orchestrator
      .execute('t', {}, { callId: 'swept' })
      .pipe(takeUntil(leave$))
      .subscribe({ error: () => undefined });
  });
  stage.at(2, () => stage.call('after'));
  await stage.play();
  return stage;
}

function expectSound(stage: Stage, where: string): void {
  for (const callId of ['before', 'swept', 'after']) {
    const events = stage.events.filter((event) => 'callId' in event && event.callId === callId);
    expect(events.filter(isTerminal), `ends of ${callId} ${where}`).to.have.length(1);
    const afterEnd = events.slice(events.findIndex(isTerminal) + 1).map(({ type }) => type);
    expect(
      afterEnd.every((type) => /abandoned|settledLate/.test(type)),
      `${callId} ${where}: ${afterEnd.join()}`,
    ).to.equal(true);
  }
  expect(
    stage.log.some((line) => line.includes('after started')),
    `after has started ${where}`,
  ).to.equal(true);
  stage.expectNothingHeld();
}

describe('a call that is cancelled at any moment ends once, frees all it held, and lets the next one in:', () => {
  failOnUnhandledRejections();

  for (const name of Object.keys(tools)) {
    it(`${name}, at any instant, before and after what is due at it`, async () => {
      const last = (await play(name, () => undefined)).now;
      for (let ms = 0; ms <= last + 1; ms++) {
        await play(name, (stage, leave) => {
          stage.at(ms, leave);
        }).then((stage) => {
          expectSound(stage, `cancelled first at ${String(ms)}`);
        });
        await play(name, (stage, leave) => {
          stage.at(ms, () => {
            stage.at(ms, leave);
          });
        }).then((stage) => {
          expectSound(stage, `cancelled last at ${String(ms)}`);
        });
      }
    });

    it(`${name}, from inside the handler of any event`, async () => {
      const { length } = (await play(name, () => undefined)).events;
      for (let index = 0; index < length; index++) {
        const stage = await play(name, ({ orchestrator }, leave) => {
          let seen = 0;
          orchestrator.events$.subscribe(() => {
            if (seen++ === index) leave();
          });
        });
        expectSound(stage, `cancelled at event ${String(index)}`);
      }
    });
  }
});
