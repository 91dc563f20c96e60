import { expect } from 'chai';
import { catchError, concat, EMPTY, NEVER, type Observable, of, throwError } from 'rxjs';
import { askedToWait, type Feedback } from '../../operators/feedback.js';
import {
  BulkheadRejected,
  CircuitRejected,
  RateLimiter,
  RateLimitRejected,
  withRateLimit,
} from '../../operators/index.js';
import { counted, relays } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

const busy = (retryAfterMs: unknown): Error => Object.assign(new Error('429'), { retryAfterMs });
const fails = (error: unknown): Observable<never> => throwError(() => error);

/** What comes, and how it ends, within the subscribe. */
function endOf(source$: Observable<unknown>): unknown[] {
  const seen: unknown[] = [];
  source$.subscribe({
    next: (value) => seen.push(value),
    error: (error: unknown) => seen.push({ error }),
    complete: () => seen.push('end'),
  });
  return seen;
}

/** Runs `first$` through a limiter with feedback, and says at which frame one that asks right after it starts;
 * `first$` itself is left as it is. */
function nextStart(first$: Observable<unknown>, feedback: Feedback, expected: string): void {
  virtually(({ expectObservable }) => {
    const limiter = new RateLimiter({ limit: 100, perMs: 1 });
    expect(endOf(first$.pipe(withRateLimit(limiter, { feedback })))).to.deep.equal(endOf(first$));
    expectObservable(of('b').pipe(withRateLimit(limiter))).toBe(expected);
  });
}

