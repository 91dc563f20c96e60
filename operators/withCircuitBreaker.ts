import { type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { CircuitRejected } from './CircuitRejected.js';
import { clockOf } from './clockOf.js';
import { callable, type NamesOf, optionsOf } from './gates/argument.js';
import { Circuit, type CircuitOptions } from './gates/Circuit.js';
import { isRejection } from './rejection.js';
import { upstreamOf } from './upstream.js';

/** What `withCircuitBreaker` takes beside the circuit. */
export interface CircuitBreakerOptions {
  /** Which errors are failures of the service; others count for nothing. Default: all but refusals of our own limits. */
  readonly isFailure?: (error: unknown) => boolean;
  /** Whose time counts. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const names: NamesOf<CircuitBreakerOptions> = { isFailure: true, scheduler: true };

/**
 * Stops calling a service that keeps failing: while the circuit is open, a subscription errors at once with
 * {@link CircuitRejected} and the source is not subscribed to. After a while a few probes are let through, and decide.
 *
 * Below, two failures in a row open it; `X` is a CircuitRejected.
 *
 * ```marbles
 * failures: 2, openMs: 5
 * calls   a-b-c-----d-e-|
 * a       #
 * b       #
 * c       (c|)
 * d       (d|)
 * e       (e|)
 * output  #-#-X-----d-e-|
 * ```
 *
 * Success is a completion, or an unsubscribe after a value; an unsubscribe before one counts for nothing, and gives a
 * probe back. Outcomes are judged before the end is forwarded. State: the {@link Circuit}. Given options, the operator
 * makes one, which all it is applied to share; to share it between operators, make it yourself and pass it.
 *
 * @throws TypeError, RangeError at once for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * const payments = new Circuit({ window: { kind: 'time', ms: 10_000, failureRate: 0.5, minimumCalls: 20 } });
 * const pay = (order: Order) => http.post(url, order).pipe(withCircuitBreaker(payments));
 * ```
 */
export function withCircuitBreaker<T>(
  circuit: CircuitOptions | Circuit,
  options: CircuitBreakerOptions = {},
): MonoTypeOperatorFunction<T> {
  const gate = circuit instanceof Circuit ? circuit : new Circuit(circuit);
  const { isFailure = (error: unknown) => !isRejection(error), scheduler } = optionsOf('options', options, names);
  callable('isFailure', isFailure);
  const clock = clockOf(scheduler);

  return (source) =>
    new Observable<T>((subscriber) => {
      const answer = gate.acquire(clock);
      if (!('permit' in answer)) {
        subscriber.error(new CircuitRejected(answer.refusal, answer.retryAfterMs));
        return;
      }
      const { permit } = answer;
      /** Whether a value has come. */
      let answered = false;
      const upstream = upstreamOf<T>(subscriber, {
        next: (value) => {
          answered = true;
          subscriber.next(value);
        },
        error: (error: unknown) => {
          let failed: boolean;
          try {
            failed = isFailure(error);
          } catch (thrown) {
            permit.failed();
            subscriber.error(thrown);
            return;
          }
          if (failed) permit.failed();
          else permit.ignored();
          subscriber.error(error);
        },
        complete: () => {
          permit.succeeded();
          subscriber.complete();
        },
      });
      subscriber.add(() => {
        if (answered) permit.succeeded();
        else permit.ignored();
      });
      upstream.start(source);
    });
}
