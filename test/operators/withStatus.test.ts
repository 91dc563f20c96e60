import { expect } from 'chai';
import { catchError, EMPTY, map, mergeMap, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { RateLimitRejected, type Status, StatusTracker, withRateLimit, withStatus } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { counted, relays } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

const letter = ({ state }: Status): string => state[0] ?? '';

describe('withStatus', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withStatus.ts');

    it('has one diagram', () => {
      expect(diagrams).to.have.length(1);
    });

    for (const { rows } of diagrams) {
      it('does as the diagram shows', () => {
        virtually(({ cold, hot, expectObservable }) => {
          const tracker = new StatusTracker();
          const { calls = '', status = '', ...sources } = rows;
          expectObservable(tracker.status$.pipe(map(letter))).toBe(status);
          hot(calls)
            .pipe(
              mergeMap((call) =>
                cold(sources[call] ?? '').pipe(
                  withStatus(tracker),
                  catchError(() => EMPTY),
                ),
              ),
            )
            .subscribe();
        });
      });
    }
  });

  relays(() => {
    const tracker = new StatusTracker();
    return { operator: () => withStatus(tracker), held: () => tracker.current.running };
  });

  it('counts all that run through it, whatever they are', () => {
    const tracker = new StatusTracker();
    const subscriptions = [NEVER, NEVER.pipe(map(() => 1)), of(1)].map((source$) =>
      source$.pipe(withStatus(tracker)).subscribe(),
    );
    expect(tracker.current).to.deep.equal({ state: 'busy', running: 2 });
    for (const one of subscriptions) one.unsubscribe();
    expect(tracker.current).to.deep.equal({ state: 'available', running: 0 });
  });

  it('tells the tracker of the end before anybody downstream hears of it', () => {
    const tracker = new StatusTracker<string>();
    const seen: unknown[] = [];
    const note = (): void => {
      seen.push(tracker.current);
    };
    of(1).pipe(withStatus(tracker)).subscribe({ complete: note });
    throwError(() => 'broken')
      .pipe(withStatus(tracker))
      .subscribe({ error: note });
    expect(seen).to.deep.equal([
      { state: 'available', running: 0 },
      { state: 'error', running: 0, error: 'broken' },
    ]);
  });

  it('changes neither success nor failure when a subscriber leaves', () => {
    const tracker = new StatusTracker<string>();
    throwError(() => 'broken')
      .pipe(
        withStatus(tracker),
        catchError(() => EMPTY),
      )
      .subscribe();
    NEVER.pipe(withStatus(tracker)).subscribe().unsubscribe();
    expect(tracker.current).to.deep.equal({ state: 'error', running: 0, error: 'broken' });
  });

  it('shows an error until the next success, also while others run', () => {
    const tracker = new StatusTracker<string>();
    const source$ = new Subject();
    source$.pipe(withStatus(tracker)).subscribe();
    throwError(() => 'broken')
      .pipe(
        withStatus(tracker),
        catchError(() => EMPTY),
      )
      .subscribe();
    expect(tracker.current).to.deep.equal({ state: 'busy', running: 1, error: 'broken' });
    source$.complete();
    expect(tracker.current).to.deep.equal({ state: 'available', running: 0 });
  });

  it('takes a failure that says when to come again for a limit, not for an error', () => {
    virtually(({ scheduler, expectObservable }) => {
      const tracker = new StatusTracker();
      expectObservable(tracker.status$.pipe(map(letter))).toBe('(ababr)--a');
      const limited$ = of(1).pipe(
        withRateLimit({ limit: 1, perMs: 9, overflow: 'reject' }),
        withStatus(tracker),
        catchError(() => EMPTY),
      );
      scheduler.schedule(() => {
        limited$.subscribe();
        limited$.subscribe();
      });
    });
  });

  for (const [name, error, state] of [
    ['an HTTP 429 that carries one', { status: 429, retryAfterMs: 500 }, 'rate_limited'],
    ['a rejection of ours', new RateLimitRejected('limit', 500), 'rate_limited'],
    ['0, which is over at once', { retryAfterMs: 0 }, 'available'],
    ['one that is no number', { retryAfterMs: '500' }, 'error'],
    ['one below 0', { retryAfterMs: -1 }, 'error'],
    ['one that is NaN', { retryAfterMs: Number.NaN }, 'error'],
    ['none', new Error('broken'), 'error'],
    ['null in place of an error', null, 'error'],
  ] as const) {
    it(`is ${state} for a retryAfterMs of ${name}`, () => {
      const tracker = new StatusTracker();
      throwError(() => error)
        .pipe(
          withStatus(tracker),
          catchError(() => EMPTY),
        )
        .subscribe();
      expect(tracker.current.state).to.equal(state);
    });
  }

  it('is an error for a source that fails with undefined, until the next success, and while others run', () => {
    const tracker = new StatusTracker<undefined>();
    const seen: Status<undefined>[] = [];
    tracker.status$.subscribe((status) => seen.push(status));
    for (const source$ of [throwError(() => undefined), of(1)]) {
      source$
        .pipe(
          withStatus(tracker),
          catchError(() => EMPTY),
        )
        .subscribe();
    }
    expect(seen).to.deep.equal([
      { state: 'available', running: 0 },
      { state: 'busy', running: 1 },
      { state: 'error', running: 0, error: undefined },
      { state: 'busy', running: 1, error: undefined },
      { state: 'available', running: 0 },
    ]);
  });

  it('is an error again once a limit that came after a failure with undefined is over', () => {
    virtually(({ expectObservable, scheduler }) => {
      const tracker = new StatusTracker();
      expectObservable(tracker.status$.pipe(map(letter))).toBe('(abebr)--e');
      scheduler.schedule(() => {
        for (const error of [undefined, { retryAfterMs: 9 }]) {
          throwError(() => error)
            .pipe(
              withStatus(tracker),
              catchError(() => EMPTY),
            )
            .subscribe();
        }
      });
    });
  });

  it('refuses an option that it does not know', () => {
    expect(() => new StatusTracker({ clock: 1 } as never)).to.throw(
      TypeError,
      'options: expected no options but scheduler',
    );
  });

  it('counts each subscription once, however often it is ended', () => {
    const tracker = new StatusTracker();
    const source = counted(
      new Observable((subscriber) => {
        subscriber.complete();
        subscriber.error('late');
      }),
    );
    const subscription = source.counted$.pipe(withStatus(tracker)).subscribe();
    subscription.unsubscribe();
    expect([tracker.current, source.ends]).to.deep.equal([{ state: 'available', running: 0 }, 1]);
  });

  it('does not start a source whose subscriber leaves on hearing that it is busy', () => {
    const tracker = new StatusTracker();
    const source = counted(NEVER);
    const stop$ = new Subject<void>();
    tracker.status$.subscribe(({ state }) => {
      if (state === 'busy') stop$.next();
    });
    const outer = new Observable((subscriber) => {
      stop$.subscribe(() => {
        subscriber.complete();
      });
      source.counted$.pipe(withStatus(tracker)).subscribe(subscriber);
    }).subscribe();
    expect([outer.closed, source.starts, tracker.current.running]).to.deep.equal([true, 0, 0]);
  });
});
