import { expect } from 'chai';
import { first, map, scan, take, tap, timer } from 'rxjs';
import { createOrchestrator, statusesOf, type ToolEvent, type ToolStatuses } from '../../src/index.js';
import { marbles, replay, VirtualScheduler } from '../../src/testing/index.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { toolOf } from '../support/stage.js';
import { recorded } from '../support/tape.js';

const recording = (): readonly ToolEvent[] =>
  recorded(
    (scheduler) => [
      toolOf(({ ms }: { ms: number }) => timer(ms, scheduler), { name: 'search', concurrency: 1, timeoutMs: 20 }),
    ],
    ({ call, at }) => {
      call('a', 'search', { ms: 10 });
      call('b', 'search', { ms: 50 });
      at(40, () => {
        call('c', 'search', { ms: 5 }, 43);
      });
    },
    1_700_000_000_000,
  );

/** What is played, as `ms seq`. */
function played(events: readonly ToolEvent[], speed: number | undefined, stopAfter = Infinity): readonly string[] {
  const scheduler = new VirtualScheduler(77);
  const seen: string[] = [];
  replay(events, speed === undefined ? { scheduler } : { speed, scheduler })
    .pipe(take(Math.min(stopAfter, 1e9)))
    .subscribe({
      next: ({ seq }) => seen.push(`${scheduler.now() - 77} ${seq}`),
      complete: () => seen.push(`${scheduler.now() - 77} end`),
    });
  scheduler.flush();
  expect(scheduler.pending).to.equal(0);
  return seen;
}

describe('replay', () => {
  it('gives the same events, as far apart as they were', () => {
    const events = recording();
    const expected = events.map(({ at, seq }) => `${at - 1_700_000_000_000} ${seq}`);
    expect(played(events, undefined)).to.deep.equal([...expected, '43 end']);
    expect(expected.length).to.be.greaterThan(8);
  });

  it('plays faster and slower', () => {
    expect(Number.parseFloat(played(recording(), 10).at(-1) ?? '')).to.be.closeTo(4.3, 1e-9);
    expect(played(recording(), 0.5).at(-1)).to.equal('86 end');
  });

  it('gives all at once at the speed Infinity, and stops when it is left', () => {
    const events = recording();
    const seen: ToolEvent[] = [];
    replay(events, { speed: Infinity }).subscribe((event) => seen.push(event));
    expect(seen).to.deep.equal(events);
    let looks = 0;
    const watched = events.map((event) =>
      Object.defineProperty({ ...event }, 'at', {
        get: () => {
          looks++;
          return event.at;
        },
      }),
    );
    replay(watched, { speed: Infinity }).pipe(first()).subscribe();
    expect(looks).to.be.at.most(2);
  });

  it('stops when it is left, and holds no timer then', () => {
    expect(played(recording(), 1, 6)).to.have.lengthOf(7);
    const scheduler = new VirtualScheduler();
    const playing = replay(recording(), { scheduler }).subscribe();
    expect(scheduler.pending).to.equal(1);
    playing.unsubscribe();
    expect(scheduler.pending).to.equal(0);
  });

  it('begins anew for each subscription', () => {
    marbles(({ expectStream, scheduler }) => {
      const types$ = replay(recording().slice(1, 4), { scheduler }).pipe(map(({ type }) => type.slice(5, 6)));
      expectStream(types$).toBe('(sq)------(e|)');
      expectStream(types$, '-----^').toBe('-----(sq)------(e|)');
    });
  });

  it('shows the statuses that there were, when there were', () => {
    const scheduler = new VirtualScheduler();
    const statuses: string[] = [];
    const told = (now: number, all: ToolStatuses): string => `${now} ${JSON.stringify(all)}`;
    const live = new VirtualScheduler();
    const tool = toolOf(({ ms }: { ms: number }) => timer(ms, live), { name: 'search', concurrency: 1, timeoutMs: 20 });
    const orchestrator = createOrchestrator({ tools: [tool], scheduler: live });
    const events: ToolEvent[] = [];
    const really: string[] = [];
    orchestrator.history$
      .pipe(
        tap((event) => events.push(event)),
        scan(statusesOf, {}),
      )
      .subscribe((all) => really.push(told(live.now(), all)));
    for (const ms of [5, 30, 3]) orchestrator.attempt({ tool: 'search', arguments: { ms } }).subscribe();
    live.flush();
    replay(events, { scheduler })
      .pipe(scan(statusesOf, {}))
      .subscribe((all) => statuses.push(told(scheduler.now(), all)));
    scheduler.flush();
    expect(statuses).to.deep.equal(really);
  });

  it('goes on where the recorded clock had gone back, and leaves nothing out', () => {
    const events = recording().map(
      (event, index): ToolEvent => ({ ...event, at: [0, 0, 5, 2, 3, 9, NaN, 4, 12, 12, 12, 12][index] ?? 12 }),
    );
    const times = played(events, 1).map((line) => Number.parseInt(line));
    expect(times.slice(0, 9)).to.deep.equal([0, 0, 5, 5, 5, 9, 9, 9, 12]);
    expect(times).to.have.lengthOf(events.length + 1);
  });

  it('goes on though the clock that it is played by is set back', () => {
    const scheduler = new VirtualScheduler();
    const faulty = new FaultyScheduler(scheduler);
    const seen: number[] = [];
    replay(recording(), { scheduler: faulty }).subscribe(() => seen.push(scheduler.now()));
    scheduler.flush(15);
    faulty.shiftMs = -3_600_000;
    scheduler.flush();
    expect(seen.length).to.equal(recording().length);
    expect(seen.at(-1)).to.be.at.most(43 + 30);
  });

  it('ends at once where there is nothing to play', () => {
    expect(played([], 1)).to.deep.equal(['0 end']);
  });

  it('refuses options that are unknown or out of range', () => {
    expect(() => replay([], { speed: 0 })).to.throw(RangeError, 'speed: expected a finite number above 0, got 0');
    expect(() => replay([], { sped: 2 } as never)).to.throw(TypeError, "did you mean 'speed'?");
  });
});
