import { expect } from 'chai';
import { Observable, throwError } from 'rxjs';
import {
  BulkheadRejected,
  CircuitRejected,
  constant,
  RateLimitRejected,
  type RetryOptions,
  type RetryScheduled,
  withRetry,
} from '../../operators/index.js';
import { counted } from '../support/relay.js';
import { successive } from '../support/successive.js';
import { virtually } from '../support/virtually.js';

const refusals = [
  new RateLimitRejected('limit', 4),
  new BulkheadRejected('queueFull', 1, 0),
  new CircuitRejected('open', 4),
];

/** How many attempts are made of a source that always fails with this, and what comes of it. */
function attemptsAt(error: unknown, options: RetryOptions): { readonly attempts: number; readonly told: unknown } {
  const source = counted(throwError(() => error));
  let told: unknown;
  virtually(() => {
    source.counted$.pipe(withRetry(options)).subscribe({ error: (thrown: unknown) => (told = thrown) });
  });
  return { attempts: source.starts, told };
}

describe('withRetry, whether and when it retries', () => {
  describe('by what failed', () => {
    for (const error of refusals) {
      it(`does not retry a ${error.name}, which it forwards as it is`, () => {
        expect(attemptsAt(error, { backoff: constant(1) })).to.deep.equal({ attempts: 1, told: error });
      });

      it(`retries an error that has a ${error.name} as its cause: the work was begun, and failed`, () => {
        const failed = new Error('failed', { cause: error });
        expect(attemptsAt(failed, { backoff: constant(1) })).to.deep.equal({ attempts: 3, told: failed });
      });

      it(`retries a ${error.name} when retryIf asks for it`, () => {
        expect(attemptsAt(error, { retryIf: () => true })).to.deep.equal({ attempts: 3, told: error });
      });
    }

    it('retries all else: errors, texts, null and undefined', () => {
      for (const error of [new Error('broken'), 'broken', null, undefined]) {
        expect(attemptsAt(error, { backoff: constant(1) })).to.deep.equal({ attempts: 3, told: error });
      }
    });

    it('asks retryIf with the error and the number of the attempt, and takes its word alone', () => {
      const asked: unknown[] = [];
      const retryIf = (error: unknown, attempt: number): boolean => {
        asked.push([error, attempt]);
        return attempt < 3;
      };
      const { attempts } = attemptsAt('broken', { maxAttempts: 9, backoff: constant(1), retryIf });
      expect(attempts).to.equal(3);
      expect(asked).to.deep.equal([
        ['broken', 1],
        ['broken', 2],
        ['broken', 3],
      ]);
    });

    it('asks nothing any more after the last attempt', () => {
      const asked: string[] = [];
      attemptsAt('broken', {
        maxAttempts: 1,
        retryIf: () => asked.push('retryIf') > 0,
        backoff: () => asked.push('backoff'),
        onRetry: () => asked.push('onRetry'),
      });
      expect(asked).to.deep.equal([]);
    });
  });

  describe('after a value', () => {
    it('does not retry, and forwards the error', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold('-a-#');
        expectObservable(source$.pipe(withRetry({ backoff: constant(1) }))).toBe('-a-#');
        expectSubscriptions(source$.subscriptions).toBe('^--!');
      });
    });

    it('does not retry after a value of a later attempt either', () => {
      virtually(({ cold, expectObservable }) => {
        const source$ = successive([cold('-#'), cold('-a#'), cold('(b|)')]);
        expectObservable(source$.pipe(withRetry({ backoff: constant(1) }))).toBe('---a#');
      });
    });

    it('retries with afterValue, and the values come again', () => {
      virtually(({ cold, expectObservable }) => {
        const source$ = successive([cold('-a-#'), cold('-a-b|')]);
        expectObservable(source$.pipe(withRetry({ backoff: constant(1), afterValue: true }))).toBe('-a---a-b|');
      });
    });
  });

  describe('with an error that carries retryAfterMs', () => {
    it('waits as long, whatever the backoff says, which it does not ask', () => {
      for (const [retryAfterMs, output] of [
        [5, '------(a|)'],
        [0, '-(a|)'],
      ] as const) {
        virtually(({ cold, expectObservable }) => {
          const source$ = successive([cold('-#', {}, { retryAfterMs }), cold('(a|)')]);
          const backoff = (): never => {
            throw new Error('asked');
          };
          expectObservable(source$.pipe(withRetry({ backoff }))).toBe(output);
        });
      }
    });

    it('goes by the backoff where it is no time', () => {
      for (const retryAfterMs of [-1, Number.NaN, '5', null]) {
        virtually(({ cold, expectObservable }) => {
          const source$ = successive([cold('#', {}, { retryAfterMs }), cold('(a|)')]);
          expectObservable(source$.pipe(withRetry({ backoff: constant(3) }))).toBe('---(a|)');
        });
      }
    });

    it('waits as long as a rate limit says whose refusal is to be retried', () => {
      virtually(({ cold, expectObservable }) => {
        const source$ = successive([cold('-#', {}, refusals[0]), cold('(a|)')]);
        expectObservable(source$.pipe(withRetry({ retryIf: () => true }))).toBe('-----(a|)');
      });
    });

    it('tells the backoff of the next retry of that wait', () => {
      const told: number[] = [];
      const source$ = successive([throwError(() => ({ retryAfterMs: 7 })), throwError(() => 'broken')]);
      const backoff = ({ previousMs }: { readonly previousMs: number }): number => told.push(previousMs);
      virtually(() => {
        source$.pipe(withRetry({ maxAttempts: 3, backoff })).subscribe({ error: () => undefined });
      });
      expect(told).to.deep.equal([7]);
    });

    it('does not retry when it is Infinity, nor when the backoff is', () => {
      expect(attemptsAt({ retryAfterMs: Infinity }, {}).attempts).to.equal(1);
      expect(attemptsAt('broken', { backoff: constant(Infinity) })).to.deep.equal({ attempts: 1, told: 'broken' });
    });
  });

  describe('with maxElapsedMs', () => {
    for (const [maxElapsedMs, starts, end] of [
      [5, ['^!', '---^!'], '----#'],
      [6, ['^!', '---^!', '------^!'], '-------#'],
      [2, ['^!'], '-#'],
    ] as const) {
      it(`begins no attempt later than ${String(maxElapsedMs)} ms after the subscription`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const source$ = cold('-#');
          const output$ = source$.pipe(withRetry({ maxAttempts: Infinity, backoff: constant(2), maxElapsedMs }));
          expectObservable(output$).toBe(end);
          expectSubscriptions(source$.subscriptions).toBe([...starts]);
        });
      });
    }

    it('counts from each subscription', () => {
      virtually(({ cold, expectObservable }) => {
        const retried$ = cold('-#').pipe(withRetry({ maxAttempts: Infinity, backoff: constant(2), maxElapsedMs: 3 }));
        expectObservable(retried$, '--------^').toBe('------------#');
      });
    });

    it('retries only at once, within the frame of the subscription, when it is 0', () => {
      expect(attemptsAt('broken', { maxElapsedMs: 0, backoff: constant(0) }).attempts).to.equal(3);
      expect(attemptsAt('broken', { maxElapsedMs: 0, backoff: constant(1) }).attempts).to.equal(1);
    });

    it('holds against retryAfterMs too', () => {
      expect(attemptsAt({ retryAfterMs: 9 }, { maxElapsedMs: 8 }).attempts).to.equal(1);
    });

    it('lets an attempt that has begun run on', () => {
      virtually(({ cold, expectObservable }) => {
        const source$ = successive([cold('#'), cold('---------(a|)')]);
        expectObservable(source$.pipe(withRetry({ maxElapsedMs: 2, backoff: constant(2) }))).toBe('-----------(a|)');
      });
    });
  });

  describe('onRetry', () => {
    it('is told of each retry once it is decided on, before the wait and before the next attempt', () => {
      virtually(({ scheduler, flush }) => {
        const log: unknown[] = [];
        const source$ = new Observable((subscriber) => {
          log.push(`subscribed at ${String(scheduler.frame)}`);
          subscriber.error(`error at ${String(scheduler.frame)}`);
        });
        const onRetry = (retry: RetryScheduled): unknown => log.push(retry, scheduler.frame);
        source$
          .pipe(withRetry({ maxAttempts: 3, backoff: ({ retry }) => retry * 10, onRetry }))
          .subscribe({ error: (error) => log.push(error) });
        flush();
        expect(log).to.deep.equal([
          'subscribed at 0',
          { attempt: 1, error: 'error at 0', delayMs: 10 },
          0,
          'subscribed at 10',
          { attempt: 2, error: 'error at 10', delayMs: 20 },
          10,
          'subscribed at 30',
          'error at 30',
        ]);
      });
    });

    it('is told of the wait that an error asked for', () => {
      const told: RetryScheduled[] = [];
      const error = { retryAfterMs: 7 };
      attemptsAt(error, { maxAttempts: 2, onRetry: (retry) => told.push(retry) });
      expect(told).to.deep.equal([{ attempt: 1, error, delayMs: 7 }]);
    });

    it('is not told of a retry that is not made', () => {
      const told: RetryScheduled[] = [];
      const onRetry = (retry: RetryScheduled): unknown => told.push(retry);
      attemptsAt('broken', { retryIf: () => false, onRetry });
      attemptsAt('broken', { backoff: constant(2), maxElapsedMs: 1, onRetry });
      attemptsAt('broken', { backoff: constant(Infinity), onRetry });
      expect(told).to.deep.equal([]);
    });
  });

  for (const name of ['retryIf', 'backoff', 'onRetry'] as const) {
    it(`ends with what ${name} throws, and leaves the source`, () => {
      virtually(({ cold, flush, scheduled }) => {
        const source = counted(cold('--#'));
        const seen: unknown[] = [];
        const options = {
          [name]: () => {
            throw new Error(`${name} is broken`);
          },
        };
        source.counted$
          .pipe(withRetry({ ...options, random: () => 0.5 }))
          .subscribe({ error: (error: Error) => seen.push(error.message) });
        flush();
        expect(seen).to.deep.equal([`${name} is broken`]);
        expect({ starts: source.starts, ends: source.ends, scheduled: scheduled() }).to.deep.equal({
          starts: 1,
          ends: 1,
          scheduled: 0,
        });
      });
    });
  }

  for (const wait of [-1, Number.NaN]) {
    it(`ends with a RangeError when the backoff returns ${String(wait)}`, () => {
      const { attempts, told } = attemptsAt('broken', { backoff: () => wait });
      expect(attempts).to.equal(1);
      expect(told).to.be.instanceOf(RangeError);
      expect((told as Error).message).to.equal(`backoff: expected at least 0 ms, got ${String(wait)}`);
    });
  }
});
