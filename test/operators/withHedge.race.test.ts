import { expect } from 'chai';
import { defer, EMPTY, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { Semaphore, withBulkhead, withHedge } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

/** Subjects to be subscribed to in turn, with a log of what becomes of each. */
function runners(names: string) {
  const log: string[] = [];
  const subjects = [...names].map(() => new Subject<string>());
  const source$ = successive(
    subjects.map(
      (subject$, index) =>
        new Observable<string>((subscriber) => {
          subscriber.add(subject$.subscribe(subscriber));
          subscriber.add(() => log.push(`${names[index] ?? ''} torn down`));
        }),
    ),
  );
  return { log, source$, subject: (name: string) => subjects[names.indexOf(name)] ?? new Subject<string>() };
}

describe('withHedge, the race', () => {
  describe('once one has answered', () => {
    for (const winner of 'ABC') {
      it(`tears the others down before the value is forwarded (${winner} wins)`, () => {
        const { log, source$, subject } = runners('ABC');
        const subscription = source$.pipe(withHedge({ delayMs: 0, maxAttempts: 3 })).subscribe((value) => {
          log.push(`told ${value}`);
        });
        subject(winner).next('x');
        const losers = [...'CBA'].filter((name) => name !== winner).map((name) => `${name} torn down`);
        expect(log).to.deep.equal([...losers, 'told x']);
        subscription.unsubscribe();
      });
    }

    it('tears the others down before an end without a value is forwarded', () => {
      const { log, source$, subject } = runners('ABC');
      source$
        .pipe(withHedge({ delayMs: 0, maxAttempts: 3 }))
        .subscribe({ complete: () => log.push('told of the end') });
      subject('B').complete();
      expect(log).to.deep.equal(['C torn down', 'A torn down', 'told of the end', 'B torn down']);
    });

    for (const [title, second, output] of [
      ['all its values and its end', '-a-(bc)--d|', '---a-(bc)--d|'],
      ['an error after its value', '-a-b-#', '---a-b-#'],
      ['an end without a value', '-|', '---|'],
    ] as const) {
      it(`forwards what the winner sends: ${title}`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const first$ = cold('-----x-x-x|');
          expectObservable(successive([first$, cold(second)]).pipe(withHedge({ delayMs: 2 }))).toBe(output);
          expectSubscriptions(first$.subscriptions).toBe('^--!');
        });
      });
    }

    it('begins no other after the winner has failed', () => {
      virtually(({ cold, expectObservable }) => {
        const source$ = successive([cold('-a#'), cold('(b|)')]);
        expectObservable(source$.pipe(withHedge({ delayMs: 5, maxAttempts: 3 }))).toBe('-a#');
      });
    });

    it('has no timer any more', () => {
      virtually(({ scheduled }) => {
        const answer$ = new Subject();
        const subscription = answer$.pipe(withHedge({ delayMs: 5 })).subscribe();
        expect(scheduled()).to.equal(1);
        answer$.next('a');
        expect(scheduled()).to.equal(0);
        subscription.unsubscribe();
      });
    });

    it('lets nobody in whom a loser made wait', () => {
      const semaphore = new Semaphore({ concurrency: 2 });
      const answer$ = new Subject<string>();
      const late = counted(of('late'));
      const attempts$ = successive([answer$, NEVER, late.counted$]).pipe(withBulkhead(semaphore));
      const seen: string[] = [];
      attempts$.pipe(withHedge({ delayMs: 0, maxAttempts: 3 })).subscribe({
        next: (value) => seen.push(value),
        complete: () => seen.push('complete'),
      });
      answer$.next('first');
      expect({ seen, starts: late.starts, running: semaphore.permits, queued: semaphore.queued }).to.deep.equal({
        seen: ['first'],
        starts: 0,
        running: 1,
        queued: 0,
      });
      answer$.complete();
      expect(seen).to.deep.equal(['first', 'complete']);
    });

    for (const [kind, send] of [
      ['a value', (loser$: Subject<string>): void => loser$.next('lost')],
      ['an error', (loser$: Subject<string>): void => loser$.error('lost')],
      ['an end', (loser$: Subject<string>): void => loser$.complete()],
    ] as const) {
      it(`forwards nothing of a loser that sends ${kind} while another is torn down`, () => {
        const winner$ = new Subject<string>();
        const loser$ = new Subject<string>();
        const last$ = new Observable<string>(() => () => {
          send(loser$);
        });
        const seen: string[] = [];
        successive([winner$, loser$, last$])
          .pipe(withHedge({ delayMs: 0, maxAttempts: 3 }))
          .subscribe({
            next: (value) => seen.push(value),
            error: (error) => seen.push(`error: ${String(error)}`),
            complete: () => seen.push('complete'),
          });
        winner$.next('won');
        expect(seen).to.deep.equal(['won']);
        winner$.complete();
        expect(seen).to.deep.equal(['won', 'complete']);
      });
    }
  });

  it('begins another for each of two that fail while a third is subscribed to', () => {
    const subjects = [new Subject<string>(), new Subject<string>()] as const;
    let starts = 0;
    const failing$ = defer(() => {
      starts++;
      if (starts < 3) return subjects[starts - 1] ?? EMPTY;
      if (starts === 3) for (const subject$ of subjects) subject$.error('broken');
      return NEVER;
    });
    const delays = [0, 0];
    const subscription = failing$
      .pipe(withHedge({ delayMs: () => delays.shift() ?? Infinity, maxAttempts: 9 }))
      .subscribe();
    expect(starts).to.equal(5);
    subscription.unsubscribe();
  });

  it('takes no error for the answer while others run, in whatever order they fail', () => {
    virtually(({ cold, expectObservable }) => {
      const source$ = successive([cold('----#'), cold('-#'), cold('-------(a|)')]);
      expectObservable(source$.pipe(withHedge({ delayMs: 1, maxAttempts: 3 }))).toBe('---------(a|)');
    });
  });

  it('sets no timer when an attempt answers while delayMs is asked', () => {
    virtually(({ scheduled }) => {
      const answer$ = new Subject<string>();
      const seen: string[] = [];
      const delayMs = (): number => {
        answer$.next('a');
        return 5;
      };
      const subscription = answer$.pipe(withHedge({ delayMs })).subscribe((value) => seen.push(value));
      expect({ seen, scheduled: scheduled() }).to.deep.equal({ seen: ['a'], scheduled: 0 });
      subscription.unsubscribe();
    });
  });

  for (const [title, delayMs, told] of [
    [
      'what delayMs throws',
      () => {
        throw new Error('no percentile yet');
      },
      'no percentile yet',
    ],
    ['a RangeError when delayMs returns no time', () => -1, 'delayMs: expected milliseconds, 0 or more, got -1'],
  ] as const) {
    it(`ends with ${title}, and tears down what runs`, () => {
      const source = counted(NEVER);
      const seen: string[] = [];
      source.counted$.pipe(withHedge({ delayMs })).subscribe({ error: (error: Error) => seen.push(error.message) });
      expect({ seen, starts: source.starts, ends: source.ends }).to.deep.equal({ seen: [told], starts: 1, ends: 1 });
    });
  }

  it('can be subscribed to again from its next, error and complete handlers', () => {
    const seen: string[] = [];
    const again = (from: string) => (): void => {
      successive([throwError(() => 'broken'), of('a')])
        .pipe(withHedge({ delayMs: 5 }))
        .subscribe((value) => seen.push(`${from} ${value}`));
    };
    const answers$ = successive([throwError(() => 'broken'), of('a')]).pipe(withHedge({ delayMs: 5 }));
    answers$.subscribe({ next: again('next'), complete: again('complete') });
    throwError(() => 'broken')
      .pipe(withHedge({ delayMs: 5 }))
      .subscribe({ error: again('error') });
    expect(seen).to.deep.equal(['next a', 'complete a', 'error a']);
  });
});
