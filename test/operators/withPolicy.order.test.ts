import { expect } from 'chai';
import { catchError, type Observable, of, throwError } from 'rxjs';
import { Circuit, constant, RateLimiter, withPolicy } from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

/** What it ends with, by the name of the error. */
const named = (source$: Observable<string>): Observable<string> =>
  source$.pipe(catchError((error: Error) => of(error.name)));

const broken = (): Observable<never> => throwError(() => 'broken');

describe('withPolicy, in its order', () => {
  it('shows every attempt to the circuit breaker, which stops the retries when it opens', () => {
    virtually(({ flush }) => {
      const source = counted(broken());
      const errors: string[] = [];
      source.counted$
        .pipe(
          withPolicy({
            circuitBreaker: { window: { kind: 'consecutive', failures: 2 } },
            retry: { maxAttempts: 9, backoff: constant(1) },
          }),
        )
        .subscribe({ error: (error: Error) => errors.push(error.name) });
      flush();
      expect([source.starts, errors]).to.deep.equal([2, ['CircuitRejected']]);
    });
  });

  it('lets the circuit breaker see a timeout of an attempt as a failure', () => {
    virtually(({ cold, expectObservable }) => {
      const circuitBreaker = new Circuit({ window: { kind: 'consecutive', failures: 1 } });
      const policy = withPolicy<string>({ timeout: 2, circuitBreaker });
      expectObservable(named(cold('-----a|').pipe(policy))).toBe('--(t|)', { t: 'TimeoutExceeded' });
      expectObservable(named(of('a').pipe(policy)), '---^').toBe('---(c|)', { c: 'CircuitRejected' });
    });
  });

  it('shows every hedged attempt to the circuit breaker', () => {
    const circuitBreaker = new Circuit({ window: { kind: 'consecutive', failures: 3 } });
    const source = counted(broken());
    for (let count = 0; count < 2; count++) {
      source.counted$
        .pipe(withPolicy({ circuitBreaker, hedge: { delayMs: Infinity } }))
        .subscribe({ error: () => undefined });
    }
    expect(source.starts).to.equal(3);
  });

  it('is refused by an open circuit at once, without waiting for a slot', () => {
    virtually(({ cold, expectObservable }) => {
      const circuitBreaker = new Circuit({ window: { kind: 'consecutive', failures: 1 } });
      const policy = withPolicy<string>({ circuitBreaker, bulkhead: 1 });
      expectObservable(cold('------(a|)').pipe(policy)).toBe('------(a|)');
      expectObservable(cold('-#').pipe(withPolicy({ circuitBreaker }))).toBe('-#');
      expectObservable(named(of('b').pipe(policy)), '--^').toBe('--(c|)', { c: 'CircuitRejected' });
    });
  });

  it('takes a rate permit for each attempt', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const sources = [cold('#'), cold('#'), cold('(a|)')];
      const policy = withPolicy({ rateLimit: { limit: 1, perMs: 5 }, retry: { backoff: constant(0) } });
      expectObservable(successive(sources).pipe(policy)).toBe('----------(a|)');
      sources.forEach(({ subscriptions }, attempt) => {
        expectSubscriptions(subscriptions).toBe(['(^!)', '-----(^!)', '----------(^!)'][attempt] ?? '');
      });
    });
  });

  it('takes a rate permit for each hedged attempt', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('---------(a|)');
      const policy = withPolicy({ rateLimit: { limit: 1, perMs: 5 }, hedge: { delayMs: 2 } });
      expectObservable(source$.pipe(policy)).toBe('---------(a|)');
      expectSubscriptions(source$.subscriptions).toBe(['^--------!', '-----^---!']);
    });
  });

  it('gives the slot back between attempts', () => {
    virtually(({ cold, expectObservable }) => {
      const policy = withPolicy<string>({ bulkhead: 1, retry: { backoff: constant(4) } });
      expectObservable(successive<string>([cold('-#'), cold('-(a|)')]).pipe(policy)).toBe('------(a|)');
      expectObservable(cold('-(b|)').pipe(policy)).toBe('--(b|)');
    });
  });

  it('takes a rate permit only once there is a slot', () => {
    virtually(({ cold, expectObservable }) => {
      const rateLimit = new RateLimiter({ limit: 2, perMs: 10 });
      const policy = withPolicy<string>({ bulkhead: 1, rateLimit });
      expectObservable(cold('----(a|)').pipe(policy)).toBe('----(a|)');
      expectObservable(cold('-(b|)').pipe(policy)).toBe('-----------(b|)');
      expectObservable(cold('(c|)').pipe(withPolicy<string>({ rateLimit })), '-^').toBe('-(c|)');
    });
  });

  it('counts no waiting for a slot or a permit against the timeout of an attempt', () => {
    virtually(({ cold, expectObservable }) => {
      const policy = withPolicy<string>({ timeout: 4, rateLimit: { limit: 1, perMs: 9 }, bulkhead: 1 });
      expectObservable(cold('---(a|)').pipe(policy)).toBe('---(a|)');
      expectObservable(cold('---(b|)').pipe(policy)).toBe('------------(b|)');
    });
  });

  it('hedges within an attempt of the retry: the hedge fails before it is retried', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const sources = [cold('-#'), cold('-#'), cold('-(a|)')];
      const policy = withPolicy({ hedge: { delayMs: Infinity }, retry: { backoff: constant(3) } });
      expectObservable(successive(sources).pipe(policy)).toBe('------(a|)');
      sources.forEach(({ subscriptions }, attempt) => {
        expectSubscriptions(subscriptions).toBe(['^!', '-^!', '-----^!'][attempt] ?? '');
      });
    });
  });

  it('shares the cache by the work: those who join wait for all attempts of the one', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const sources = [cold('-#'), cold('-(a|)')];
      const policy = withPolicy({ cache: {}, retry: { backoff: constant(3) } });
      const result$ = successive(sources).pipe(policy);
      expectObservable(result$).toBe('-----(a|)');
      expectObservable(result$, '--^').toBe('-----(a|)');
      expectObservable(result$, '-------^').toBe('-------(a|)');
      sources.forEach(({ subscriptions }, attempt) => {
        expectSubscriptions(subscriptions).toBe(['^!', '----^!'][attempt] ?? '');
      });
    });
  });

  it('gives the fallback what is left of the deadline', () => {
    virtually(({ cold, expectObservable }) => {
      const policy = withPolicy<string>({ deadline: 5, fallback: () => cold('---(f|)') });
      expectObservable(named(cold('-#').pipe(policy))).toBe('----(f|)');
      expectObservable(named(cold('---#').pipe(policy))).toBe('-----(t|)', { t: 'TimeoutExceeded' });
    });
  });

  it('falls back only once all attempts have failed, and keeps no fallback in the cache', () => {
    virtually(({ cold, expectObservable }) => {
      const sources = [cold('-#'), cold('-#'), cold('-(a|)')];
      const policy = withPolicy({
        cache: {},
        retry: { maxAttempts: 2, backoff: constant(1) },
        fallback: of('f'),
      });
      const result$ = successive(sources).pipe(policy);
      expectObservable(result$).toBe('---(f|)');
      expectObservable(result$, '-----^').toBe('------(a|)');
    });
  });

  it('counts waiting, backoff and all attempts against the deadline', () => {
    const timedOut = { t: 'TimeoutExceeded' };
    virtually(({ cold, expectObservable }) => {
      for (const options of [{ bulkhead: 1 }, { rateLimit: { limit: 1, perMs: 50 } }] as const) {
        const policy = withPolicy<string>({ ...options, deadline: 6 });
        expectObservable(cold('-----a-').pipe(policy), '^-----!').toBe('-----a');
        expectObservable(named(cold('-').pipe(policy))).toBe('------(t|)', timedOut);
      }
      const retried = withPolicy<string>({ deadline: 6, retry: { maxAttempts: 9, backoff: constant(1) } });
      expectObservable(named(cold('-#').pipe(retried))).toBe('------(t|)', timedOut);
    });
  });
});
