import { expect } from 'chai';
import { catchError, defer, EMPTY, mergeMap, type Observable, of, retry, throwError } from 'rxjs';
import { Circuit, CircuitRejected, isRejection, withCircuitBreaker } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { FaultyScheduler } from '../support/FaultyScheduler.js';
import { counted, relays } from '../support/relay.js';
import { virtually } from '../support/virtually.js';
import { openCircuit, WatchedCircuit } from '../support/WatchedCircuit.js';

/** What a subscriber is told of a refusal, short enough for a diagram. */
const told = (error: unknown): Observable<string> =>
  of(error instanceof CircuitRejected ? `${error.reason}, ${String(error.retryAfterMs)}` : 'failed');

describe('withCircuitBreaker', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withCircuitBreaker.ts');

    it('has one diagram', () => {
      expect(diagrams).to.have.length(1);
    });

    for (const { options, rows, title } of diagrams) {
      it(`does as the diagram shows (${title})`, () => {
        virtually(({ hot, cold, expectObservable, flush }) => {
          const { calls = '', output = '', ...sources } = rows;
          const { failures, openMs } = options as Record<'failures' | 'openMs', number>;
          const protect = withCircuitBreaker<string>({ window: { kind: 'consecutive', failures }, openMs });
          const started: string[] = [];
          const output$ = hot(calls).pipe(
            mergeMap((name) =>
              defer(() => {
                started.push(name);
                return cold(sources[name] ?? '');
              }).pipe(
                protect,
                catchError((error: unknown) => of(error instanceof CircuitRejected ? 'X' : '#')),
              ),
            ),
          );
          // The error of one call, which is a value in this row.
          const values = { ...Object.fromEntries([...output].map((name) => [name, name])), f: '#' };
          expectObservable(output$).toBe(output.replaceAll('#', 'f'), values);
          flush();
          expect(started.join('')).to.equal(calls.replace(/[^a-z]/g, '').replace('c', ''));
        });
      });
    }
  });

  relays(() => {
    const circuit = new WatchedCircuit({ window: { kind: 'consecutive', failures: 100 } });
    return { operator: () => withCircuitBreaker(circuit), held: () => circuit.held };
  });

  it('refuses with what the matter is, and when to come again, and does not subscribe to the source', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const circuit = openCircuit();
      const source$ = cold('---a|');
      const protected$ = source$.pipe(withCircuitBreaker(circuit), catchError(told));
      expectObservable(protected$).toBe('(x|)', { x: 'open, 5' });
      expectObservable(protected$, '---^').toBe('---(x|)', { x: 'open, 2' });
      expectObservable(protected$, '-----^').toBe('--------a|');
      expectObservable(protected$, '------^').toBe('------(x|)', { x: 'halfOpen, undefined' });
      expectSubscriptions(source$.subscriptions).toBe('-----^---!');
    });
  });

  for (const [reason, retryAfterMs, message] of [
    ['open', 12, 'the circuit is open; retry after 12 ms'],
    ['halfOpen', undefined, 'the circuit is half-open and all its probes are under way'],
    ['isolated', undefined, 'the circuit is held open by hand'],
  ] as const) {
    it(`says "${message}"`, () => {
      const error = new CircuitRejected(reason, retryAfterMs);
      expect(error).to.include({ _tag: 'CircuitRejected', name: 'CircuitRejected', message, reason, retryAfterMs });
      expect([error instanceof Error, isRejection(error)]).to.deep.equal([true, true]);
    });
  }

  it('refuses while the circuit is held open by hand', () => {
    const circuit = new WatchedCircuit();
    const handle = circuit.isolate();
    const seen: string[] = [];
    const ask = (): unknown =>
      of('a')
        .pipe(withCircuitBreaker(circuit), catchError(told))
        .subscribe((value) => seen.push(value));
    ask();
    handle.release();
    ask();
    expect(seen).to.deep.equal(['isolated, undefined', 'a']);
  });

  it('makes one circuit from options, for all that it is applied to', () => {
    virtually(() => {
      const protect = withCircuitBreaker<string>({ window: { kind: 'consecutive', failures: 1 } });
      const seen: string[] = [];
      for (const source$ of [throwError(() => 'broken'), of('b')]) {
        source$.pipe(protect, catchError(told)).subscribe((value) => seen.push(value));
      }
      expect(seen).to.deep.equal(['failed', 'open, 30000']);
    });
  });

  it('shares a circuit between operators', () => {
    const circuit = openCircuit();
    const seen: string[] = [];
    of('b')
      .pipe(withCircuitBreaker(circuit), catchError(told))
      .subscribe((value) => seen.push(value.slice(0, 4)));
    expect(seen).to.deep.equal(['open']);
  });

  it('asks for a permit when it is subscribed to, not before, and once for each subscriber', () => {
    const circuit = new WatchedCircuit();
    const protected$ = of(1).pipe(withCircuitBreaker(circuit));
    expect([circuit.held, circuit.ends.length]).to.deep.equal([0, 0]);
    protected$.subscribe();
    protected$.subscribe();
    expect(circuit.ends).to.deep.equal(['succeeded', 'succeeded']);
  });

  it('counts by the scheduler that it is given, also when that is set back', () => {
    virtually(({ scheduler, expectObservable, hot }) => {
      const faulty = new FaultyScheduler(scheduler);
      const protect = withCircuitBreaker<string>(
        { window: { kind: 'consecutive', failures: 1 }, openMs: 5 },
        { scheduler: faulty },
      );
      scheduler.schedule(() => (faulty.shiftMs = -1_000), 2);
      const sources: Record<string, Observable<string>> = { f: throwError(() => 'broken'), a: of('a') };
      const output$ = hot('f-a--a-a|').pipe(
        mergeMap((name) => (sources[name] ?? EMPTY).pipe(protect, catchError(told))),
      );
      expectObservable(output$).toBe('f-x--y-a|', {
        f: 'failed',
        x: 'open, 5',
        y: 'open, 2',
        a: 'a',
      });
    });
  });

  it('stops calling a source that is retried, until it is to be tried again', () => {
    virtually(({ cold, expectObservable, flush }) => {
      const source = counted(cold('#'));
      const output$ = source.counted$.pipe(
        withCircuitBreaker({ window: { kind: 'consecutive', failures: 2 }, openMs: 10 }),
        retry({ count: 24, delay: 1 }),
        catchError(told),
      );
      expectObservable(output$).toBe('------------------------(x|)', { x: 'open, 7' });
      flush();
      expect([source.starts, source.ends]).to.deep.equal([4, 4]);
    });
  });

  for (const [circuit, options, error, message] of [
    [null, {}, TypeError, 'circuit: expected an object, got null'],
    ['open', {}, TypeError, 'circuit: expected an object, got "open"'],
    [{ openMs: -1 }, {}, RangeError, 'openMs: expected milliseconds above 0, got -1'],
    [new Circuit(), { isFailure: 'always' }, TypeError, 'isFailure: expected a function, got "always"'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withCircuitBreaker(circuit as never, options as never)).to.throw(error, message);
    });
  }
});
