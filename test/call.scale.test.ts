import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { of, range, Subject } from 'rxjs';
import { createOrchestrator } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

const many = 10_000;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Counts how callers are told of their ends. */
function callMany(stage: Stage, args: unknown = {}): { completed: number; failed: number } {
  const ends = { completed: 0, failed: 0 };
  for (let call = 0; call < many; call++) {
    stage.orchestrator.execute('t', args).subscribe({
      complete: () => ends.completed++,
      error: () => ends.failed++,
    });
  }
  return ends;
}

describe('10,000 calls in flight', function () {
  this.timeout(30_000);

  it('all end when what they wait for comes, in one tick', () => {
    const answer$ = new Subject<number>();
    const stage = new Stage([toolOf(() => answer$, { timeoutMs: 50 })]);
    const ends = callMany(stage);
    expect(stage.orchestrator.stats()).to.include({ running: many, timers: 1 });
    answer$.next(1);
    answer$.complete();
    expect(ends).to.deep.equal({ completed: many, failed: 0 });
    stage.expectNothingHeld();
  });

  it('all time out in one tick, by one timer', () => {
    const stage = new Stage([toolOf(() => new Subject(), { timeoutMs: 50, concurrency: Infinity })]);
    const ends = callMany(stage);
    expect(stage.orchestrator.stats()).to.include({ permits: many, timers: 1 });
    stage.flush();
    expect(ends).to.deep.equal({ completed: 0, failed: many });
    expect(stage.now).to.equal(50);
    stage.expectNothingHeld();
  });

  it('all end when the one slot that they wait for becomes free: they do not nest', () => {
    const first$ = new Subject<number>();
    const stage = new Stage([toolOf((given) => given, { concurrency: 1 })]);
    stage.call('first', first$);
    const ends = callMany(stage, of(1));
    expect(stage.orchestrator.stats()).to.include({ running: 1, queued: many, waiting: many });
    first$.complete();
    expect(ends).to.deep.equal({ completed: many, failed: 0 });
    stage.expectNothingHeld();
  });

  it('all start as the rate limit lets them, and end', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 100, perMs: 10 } })]);
    const ends = callMany(stage);
    expect(stage.orchestrator.stats()).to.include({ queued: many - 100, timers: 1 });
    stage.flush();
    expect(ends).to.deep.equal({ completed: many, failed: 0 });
    expect(stage.now).to.equal((many / 100 - 1) * 10);
    stage.expectNothingHeld();
  });
});

describe('1,000,000 events', function () {
  this.timeout(60_000);

  it('leave the latest 1,000, and bounded memory', () => {
    const orchestrator = createOrchestrator({
      tools: [toolOf(() => range(0, 1_000_000 - 3), { concurrency: 1 })],
      history: { capacity: 1_000 },
    });
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    orchestrator.execute('t', { some: 'arguments' }).subscribe();
    collectGarbage();
    const grownMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
    expect(orchestrator.stats().events).to.deep.equal({ published: 1_000_000, retained: 1_000, dropped: 999_000 });
    // All of them would take some 300 MB.
    expect(grownMb).to.be.below(10);
    const seqs: number[] = [];
    orchestrator.history$.subscribe(({ seq }) => seqs.push(seq));
    expect(seqs).to.have.length(1_000);
    expect([seqs[0], seqs.at(-1)]).to.deep.equal([999_001, 1_000_000]);
  });
});
