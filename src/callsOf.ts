import { Observable, type Subscriber } from 'rxjs';
import type { CallRequest } from './callHost.js';

/** An Observable that keeps what is to be called in a field: a closure of its own would take ninety bytes more. */
// eslint-disable-next-line rxjs-x/no-subclass -- nothing of an Observable's is overridden
class CallObservable extends Observable<unknown> {
  constructor(
    begin: (this: CallObservable, subscriber: Subscriber<unknown>) => void,
    readonly request: CallRequest,
  ) {
    super(begin as (this: Observable<unknown>, subscriber: Subscriber<unknown>) => void);
  }
}

/** Makes the calls of an orchestrator. @param begin - Begins one for somebody who has subscribed. */
export function callsOf(
  begin: (request: CallRequest, subscriber: Subscriber<unknown>) => void,
): (request: CallRequest) => Observable<unknown> {
  function beginThis(this: CallObservable, subscriber: Subscriber<unknown>): void {
    // Whoever has left before the beginning (`forkJoin` goes on subscribing after a failure) makes no call.
    if (!subscriber.closed) begin(this.request, subscriber);
  }
  return (request) => new CallObservable(beginThis, request);
}