describe('feedback of withRateLimit', () => {
  relays(() => {
    const limiter = new RateLimiter({ limit: 100, perMs: 5 });
    return {
      operator: () => withRateLimit(limiter, { feedback: true }),
      held: () => limiter.queued + limiter.timers,
    };
  });

  for (const [name, first$, feedback, expected] of [
    ['an error that says so', fails(busy(4)), true, '----(b|)'],
    ['a value that says so', of({ retryAfterMs: 3 }), true, '---(b|)'],
    ['the cause of an error that says so', fails(new Error('failed', { cause: busy(5) })), true, '-----(b|)'],
    ['a function, for an error', fails('busy'), (said: unknown) => (said === 'busy' ? 6 : undefined), '------(b|)'],
    ['a function, for a value', of('busy'), (said: unknown) => (said === 'busy' ? 2 : undefined), '--(b|)'],
    ['the later of several values', of({ retryAfterMs: 5 }, { retryAfterMs: 2 }), true, '-----(b|)'],
  ] as const) {
    it(`holds the limiter back for all who use it by ${name}`, () => {
      nextStart(first$, feedback, expected);
    });
  }

  for (const [name, first$, feedback] of [
    ['feedback is off', fails(busy(4)), false],
    ['nothing says so', of(1, null, undefined, 'text'), true],
    ['an error says 0', fails(busy(0)), true],
    ['an error says a negative time', fails(busy(-5)), true],
    ['an error says a text', fails(busy('5')), true],
    ['an error says for ever', fails(busy(Infinity)), true],
    ['an error says no number', fails(busy(Number.NaN)), true],
    ['nothing is thrown', fails(undefined), true],
    ['a function says undefined', of(1), () => undefined],
    ['a function says null', of(1), () => null as never],
    ['a function says for ever', of(1), () => Infinity],
    ['a function says 0', of(1), () => 0],
    ['a function says a negative time', of(1), () => -1],
    ['a function says no number', of(1), () => Number.NaN],
    ['a function says a text, as a header does', of(1), () => '120' as never],
    ['it is a refusal of a rate limit', fails(new RateLimitRejected('limit', 5)), true],
    ['it is a refusal of a circuit', fails(new CircuitRejected('open', 5)), true],
    ['a refusal is the cause', fails(new Error('failed', { cause: new CircuitRejected('open', 5) })), true],
  ] as const) {
    it(`does not hold the limiter back when ${name}`, () => {
      nextStart(first$, feedback, '(b|)');
    });
  }

  it('does not ask a function about refusals of our own limits', () => {
    const asked: unknown[] = [];
    const feedback = (said: unknown): undefined => void asked.push(said);
    for (const refusal of [
      new RateLimitRejected('limit', 5),
      new CircuitRejected('open', 5),
      new BulkheadRejected('maxWait', 1, 1),
    ])
      expect(askedToWait(feedback, refusal)).to.equal(undefined);
    expect(asked).to.deep.equal([]);
  });

  it('does not listen to its own refusals, so that a full limit is held no longer than it is full', () => {
    virtually(({ cold, expectObservable }) => {
      const limited = withRateLimit<string>({ limit: 1, perMs: 5, overflow: 'reject' }, { feedback: () => 50 });
      const call$ = limited(cold('|'));
      const limiter = new RateLimiter({ limit: 1, perMs: 5, overflow: 'reject' });
      const seen: unknown[] = [];
      const ask = (): void => {
        EMPTY.pipe(withRateLimit(limiter, { feedback: () => 50 })).subscribe({
          error: ({ retryAfterMs }: RateLimitRejected) => seen.push(retryAfterMs),
        });
      };
      for (let count = 0; count < 3; count++) ask();
      expect(seen).to.deep.equal([5, 5]);
      expectObservable(call$).toBe('|');
    });
  });

  it('holds back its own key only', () => {
    virtually(({ expectObservable }) => {
      const limiter = new RateLimiter({ limit: 9, perMs: 1 });
      expectObservable(fails(busy(4)).pipe(withRateLimit(limiter, { feedback: true, key: 'x' }))).toBe(
        '#',
        {},
        busy(4),
      );
      expectObservable(of('b').pipe(withRateLimit(limiter, { key: 'y' }))).toBe('(b|)');
      expectObservable(of('c').pipe(withRateLimit(limiter, { key: 'x' }))).toBe('----(c|)');
    });
  });

  it('holds the limiter back before it forwards, so that whoever tries again at once waits', () => {
    virtually(({ expectObservable }) => {
      const limiter = new RateLimiter({ limit: 9, perMs: 1 });
      const again$ = fails(busy(4)).pipe(
        withRateLimit(limiter, { feedback: true }),
        catchError(() => of('b').pipe(withRateLimit(limiter))),
      );
      expectObservable(again$).toBe('----(b|)');
    });
  });

  it('forwards the value or error that it goes by as it came', () => {
    const error = busy(4);
    const value = { retryAfterMs: 4 };
    const seen: unknown[] = [];
    concat(of(value), fails(error))
      .pipe(withRateLimit({ limit: 1, perMs: 1 }, { feedback: true }))
      .subscribe({ next: (said) => seen.push(said), error: (said) => seen.push(said) });
    expect(seen[0]).to.equal(value);
    expect(seen[1]).to.equal(error);
  });

  for (const [name, source$, expected] of [
    ['a value', concat(of('a'), NEVER), ['a']],
    ['an error', fails('broken'), ['broken']],
  ] as const) {
    it(`ends with what the function throws on ${name}, and holds nothing`, () => {
      const limiter = new RateLimiter({ limit: 1, perMs: 5 });
      const source = counted(source$ as Observable<string>);
      const asked: unknown[] = [];
      const errors: unknown[] = [];
      const feedback = (said: unknown): number => {
        asked.push(said);
        throw new Error('no header');
      };
      source.counted$
        .pipe(withRateLimit(limiter, { feedback }))
        .subscribe({ error: (error: Error) => errors.push(error.message) });
      expect({ asked, errors }).to.deep.equal({ asked: expected, errors: ['no header'] });
      expect([source.starts, source.ends, limiter.queued, limiter.timers]).to.deep.equal([1, 1, 0, 0]);
    });
  }

  it('lets those who wait start in their turn after a function has thrown', () => {
    virtually(({ expectObservable }) => {
      const limiter = new RateLimiter({ limit: 1, perMs: 3 });
      const feedback = (): number => {
        throw new Error('no header');
      };
      const careless = withRateLimit<string>(limiter, { feedback });
      expectObservable(of('a').pipe(careless)).toBe('#', {}, new Error('no header'));
      expectObservable(of('b').pipe(careless)).toBe('---#', {}, new Error('no header'));
      expectObservable(of('c').pipe(withRateLimit(limiter))).toBe('------(c|)');
    });
  });

  for (const feedback of [5, 'yes', null, {}]) {
    it(`throws at once for a feedback of ${JSON.stringify(feedback)}`, () => {
      expect(() => withRateLimit({ limit: 1, perMs: 1 }, { feedback: feedback as never })).to.throw(
        'feedback: expected a function, got',
      );
    });
  }
});
