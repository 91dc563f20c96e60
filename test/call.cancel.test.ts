import { expect } from 'chai';
import {
  concat,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  NEVER,
  of,
  retry,
  Subject,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import type { ToolCall, ToolEventType } from '../src/index.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

describe('a caller that leaves', () => {
  failOnUnhandledRejections();

  it('cancels a call that runs: its events end, and all that it held is free', () => {
    const stage = new Stage([toolOf(() => NEVER, { concurrency: 1, deadlineMs: 100 })]);
    const call = stage.call('a');
    stage.at(5, () => {
      call.unsubscribe();
      stage.expectNothingHeld();
    });
    stage.flush();
    expect(stage.log).to.deep.equal(['0 a started', '5 a cancelled']);
  });

  it('cancels a call that waits for a slot: it leaves the queue, and run is never called', () => {
    let ran = 0;
    const stage = new Stage([
      toolOf(
        () => {
          ran++;
          return NEVER;
        },
        { concurrency: 1 },
      ),
    ]);
    const running = stage.call('a');
    stage.call('b').unsubscribe();
    expect(stage.orchestrator.stats()).to.include({ running: 1, queued: 0, permits: 1, waiting: 0 });
    running.unsubscribe();
    expect(stage.log).to.deep.equal(['0 a started', '0 b queued', '0 b cancelled', '0 a cancelled']);
    expect(ran).to.equal(1);
    stage.expectNothingHeld();
  });

  it('cancels a call that waits for a rate permit: it gives its slot and its place back', () => {
    const stage = new Stage([toolOf(() => of(1), { concurrency: 1, rateLimit: { limit: 1, perMs: 50 } })]);
    stage.call('a');
    const waiting = stage.call('b');
    expect(stage.orchestrator.stats()).to.include({ permits: 1, waiting: 1 });
    waiting.unsubscribe();
    expect(stage.log.slice(-2)).to.deep.equal(['0 b queued', '0 b cancelled']);
    stage.expectNothingHeld();
  });

  it('cancels a call between two attempts: there is no further one', () => {
    const stage: Stage = new Stage([
      toolOf(() => throwError(() => new Error('broken')), {
        concurrency: 1,
        operators: [retry({ delay: () => timer(10, stage.scheduler) })],
      }),
    ]);
    const call = stage.call('a');
    stage.at(25, () => {
      call.unsubscribe();
      stage.expectNothingHeld();
    });
    stage.flush();
    expect(stage.log.slice(-2)).to.deep.equal(['20 a attemptFailed', '25 a cancelled']);
    expect(stage.event('call.cancelled')).to.include({ attempt: 3, durationMs: 25, values: 0 });
  });

  it('cancels the call from inside a handler of call.queued: it leaves the queue, and run is never called', () => {
    const stop$ = new Subject<void>();
    let ran = 0;
    const stage = new Stage([toolOf(() => (ran++ === 0 ? NEVER : of('x')), { concurrency: 1 })]);
    const running = stage.call('a');
    leaveOn(stage, 'call.queued', stop$);
    stage.orchestrator.execute('t', {}, { callId: 'b' }).pipe(takeUntil(stop$)).subscribe();
    running.unsubscribe();
    expect(stage.log).to.deep.equal(['0 a started', '0 b queued', '0 b cancelled', '0 a cancelled']);
    expect(ran).to.equal(1);
    stage.expectNothingHeld();
  });

  for (const [event, events] of [
    ['call.started', ['started']],
    ['call.progressed', ['started', 'progressed']],
    ['call.emitted', ['started', 'progressed', 'emitted']],
  ] as const) {
    it(`cancels the call from inside a handler of ${event}, and is told nothing more`, () => {
      const stop$ = new Subject<void>();
      const run = (_args: never, call: ToolCall) => {
        call.progress(1);
        return of('x', 'y');
      };
      const stage = new Stage([toolOf(run, { concurrency: 1 })]);
      leaveOn(stage, event, stop$);
      const told: unknown[] = [];
      stage.orchestrator
        .execute('t', {}, { callId: 'a' })
        .pipe(takeUntil(stop$))
        .subscribe((value) => told.push(value));
      expect(stage.log).to.deep.equal([...events, 'cancelled'].map((what) => `0 a ${what}`));
      expect(told).to.deep.equal([]);
      stage.expectNothingHeld();
    });
  }

  it('cancels its own call from inside run', () => {
    const stop$ = new Subject<void>();
    const stage = new Stage([
      toolOf(
        () => {
          stop$.next();
          return of('x');
        },
        { concurrency: 1 },
      ),
    ]);
    stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(takeUntil(stop$)).subscribe();
    expect(stage.log).to.deep.equal(['0 a started', '0 a cancelled']);
    stage.expectNothingHeld();
  });

  it('cancels a call as the handler of another one ends it', () => {
    const stage: Stage = new Stage([toolOf((given) => given)]);
    const second = stage.call('b', NEVER);
    stage.call('a', of('x'), {
      complete: () => {
        second.unsubscribe();
      },
    });
    expect(stage.log.slice(-3)).to.deep.equal(['0 a succeeded', '0 a > end', '0 b cancelled']);
  });
});

describe('a caller that leaves while it is given a value', () => {
  failOnUnhandledRejections();

  for (const [how, leave] of [
    ['take(1)', (stage: Stage) => lastValueFrom(stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(take(1)))],
    ['firstValueFrom', (stage: Stage) => firstValueFrom(stage.orchestrator.execute('t', {}, { callId: 'a' }))],
  ] as const) {
    it(`has what it wanted, by ${how}: the call has succeeded with that value`, async () => {
      const stage = new Stage([toolOf(() => concat(of('x'), NEVER), { concurrency: 1 })]);
      expect(await leave(stage)).to.equal('x');
      expect(stage.log).to.deep.equal(['0 a started', '0 a emitted', '0 a succeeded']);
      expect(stage.event('call.succeeded')).to.include({ result: 'x', values: 1 });
      stage.expectNothingHeld();
    });
  }

  it('has what it wanted, by unsubscribing in its own handler', () => {
    const stage: Stage = new Stage([toolOf(() => timer(1, 1, stage.scheduler))]);
    const call = stage.call(
      'a',
      {},
      {
        next: (value) => {
          if (value === 2) call.unsubscribe();
        },
      },
    );
    stage.flush();
    expect(stage.log.slice(-2)).to.deep.equal(['3 a > 2', '3 a succeeded']);
    stage.expectNothingHeld();
  });

  it('has what it wanted, where its own operator throws on the value', () => {
    const stage = new Stage([toolOf(() => concat(of('x'), NEVER))]);
    stage.orchestrator
      .execute('t', {}, { callId: 'a' })
      .pipe(
        map(() => {
          throw new Error('mine');
        }),
      )
      .subscribe({ error: () => undefined });
    expect(stage.log.at(-1)).to.equal('0 a succeeded');
    stage.expectNothingHeld();
  });

  it('clears the error of the tool, as any success does', () => {
    const stage = new Stage([toolOf((given) => given)]);
    stage.call(
      'a',
      throwError(() => new Error('broken')),
    );
    expect(stage.status()?.state).to.equal('error');
    from(stage.orchestrator.execute('t', concat(of(1), NEVER)))
      .pipe(take(1))
      .subscribe();
    expect(stage.status()).to.include({ state: 'available', running: 0 });
  });

  it('lets the one behind start in the same tick, after the success', () => {
    const stage = new Stage([toolOf(() => concat(of('x'), NEVER), { concurrency: 1 })]);
    const values$ = new Subject<number>();
    stage.orchestrator.register(toolOf(() => values$, { name: 'one', concurrency: 1 }));
    stage.orchestrator.execute('one', {}, { callId: 'a' }).pipe(take(1)).subscribe();
    stage.call('b', {}, { tool: 'one' });
    values$.next(1);
    expect(stage.log.slice(-3)).to.deep.equal(['0 a emitted', '0 a succeeded', '0 b started']);
  });

  it('has cancelled the call, where it leaves between two values', () => {
    const stage = new Stage([toolOf(() => concat(of('x'), NEVER))]);
    stage.call('a').unsubscribe();
    expect(stage.log.at(-1)).to.equal('0 a cancelled');
    expect(stage.event('call.cancelled')).to.include({ values: 1 });
  });
});

function leaveOn(stage: Stage, type: ToolEventType, stop$: Subject<void>): void {
  stage.orchestrator.events$.subscribe((event) => {
    if (event.type === type) stop$.next();
  });
}
