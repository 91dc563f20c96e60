import { expect } from 'chai';
import {
  forkJoin,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  shareReplay,
  Subject,
  type Subscription,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { Semaphore } from '../../operators/index.js';
import { Stage, toolOf } from '../support/stage.js';

const single = () => new Semaphore({ concurrency: 1, maxQueue: 0 });

describe('the end of a call', () => {
  it('gives back the slot before the caller is told, when an operator of the tool ends the call early', () => {
    const stage = new Stage([toolOf(() => merge(of(1), NEVER), { concurrency: single(), operators: [take(1)] })]);
    stage.call('a', {}, { complete: () => stage.call('b') });
    expect(stage.log).to.deep.equal([
      '0 a started',
      '0 a emitted',
      '0 a > 1',
      '0 a succeeded',
      '0 a > end',
      '0 b started',
      '0 b emitted',
      '0 b > 1',
      '0 b succeeded',
      '0 b > end',
    ]);
  });

  it('gives back the slot before the caller is told, when an operator of the tool fails beside a running attempt', () => {
    const broken = () =>
      merge(
        NEVER,
        timer(3, stage.scheduler),
        throwError(() => new Error('broken')),
      );
    const stage: Stage = new Stage([
      toolOf(() => NEVER, { concurrency: single(), operators: [(source) => merge(source, broken())] }),
    ]);
    const again: string[] = [];
    stage.call('a', {}, { error: () => again.push(String(stage.orchestrator.stats().permits)) });
    expect(again).to.deep.equal(['0']);
  });

  for (const [how, end] of [
    ['is cancelled', (subscription: Subscription) => subscription.unsubscribe()],
    ['is over its deadline', () => undefined],
  ] as const) {
    it(`leaves the tool accepting, for those who watch, when a call ${how} that held the only slot`, () => {
      const stage = new Stage([toolOf(() => NEVER, { concurrency: single(), deadlineMs: 5 })]);
      const accepting: boolean[] = [];
      stage.orchestrator.status$('t').subscribe((status) => accepting.push(status.accepting));
      end(stage.call('a'));
      stage.flush();
      expect(accepting).to.deep.equal([true, false, true]);
    });
  }

  it('leaves the tool accepting, for those who watch, when the caller takes one value of a tool with one slot', () => {
    const stage = new Stage([toolOf(() => merge(of(1), NEVER), { concurrency: single() })]);
    const accepting: boolean[] = [];
    stage.orchestrator.status$('t').subscribe((status) => accepting.push(status.accepting));
    stage.orchestrator.execute('t', {}).pipe(take(1)).subscribe();
    expect(accepting).to.deep.equal([true, false, true]);
  });

  it('no longer shows a rate limit that nobody waits for, when the only one who waited is cancelled', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 100 } })]);
    const states: string[] = [];
    stage.orchestrator.status$('t').subscribe(({ state }) => states.push(state));
    stage.call('a');
    stage.call('b').unsubscribe();
    expect(states).to.deep.equal(['available', 'busy', 'available', 'rate_limited', 'available']);
  });

  it('is the last event of the call, even where the tool reports progress while it is torn down', () => {
    const stage = new Stage([toolOf((_args, call) => new Observable(() => () => call.progress('stopping')))]);
    stage.call('a').unsubscribe();
    expect(stage.log).to.deep.equal(['0 a started', '0 a progressed', '0 a cancelled']);
  });

  it('stops the attempt, even where an operator of the tool keeps its source', () => {
    let torndown = 0;
    const endless = () => new Observable(() => () => torndown++);
    const stage = new Stage([
      toolOf(endless, { concurrency: 1, operators: [shareReplay({ bufferSize: 1, refCount: false })] }),
    ]);
    const calls = [stage.call('a'), stage.call('b')];
    for (const call of calls.reverse()) call.unsubscribe();
    stage.flush();
    expect(stage.log).to.deep.equal(['0 a started', '0 b queued', '0 b cancelled', '0 a cancelled']);
    expect(torndown).to.equal(1);
    stage.expectNothingHeld();
  });

  it('is one event, with the slot free, even where the tool cancels its own call as that times out', () => {
    const stop$ = new Subject<void>();
    const stage = new Stage([
      toolOf(
        () =>
          new Observable(() => () => {
            stop$.next();
          }),
        { timeoutMs: 5, concurrency: single() },
      ),
    ]);
    const accepting: boolean[] = [];
    stage.orchestrator.status$('t').subscribe((status) => accepting.push(status.accepting));
    stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(takeUntil(stop$)).subscribe();
    stage.flush();
    expect(stage.log).to.deep.equal(['0 a started', '5 a attemptFailed', '5 a cancelled']);
    expect(accepting).to.deep.equal([true, false, true]);
    stage.expectNothingHeld();
  });

  it('starts none of its own attempts that waits for the slot of another', () => {
    const stage: Stage = new Stage([
      toolOf(() => NEVER, {
        concurrency: 2,
        operators: [(source) => merge(source, timer(3, 2, stage.scheduler).pipe(mergeMap(() => source)))],
      }),
    ]);
    const call = stage.call('a');
    stage.at(6, () => {
      call.unsubscribe();
    });
    stage.flush(6);
    expect(stage.log).to.deep.equal(['0 a started', '3 a started', '5 a queued', '6 a cancelled']);
    expect(stage.event('call.cancelled').load).to.include({ running: 0, queued: 0 });
    stage.expectNothingHeld();
  });

  it('is the end, even where an operator of the tool subscribes to its source later on', () => {
    const stage: Stage = new Stage([
      toolOf(() => NEVER, {
        operators: [
          (source) =>
            new Observable((subscriber) => {
              stage.at(5, () => source.subscribe(subscriber));
            }),
        ],
      }),
    ]);
    stage.call('a').unsubscribe();
    stage.flush();
    expect(stage.log).to.deep.equal(['0 a cancelled']);
    stage.expectNothingHeld();
  });

  for (const setting of ['key', 'cost'] as const) {
    it(`is the end, even where it comes from inside the ${setting} of the rate limit`, () => {
      const stop$ = new Subject<void>();
      const asked = () => {
        stop$.next();
        return setting === 'key' ? 'k' : 1;
      };
      const rateLimit = { limit: 1, perMs: 10, [setting]: asked };
      const stage = new Stage([toolOf(() => NEVER, { concurrency: 1, rateLimit })]);
      stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(takeUntil(stop$)).subscribe();
      stage.flush();
      expect(stage.log).to.deep.equal(['0 a cancelled']);
      stage.expectNothingHeld();
    });
  }

  for (const [what, limit] of [
    ['is about to wait', 1],
    ['is about to start', 2],
  ] as const) {
    it(`is the end, even where it comes while it ${what} and whoever is due before it is let start`, () => {
      const stop$ = new Subject<void>();
      const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit, perMs: 10 } })]);
      for (let call = 0; call < limit; call++) stage.call(`used ${String(call)}`);
      // Before the timer of `b`, which is due at the same time.
      stage.at(10, () => {
        stage.orchestrator.execute('t', {}, { callId: 'c' }).pipe(takeUntil(stop$)).subscribe();
      });
      stage.call('b');
      stage.orchestrator.events$.subscribe((event) => {
        if (event.type === 'call.started' && event.callId === 'b') stop$.next();
      });
      stage.flush();
      expect(stage.log.filter((line) => line.includes(' c '))).to.deep.equal(['10 c cancelled']);
      stage.expectNothingHeld();
    });
  }

  it('is a success when the caller leaves while it is given a value, also if it was given another one meanwhile', () => {
    const values$ = new Subject<number>();
    const stage = new Stage([toolOf(() => values$)]);
    const call = stage.call(
      'a',
      {},
      {
        next: (value) => {
          if (value !== 1) return;
          values$.next(2);
          call.unsubscribe();
        },
      },
    );
    values$.next(1);
    expect(stage.log.at(-1)).to.equal('0 a succeeded');
  });

  it('comes to no call that a combination subscribes to after it has failed', () => {
    const stage = new Stage([toolOf(() => NEVER, { deadlineMs: 1_000 })]);
    forkJoin([throwError(() => 'first'), stage.orchestrator.execute('t', {})]).subscribe({ error: () => undefined });
    expect(stage.log).to.deep.equal([]);
    stage.expectNothingHeld();
  });
});
