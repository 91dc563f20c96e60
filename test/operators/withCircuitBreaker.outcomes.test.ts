import { expect } from 'chai';
import { catchError, concat, EMPTY, map, NEVER, Observable, of, Subject, take, throwError, timer } from 'rxjs';
import {
  BulkheadRejected,
  CircuitRejected,
  clockOf,
  RateLimitRejected,
  withBulkhead,
  withCircuitBreaker,
} from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { virtually } from '../support/virtually.js';
import { openCircuit, WatchedCircuit } from '../support/WatchedCircuit.js';

const broken$ = throwError(() => 'broken');

/** How the permit of a subscription ends, as the subscriber sees it at the end. */
function endOf(source$: Observable<unknown>, isFailure?: (error: unknown) => boolean): string[] {
  const circuit = new WatchedCircuit();
  const seen: string[] = [];
  const note = (): void => {
    seen.push(...circuit.ends);
  };
  source$.pipe(withCircuitBreaker(circuit, isFailure ? { isFailure } : {})).subscribe({ complete: note, error: note });
  return seen;
}

describe('withCircuitBreaker, what it counts', () => {
  for (const [name, source$, end] of [
    ['a completion as a success', of(1), 'succeeded'],
    ['a completion without a value as a success', EMPTY, 'succeeded'],
    ['an error as a failure', broken$, 'failed'],
    ['an error after a value as a failure', concat(of(1), broken$), 'failed'],
    ['an error that is undefined as a failure', throwError(() => undefined), 'failed'],
    ['no refusal of a rate limit', throwError(() => new RateLimitRejected('limit', 5)), 'ignored'],
    ['no refusal of a bulkhead', throwError(() => new BulkheadRejected('queueFull', 1, 0)), 'ignored'],
    ['no refusal of another circuit', throwError(() => new CircuitRejected('open', 5)), 'ignored'],
  ] as const) {
    it(`counts ${name}, before it tells of it`, () => {
      expect(endOf(source$ as Observable<unknown>)).to.deep.equal([end]);
    });
  }

  it('counts what a source throws while it is being subscribed to as a failure', () => {
    const throws$ = new Observable(() => {
      throw new Error('no connection');
    });
    expect(endOf(throws$)).to.deep.equal(['failed']);
  });

  it('asks isFailure, and that alone, which errors are failures', () => {
    const asked: unknown[] = [];
    const isFailure = (error: unknown): boolean => {
      asked.push(error);
      return error === 'broken';
    };
    expect(endOf(broken$, isFailure)).to.deep.equal(['failed']);
    expect(
      endOf(
        throwError(() => 'wrong arguments'),
        isFailure,
      ),
    ).to.deep.equal(['ignored']);
    const refusal = new RateLimitRejected('limit', 5);
    expect(
      endOf(
        throwError(() => refusal),
        () => true,
      ),
    ).to.deep.equal(['failed']);
    expect(endOf(of(1), isFailure)).to.deep.equal(['succeeded']);
    expect(asked).to.deep.equal(['broken', 'wrong arguments']);
  });

  it('counts an error as a failure when isFailure throws, and passes on what it threw', () => {
    const circuit = new WatchedCircuit();
    const seen: unknown[] = [];
    const isFailure = (): boolean => {
      throw new Error('cannot tell');
    };
    broken$.pipe(withCircuitBreaker(circuit, { isFailure })).subscribe({
      error: (error) => seen.push((error as Error).message, ...circuit.ends),
    });
    expect(seen).to.deep.equal(['cannot tell', 'failed']);
  });

  it('counts an unsubscribe before a value for nothing, and after one as a success', () => {
    const circuit = new WatchedCircuit();
    NEVER.pipe(withCircuitBreaker(circuit)).subscribe().unsubscribe();
    concat(of(1), NEVER).pipe(withCircuitBreaker(circuit)).subscribe().unsubscribe();
    expect([circuit.ends, circuit.held]).to.deep.equal([['ignored', 'succeeded'], 0]);
  });

  it('counts a downstream that has enough of an endless synchronous source as a success', () => {
    const circuit = new WatchedCircuit();
    const endless$ = new Observable<number>((subscriber) => {
      for (let count = 0; !subscriber.closed; count++) subscriber.next(count);
    });
    const seen: number[] = [];
    endless$.pipe(withCircuitBreaker(circuit), take(3)).subscribe((value) => seen.push(value));
    expect([seen, circuit.ends]).to.deep.equal([[0, 1, 2], ['succeeded']]);
  });

  it('counts a callback downstream that throws as a success: the service has answered', () => {
    const circuit = new WatchedCircuit();
    const throwing = map(() => {
      throw new Error('downstream');
    });
    concat(of(1), NEVER)
      .pipe(
        withCircuitBreaker(circuit),
        throwing,
        catchError(() => EMPTY),
      )
      .subscribe();
    expect(circuit.ends).to.deep.equal(['succeeded']);
  });

  it('counts once for a source that goes on after its end', () => {
    const circuit = new WatchedCircuit({ window: { kind: 'consecutive', failures: 9 } });
    new Observable((subscriber) => {
      subscriber.error('broken');
      subscriber.complete();
      subscriber.error('broken');
    })
      .pipe(withCircuitBreaker(circuit))
      .subscribe({ error: () => undefined });
    expect(circuit.ends).to.deep.equal(['failed']);
  });

  it('opens for streams that take slowCallMs to their end, however soon their first value comes', () => {
    for (const [marbles, end] of [
      ['-a-|', 'closed'],
      ['-a--|', 'open'],
      ['-a---', 'open'],
    ] as const) {
      virtually(({ cold, flush, scheduler }) => {
        const window = { kind: 'count', size: 1, failureRate: 1, slowCallRate: 1, slowCallMs: 4 } as const;
        const circuit = new WatchedCircuit({ window });
        const subscription = cold(marbles).pipe(withCircuitBreaker(circuit)).subscribe();
        scheduler.schedule(() => {
          subscription.unsubscribe();
          expect([marbles, circuit.current(clockOf())]).to.deep.equal([marbles, end]);
        }, 5);
        flush();
      });
    }
  });
});

