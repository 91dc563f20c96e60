import { expect } from 'chai';
import { NEVER, of, retry, Subject, takeUntil, throwError } from 'rxjs';
import { Stage, toolOf } from '../support/stage.js';

describe('events, when a handler or a function of the user takes part', () => {
  it('end with the cancel, when the call is cancelled from a handler of call.attemptFailed', () => {
    const stage = new Stage([
      toolOf(() => throwError(() => new Error('broken')), { concurrency: 1, operators: [retry(3)] }),
    ]);
    const stop$ = new Subject<void>();
    stage.orchestrator.events$.subscribe(({ type }) => {
      if (type === 'call.attemptFailed') stop$.next();
    });
    stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(takeUntil(stop$)).subscribe();
    expect(stage.log).to.deep.equal(['0 a started', '0 a attemptFailed', '0 a cancelled']);
    stage.expectNothingHeld();
  });

  it('are numbered and retained in one order, when redact brings about another event', () => {
    const stage: Stage = new Stage([toolOf(() => of(1))], {
      redact: (value) => {
        stage.orchestrator.register(toolOf(() => NEVER, { name: `tool ${String(stage.orchestrator.stats().tools)}` }));
        return value;
      },
    });
    stage.call('a');
    const retained: number[] = [];
    stage.orchestrator.history$.subscribe(({ seq }) => retained.push(seq));
    expect(retained).to.deep.equal(retained.map((_, index) => index + 1));
    expect(retained).to.have.length(stage.orchestrator.stats().events.published);
  });

  it('leave stats counting a call that goes on after its tool was unregistered', () => {
    const stage = new Stage([toolOf(() => NEVER, { concurrency: 1 })]);
    const call = stage.call('a');
    stage.call('b');
    stage.orchestrator.unregister('t');
    expect(stage.orchestrator.stats()).to.include({ tools: 0, running: 1, queued: 1, permits: 1, waiting: 1 });
    call.unsubscribe();
    expect(stage.orchestrator.stats()).to.include({ running: 1, queued: 0, permits: 1, waiting: 0 });
  });
});
