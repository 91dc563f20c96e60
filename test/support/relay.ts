import { expect } from 'chai';
import {
  catchError,
  concat,
  EMPTY,
  map,
  type MonoTypeOperatorFunction,
  NEVER,
  Observable,
  of,
  type Subscription,
  take,
  throwError,
  timer,
} from 'rxjs';
import { virtually } from './virtually.js';

/** An operator whose limits are wide enough to be out of the way. */
export interface Relay {
  readonly operator: <T>() => MonoTypeOperatorFunction<T>;
  /** How much is held or waited for on behalf of subscriptions: permits, places in queues, timers, deadlines. */
  readonly held: () => number;
}

/** A source that counts who subscribes and who leaves. */
export function counted<T>(source$: Observable<T>): { readonly counted$: Observable<T>; starts: number; ends: number } {
  const count = {
    starts: 0,
    ends: 0,
    counted$: new Observable<T>((subscriber) => {
      count.starts++;
      subscriber.add(() => count.ends++);
      subscriber.add(source$.subscribe(subscriber));
    }),
  };
  return count;
}

/** What every operator of ours owes: while its limits are out of the way, it is not to be noticed. */
export function relays(create: () => Relay): void {
  describe('while its limits are out of the way', () => {
    for (const [name, marbles, subs] of [
      ['a source that never emits', '------', '^-----'],
      ['an empty source', '---|', '^--!'],
      ['one value', '--a--|', '^----!'],
      ['many values, also of one frame', '-a(bc)--d|', '^--------!'],
      ['an error after values', '-a-b-#', '^----!'],
      ['an error at once', '#', '(^!)'],
    ] as const) {
      it(`passes on ${name}, and leaves the source when it ends`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const source$ = cold(marbles);
          const unsubscribed = marbles.includes('|') || marbles.includes('#') ? undefined : '^-----!';
          expectObservable(source$.pipe(create().operator()), unsubscribed).toBe(marbles);
          expectSubscriptions(source$.subscriptions).toBe(unsubscribed ?? subs);
        });
      });
    }

    for (const [name, source$, expected] of [
      ['an empty source', EMPTY, ['complete']],
      ['values', of(1, 2, 3), [1, 2, 3, 'complete']],
      [
        'an error after a value',
        concat(
          of(1),
          throwError(() => 'broken'),
        ),
        [1, 'error: broken'],
      ],
    ] as const) {
      it(`passes on ${name} that come synchronously, within the subscribe`, () => {
        const { operator, held } = create();
        const seen: unknown[] = [];
        (source$ as Observable<number>).pipe(operator()).subscribe({
          next: (value) => seen.push(value),
          error: (error) => seen.push(`error: ${String(error)}`),
          complete: () => seen.push('complete'),
        });
        expect(seen).to.deep.equal(expected);
        expect(held()).to.equal(0);
      });
    }

    it('stops an endless synchronous source as soon as downstream has enough', () => {
      const { operator, held } = create();
      let emitted = 0;
      let torndown = 0;
      const endless$ = new Observable<number>((subscriber) => {
        while (!subscriber.closed && emitted < 1_000) subscriber.next(emitted++);
        return () => torndown++;
      });
      endless$.pipe(operator(), take(2)).subscribe();
      expect({ emitted, torndown, held: held() }).to.deep.equal({ emitted: 2, torndown: 1, held: 0 });
    });

    it('subscribes to the source once for each subscriber, and when it is subscribed to, not before', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold('-a-b|');
        const relayed$ = source$.pipe(create().operator());
        expectObservable(relayed$, '^').toBe('-a-b|');
        expectObservable(relayed$, '--^').toBe('---a-b|');
        expectSubscriptions(source$.subscriptions).toBe(['^---!', '--^---!']);
      });
    });

    it('lets one subscriber leave without the other noticing', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold('-a-b-c|');
        const relayed$ = source$.pipe(create().operator());
        expectObservable(relayed$, '^-!').toBe('-a');
        expectObservable(relayed$).toBe('-a-b-c|');
        expectSubscriptions(source$.subscriptions).toBe(['^-!', '^-----!']);
      });
    });

    it('passes on what a source throws while it is being subscribed to', () => {
      const { operator, held } = create();
      const seen: unknown[] = [];
      const broken$ = new Observable(() => {
        throw new Error('no connection');
      });
      broken$.pipe(operator()).subscribe({ error: (error) => seen.push(error, held()) });
      expect(seen[0]).to.be.an('error').with.property('message', 'no connection');
      expect(seen[1]).to.equal(0);
    });

    it('leaves the source when a callback downstream throws', () => {
      const { operator, held } = create();
      const source = counted(concat(of('a'), NEVER));
      const seen: unknown[] = [];
      source.counted$
        .pipe(
          operator(),
          map(() => {
            throw new Error('downstream');
          }),
          catchError((error: Error) => of(error.message)),
        )
        .subscribe((value) => seen.push(value));
      expect(seen).to.deep.equal(['downstream']);
      expect({ ends: source.ends, held: held() }).to.deep.equal({ ends: 1, held: 0 });
    });

    it('holds nothing any more when it tells of the end', () => {
      const { operator, held } = create();
      const heldAt: Record<string, number> = {};
      of(1)
        .pipe(operator())
        .subscribe({ complete: () => (heldAt['complete'] = held()) });
      throwError(() => 'broken')
        .pipe(operator())
        .subscribe({ error: () => (heldAt['error'] = held()) });
      expect(heldAt).to.deep.equal({ complete: 0, error: 0 });
    });

    it('can be subscribed to again from its next, error and complete handlers', () => {
      const { operator, held } = create();
      const seen: string[] = [];
      const again = (from: string): void => {
        of(from)
          .pipe(operator())
          .subscribe((value) => seen.push(value));
      };
      concat(
        of(1),
        throwError(() => 'broken'),
      )
        .pipe(operator())
        .subscribe({ next: () => again('next'), error: () => again('error') });
      EMPTY.pipe(operator()).subscribe({ complete: () => again('complete') });
      expect(seen).to.deep.equal(['next', 'error', 'complete']);
      expect(held()).to.equal(0);
    });

    it('holds nothing, has nothing scheduled and has torn the source down once, whichever frame it is cancelled at', () => {
      for (let frame = 0; frame <= 9; frame++) {
        virtually(({ cold, scheduler, scheduled }) => {
          const { operator, held } = create();
          const source = counted(cold('-a-(bc)-d|'));
          const subscription = source.counted$.pipe(operator()).subscribe();
          scheduler.schedule(() => {
            subscription.unsubscribe();
            expect({
              frame,
              held: held(),
              scheduled: scheduled(),
              starts: source.starts,
              ends: source.ends,
            }).to.deep.equal({ frame, held: 0, scheduled: 0, starts: 1, ends: 1 });
          }, frame);
        });
      }
    });

    it('holds nothing when it is cancelled from within its own handlers', () => {
      for (const stopAt of ['a', 'b', 'c', 'd']) {
        virtually(({ cold, flush, scheduled }) => {
          const { operator, held } = create();
          const source = counted<string>(cold('-a-(bc)-d|'));
          const told: string[] = [];
          const subscription: Subscription = source.counted$.pipe(operator<string>()).subscribe((value) => {
            told.push(value);
            if (value !== stopAt) return;
            subscription.unsubscribe();
            expect({ held: held(), ends: source.ends, scheduled: scheduled() }).to.deep.equal({
              held: 0,
              ends: 1,
              scheduled: 0,
            });
          });
          flush();
          expect(told.join('')).to.equal('abcd'.slice(0, 'abcd'.indexOf(stopAt) + 1));
        });
      }
    });

    it('still tells of the end when the source throws as it is torn down', () => {
      virtually(({ expectObservable }) => {
        const { operator, held } = create();
        const careless$ = new Observable<number>((subscriber) => {
          subscriber.add(
            timer(2).subscribe(() => {
              try {
                subscriber.complete();
              } catch {
                // The source hears of its own fault.
              }
            }),
          );
          return () => {
            throw new Error('teardown');
          };
        });
        expectObservable(
          careless$.pipe(
            operator(),
            map(() => held()),
          ),
        ).toBe('--|');
      });
    });
  });
}