describe('withCircuitBreaker, cancelled', () => {
  it('gives the probe back before a value and closes after one, at every frame, with nothing left held', () => {
    for (let frame = 0; frame <= 9; frame++) {
      virtually(({ cold, scheduler, scheduled, flush }) => {
        const circuit = openCircuit();
        const source = counted(cold('--a-b-|'));
        const states: string[] = [];
        circuit.onTransition(({ to }) => states.push(to));
        const subscription = timer(5).subscribe(() => {
          const probe = source.counted$.pipe(withCircuitBreaker(circuit)).subscribe();
          scheduler.schedule(() => {
            probe.unsubscribe();
            expect([frame, circuit.held, scheduled(), source.ends]).to.deep.equal([frame, 0, 0, 1]);
          }, frame);
        });
        flush();
        subscription.unsubscribe();
        // The source was subscribed to before, so that its value of frame 2 comes before an unsubscribe at frame 2.
        expect(states).to.deep.equal(frame < 2 ? ['halfOpen'] : ['halfOpen', 'closed']);
        expect(circuit.ends).to.deep.equal([frame < 2 ? 'ignored' : 'succeeded']);
        const again: unknown[] = [];
        of('again')
          .pipe(withCircuitBreaker(circuit))
          .subscribe((value) => again.push(value));
        expect(again).to.deep.equal(['again']);
      });
    }
  });

  it('gives the probe back when a limit within refuses', () => {
    virtually(({ cold, scheduler, flush, expectObservable }) => {
      const circuit = openCircuit();
      const limited = withBulkhead<string>({ concurrency: 1, maxQueue: 0 });
      cold('---------|').pipe(limited).subscribe();
      const call$ = cold('-a|').pipe(
        limited,
        withCircuitBreaker(circuit),
        catchError((error: Error) => of(error.name)),
      );
      expectObservable(call$, '-----^').toBe('-----(x|)', { x: 'BulkheadRejected' });
      expectObservable(call$, '---------^').toBe('----------a|');
      flush();
      expect([circuit.ends, circuit.current(clockOf(scheduler))]).to.deep.equal([['ignored', 'succeeded'], 'closed']);
    });
  });

  it('does not take the end of a call from before it opened for that of a probe', () => {
    for (const lateEnd of ['#', '|']) {
      virtually(({ cold, expectObservable }) => {
        const circuit = new WatchedCircuit();
        const call = (marbles: string): Observable<string> =>
          cold(marbles).pipe(
            withCircuitBreaker(circuit),
            catchError((error: unknown) => of(error instanceof CircuitRejected ? error.reason : 'failed')),
          );
        const values = { f: 'failed', h: 'halfOpen' };
        expectObservable(call(`--------${lateEnd}`)).toBe(lateEnd === '#' ? '--------(f|)' : '--------|', values);
        expectObservable(call('-#')).toBe('-(f|)', values);
        expectObservable(call('----(a|)'), '------^').toBe('----------(a|)');
        expectObservable(call('b|'), '---------^').toBe('---------(h|)', values);
        expectObservable(call('b|'), '-----------^').toBe('-----------b|');
      });
    }
  });
});

