import { expect } from 'chai';
import { map, take } from 'rxjs';
import { type Status, StatusTracker } from '../../operators/index.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { virtually } from '../support/virtually.js';

const letter = ({ state }: Status): string => state[0] ?? '';

describe('StatusTracker', () => {
  it('gives each subscriber the current status, then each change', () => {
    const tracker = new StatusTracker<string>();
    const early: Status<string>[] = [];
    const late: Status<string>[] = [];
    tracker.status$.subscribe((status) => early.push(status));
    tracker.started();
    tracker.status$.subscribe((status) => late.push(status));
    tracker.ended({ kind: 'failed', error: 'broken' });
    const busy = { state: 'busy', running: 1 };
    const broken = { state: 'error', running: 0, error: 'broken' };
    expect(early).to.deep.equal([{ state: 'available', running: 0 }, busy, broken]);
    expect(late).to.deep.equal([busy, broken]);
  });

  it('gives all the same order when a handler causes the next change', () => {
    const tracker = new StatusTracker();
    const seen: Record<string, number[]> = { before: [], causing: [], after: [] };
    tracker.status$.subscribe(({ running }) => seen['before']?.push(running));
    tracker.status$.subscribe(({ running }) => {
      seen['causing']?.push(running);
      if (running < 4) tracker.started();
    });
    tracker.status$.subscribe(({ running }) => seen['after']?.push(running));
    tracker.started();
    expect(seen).to.deep.equal({ before: [0, 1, 2, 3, 4, 5], causing: [0, 1, 2, 3, 4, 5], after: [4, 5] });
  });

  it('lets a handler leave, and others join, in the middle of a change', () => {
    const tracker = new StatusTracker();
    const seen: string[] = [];
    const first = tracker.status$.subscribe(({ running }) => {
      seen.push(`first ${String(running)}`);
      if (running !== 1) return;
      first.unsubscribe();
      tracker.started();
      tracker.status$.subscribe((status) => seen.push(`joined ${String(status.running)}`));
    });
    tracker.started();
    tracker.started();
    expect(seen).to.deep.equal(['first 0', 'first 1', 'joined 2', 'joined 3']);
  });

  describe('held back by a limit', () => {
    const limit = (tracker: StatusTracker, retryAfterMs: number): void => {
      tracker.started();
      tracker.ended({ kind: 'limited', retryAfterMs });
    };

    it('becomes available when the time has come, without an event', () => {
      virtually(({ scheduler, expectObservable }) => {
        const tracker = new StatusTracker();
        expectObservable(tracker.status$.pipe(map(letter))).toBe('a-(br)--a');
        scheduler.schedule(() => {
          limit(tracker, 6);
        }, 2);
      });
    });

    it('says until when', () => {
      virtually(({ scheduler }) => {
        const tracker = new StatusTracker();
        scheduler.schedule(() => {
          limit(tracker, 6);
          expect(tracker.current).to.deep.equal({ state: 'rate_limited', running: 0, availableAt: 8 });
        }, 2);
        scheduler.schedule(() => {
          expect(tracker.current).to.deep.equal({ state: 'available', running: 0 });
        }, 8);
      });
    });

    it('goes on to what is true by then: busy, or an error', () => {
      virtually(({ scheduler, expectObservable }) => {
        const busy = new StatusTracker();
        const broken = new StatusTracker();
        expectObservable(busy.status$.pipe(map(letter))).toBe('(abbr)-b');
        expectObservable(broken.status$.pipe(map(letter))).toBe('(abebr)e');
        scheduler.schedule(() => {
          busy.started();
          limit(busy, 7);
          broken.started();
          broken.ended({ kind: 'failed', error: 'broken' });
          limit(broken, 7);
        });
      });
    });

    it('stays so while others start and end, until the time has come', () => {
      virtually(({ scheduler, expectObservable }) => {
        const tracker = new StatusTracker();
        expectObservable(tracker.status$.pipe(map((status) => letter(status) + String(status.running)))).toBe(
          '(abr)(st)-b',
          { a: 'a0', b: 'b1', r: 'r0', s: 'r1', t: 'r0' },
        );
        scheduler.schedule(() => {
          limit(tracker, 10);
        });
        scheduler.schedule(() => {
          tracker.started();
          tracker.ended({ kind: 'succeeded' });
        }, 5);
        scheduler.schedule(() => {
          tracker.started();
        }, 10);
      });
    });

    it('takes the latest word on when to come again', () => {
      virtually(({ scheduler, expectObservable }) => {
        const tracker = new StatusTracker();
        expectObservable(tracker.status$.pipe(map(letter))).toBe('(abrrr)--a');
        scheduler.schedule(() => {
          limit(tracker, 3);
          limit(tracker, 9);
        });
      });
    });

    it('tells one who comes when the time is over that it is available, and nothing else', () => {
      virtually(({ expectObservable }) => {
        const tracker = new StatusTracker();
        limit(tracker, 3);
        expectObservable(tracker.status$.pipe(map(letter)), '-----^-------').toBe('-----a');
        expectObservable(tracker.status$.pipe(map(letter)), '---^---------').toBe('---a');
        expectObservable(tracker.status$.pipe(map(letter)), '--^---------').toBe('--ra');
      });
    });

    it('has one timer for each who watches, and none when nobody does', () => {
      virtually(({ scheduled }) => {
        const tracker = new StatusTracker();
        limit(tracker, 60_000);
        expect(scheduled()).to.equal(0);
        const watching = [1, 2].map(() => tracker.status$.subscribe());
        expect(scheduled()).to.equal(2);
        limit(tracker, 60_000);
        expect(scheduled()).to.equal(2);
        for (const one of watching) one.unsubscribe();
        expect(scheduled()).to.equal(0);
        tracker.status$.pipe(take(1)).subscribe();
        expect(scheduled()).to.equal(0);
      });
    });

    it('waits out limits longer than 31 bits can count', () => {
      const month = 30 * 24 * 3_600_000;
      virtually(({ scheduler, flush }) => {
        const tracker = new StatusTracker({ scheduler: new FaultyScheduler(scheduler) });
        const seen: [string, number][] = [];
        tracker.status$.subscribe((status) => seen.push([letter(status), scheduler.frame]));
        limit(tracker, month);
        flush();
        expect(seen).to.deep.equal([
          ['a', 0],
          ['b', 0],
          ['r', 0],
          ['a', month],
        ]);
      });
    });

    it('is held back no longer than that when the clock is set back by an hour', () => {
      virtually(({ scheduler, flush }) => {
        const faulty = new FaultyScheduler(scheduler);
        const tracker = new StatusTracker({ scheduler: faulty });
        const seen: [string, number][] = [];
        const watch = (): void => {
          tracker.status$.subscribe((status) => seen.push([letter(status), scheduler.frame]));
        };
        limit(tracker, 5_000);
        watch();
        scheduler.schedule(() => {
          faulty.shiftMs = -3_600_000;
          watch();
        }, 2_000);
        scheduler.schedule(() => {
          expect(tracker.current.state).to.equal('available');
        }, 7_001);
        flush();
        expect(seen).to.deep.equal([
          ['r', 0],
          ['r', 2_000],
          ['a', 5_001],
          ['a', 7_000],
        ]);
      });
    });

    it('stays so for ever when it is told so, without a timer', () => {
      virtually(({ scheduler, flush }) => {
        const tracker = new StatusTracker({ scheduler: new FaultyScheduler(scheduler) });
        const seen: string[] = [];
        tracker.status$.subscribe((status) => seen.push(letter(status)));
        limit(tracker, Infinity);
        flush();
        expect(seen).to.deep.equal(['a', 'b', 'r']);
      });
    });
  });
});
