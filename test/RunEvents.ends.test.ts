import { expect } from 'chai';
import { firstValueFrom, last, lastValueFrom, merge, NEVER, Observable, take, takeUntil, timer } from 'rxjs';
import { call, createOrchestrator } from '../src/index.js';
import { echo, failing, linesOf, watch } from './support/flowTools.js';
import { toolOf } from './support/stage.js';
import { eventsOf, orchestratorOf, slow, twoSteps } from './support/twoSteps.js';
import { virtually } from './support/virtually.js';

const ofRuns = (line: string): boolean => / run\./.test(line);

describe('a run that is cancelled', () => {
  it('ends its call, begins no further step, and has one run.cancelled, after all else', () => {
    virtually(({ flush }) => {
      const orchestrator = orchestratorOf();
      const lines = linesOf(orchestrator);
      const told = watch(orchestrator.run({ steps: twoSteps }).pipe(takeUntil(timer(4))));
      flush();
      expect(lines.slice(4)).to.deep.equal([
        '3 run.advanced r1.a',
        '3 call.started r1.b',
        '4 call.cancelled r1.b',
        '4 run.cancelled r1',
      ]);
      expect(told).to.deep.equal({ values: [{ a: 0 }], end: 'completed' });
      expect(orchestrator.stats()).to.include({ running: 0, queued: 0, permits: 0, waiting: 0, timers: 0 });
    });
  });

  it('aborts the signal of the call that runs, once', () => {
    let aborts = 0;
    const listening = toolOf((_args, { signal }) => {
      signal.addEventListener('abort', () => aborts++);
      return NEVER;
    });
    const subscription = createOrchestrator({ tools: [listening] })
      .run({ steps: [{ tool: 't' }] })
      .subscribe();
    expect(aborts).to.equal(0);
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(aborts).to.equal(1);
  });

  for (const [title, when] of [
    ['as it begins', 'run.started'],
    ['as a call begins', 'call.started'],
    ['as a call has succeeded', 'call.succeeded'],
    ['as a step is done', 'run.advanced'],
  ] as const) {
    it(`by whoever hears of it ${title}, runs nothing more`, () => {
      const orchestrator = orchestratorOf();
      const lines = linesOf(orchestrator);
      let leave = (): void => undefined;
      orchestrator.events$.subscribe(({ type }) => {
        if (type === when) leave();
      });
      const run$ = orchestrator.run({ steps: [{ tool: 'echo' }, { tool: 'never' }] });
      const told: unknown[] = [];
      new Observable<unknown>((subscriber) => {
        leave = () => {
          subscriber.unsubscribe();
        };
        run$.subscribe(subscriber);
      }).subscribe((value) => told.push(value));
      expect(lines.some((line) => line.includes('never'))).to.equal(false);
      expect(lines.filter(ofRuns).at(-1)).to.match(/ run\.cancelled r1$/);
      expect(lines.filter((line) => /run\.(cancelled|succeeded|failed)/.test(line))).to.have.length(1);
      expect(told).to.deep.equal([]);
    });
  }

  it('between two steps by its own subscriber, runs nothing more', () => {
    const orchestrator = orchestratorOf();
    const lines = linesOf(orchestrator);
    watch(orchestrator.run({ steps: [{ tool: 'echo' }, { tool: 'never' }] }).pipe(take(1)));
    expect(lines.map((line) => line.split(' ')[1])).to.deep.equal([
      'run.started',
      'call.started',
      'call.emitted',
      'call.succeeded',
      'run.advanced',
      'run.cancelled',
    ]);
  });

  it('after its end, stays what it was', () => {
    const orchestrator = orchestratorOf();
    const lines = linesOf(orchestrator);
    const subscription = orchestrator.run({ steps: [{ tool: 'echo' }] }).subscribe();
    subscription.unsubscribe();
    expect(lines.filter(ofRuns).at(-1)).to.match(/run\.succeeded/);
  });
});

describe('a run whose subscriber leaves with the result in hand', () => {
  for (const [title, leave] of [
    ['last', last<unknown>()],
    ['take', take<unknown>(1)],
  ] as const) {
    it(`has succeeded, for a chain (${title})`, () => {
      const orchestrator = orchestratorOf();
      const lines = linesOf(orchestrator);
      const told = watch(orchestrator.run({ steps: [{ tool: 'echo' }] }).pipe(leave));
      expect(told).to.deep.equal({ values: [{ echo: {} }], end: 'completed' });
      expect(lines.filter(ofRuns).map((line) => line.split(' ')[1])).to.deep.equal([
        'run.started',
        'run.advanced',
        'run.succeeded',
      ]);
    });
  }

  it('has succeeded, for a chain without steps', async () => {
    const orchestrator = orchestratorOf();
    const lines = linesOf(orchestrator);
    await firstValueFrom(orchestrator.run({ steps: [] }));
    expect(lines.at(-1)).to.match(/run\.succeeded/);
  });

  it('has succeeded, for a group, though a member failed', async () => {
    const orchestrator = orchestratorOf();
    const lines = linesOf(orchestrator);
    await firstValueFrom(orchestrator.parallel([call(echo, 1), call(failing, 2)]));
    expect(lines.at(-1)).to.match(/run\.succeeded/);
  });

  it('has been cancelled, where steps are still to come', async () => {
    const orchestrator = orchestratorOf();
    const lines = linesOf(orchestrator);
    await firstValueFrom(orchestrator.run({ steps: [{ tool: 'echo' }, { tool: 'echo', outputKey: 'b' }] }));
    expect(lines.at(-1)).to.match(/run\.cancelled/);
  });
});

describe('every run', () => {
  it('has one end, and it is the last of its events, whenever it is cancelled', () => {
    for (let cancelledAt = 0; cancelledAt <= 12; cancelledAt++) {
      virtually(({ flush }) => {
        const orchestrator = orchestratorOf();
        const events = eventsOf(orchestrator);
        const chain$ = orchestrator.run({ steps: twoSteps });
        const group$ = orchestrator.parallel([call(slow, 2), call(slow, 6), call(slow, 9)], { concurrency: 2 });
        merge(chain$, group$)
          .pipe(takeUntil(timer(cancelledAt)))
          .subscribe();
        flush();
        for (const runId of ['r1', 'r2']) {
          const ends = events.filter(
            (event) =>
              'runId' in event && event.runId === runId && /^run\.(succeeded|failed|cancelled)$/.test(event.type),
          );
          expect(ends, `${runId} at ${cancelledAt}`).to.have.length(1);
          expect(events.filter((event) => 'runId' in event && event.runId === runId).at(-1)).to.equal(ends[0]);
        }
        expect(orchestrator.stats()).to.include({ running: 0, queued: 0, permits: 0, waiting: 0, timers: 0 });
      });
    }
  });

  it('costs no event objects where nobody looks', async () => {
    const orchestrator = createOrchestrator({ tools: [echo], history: { capacity: 0 } });
    await lastValueFrom(orchestrator.run({ steps: [{ tool: 'echo' }] }));
    expect(orchestrator.stats().events).to.deep.equal({ published: 7, retained: 0, dropped: 0 });
  });
});