describe('withCircuitBreaker, re-entered', () => {
  it('has judged the outcome when its handlers subscribe again', () => {
    const circuit = new WatchedCircuit();
    const seen: string[] = [];
    const again = (): void => {
      of('again')
        .pipe(
          withCircuitBreaker(circuit),
          catchError((error: Error) => of(error.name)),
        )
        .subscribe((value) => seen.push(value));
    };
    of(1).pipe(withCircuitBreaker(circuit)).subscribe({ complete: again });
    broken$.pipe(withCircuitBreaker(circuit)).subscribe({ error: again });
    expect(seen).to.deep.equal(['again', 'CircuitRejected']);
  });

  it('lets whoever subscribes again from complete through, when that probe has closed the circuit', () => {
    virtually(({ cold, flush }) => {
      const circuit = openCircuit();
      const seen: string[] = [];
      timer(5).subscribe(() => {
        cold('-(a|)')
          .pipe(withCircuitBreaker(circuit))
          .subscribe({
            next: () =>
              of('b')
                .pipe(withCircuitBreaker(circuit))
                .subscribe({ error: ({ reason }: CircuitRejected) => seen.push(reason) }),
            complete: () =>
              of('c')
                .pipe(withCircuitBreaker(circuit))
                .subscribe((value) => seen.push(value)),
          });
      });
      flush();
      expect(seen).to.deep.equal(['halfOpen', 'c']);
    });
  });

  it('lets a listener of the circuit subscribe, or leave, at each transition', () => {
    virtually(({ flush }) => {
      const circuit = new WatchedCircuit();
      const source$ = new Subject<string>();
      const seen: string[] = [];
      const subscription = source$.pipe(withCircuitBreaker(circuit)).subscribe({ error: () => seen.push('told') });
      circuit.onTransition(({ to }) => {
        subscription.unsubscribe();
        of(to)
          .pipe(
            withCircuitBreaker(circuit),
            catchError((error: CircuitRejected) => of(error.reason)),
          )
          .subscribe((value) => seen.push(value));
      });
      source$.error('broken');
      timer(5).subscribe(() => of('probe').pipe(withCircuitBreaker(circuit)).subscribe());
      flush();
      expect([seen, circuit.held]).to.deep.equal([['open', 'halfOpen', 'closed'], 0]);
    });
  });

  it('tells the subscriber of the end, though a listener of the circuit throws', () => {
    virtually(({ flush }) => {
      const circuit = new WatchedCircuit();
      const seen: unknown[] = [];
      circuit.onTransition(() => {
        throw new Error('broken listener');
      });
      broken$.pipe(withCircuitBreaker(circuit)).subscribe({ error: (error) => seen.push(error) });
      expect(seen).to.deep.equal(['broken']);
      expect(flush).to.throw('broken listener');
      expect([circuit.held, circuit.ends]).to.deep.equal([0, ['failed']]);
    });
  });
});
