import { map, type Observable } from 'rxjs';
import { catchUp, type Numbered } from '../operators/catchUp.js';
import { OrderedSubject } from '../operators/OrderedSubject.js';
import type { ApprovalRequest } from './tool.js';

interface Pending extends Numbered {
  readonly requests: readonly ApprovalRequest[];
}

/** The requests of an orchestrator that have not been decided. */
export class Approvals {
  private readonly changes$ = new OrderedSubject<Pending>();
  private pending: Pending = { seq: 0, requests: [] };

  /** Those that are pending now, and at each change. */
  readonly requests$: Observable<readonly ApprovalRequest[]> = catchUp(() => [this.pending], this.changes$).pipe(
    map(({ requests }) => requests),
  );

  add(request: ApprovalRequest): void {
    this.change([...this.pending.requests, request]);
  }

  remove(request: ApprovalRequest): void {
    const requests = this.pending.requests.filter((other) => other !== request);
    if (requests.length < this.pending.requests.length) this.change(requests);
  }

  private change(requests: readonly ApprovalRequest[]): void {
    this.pending = { seq: this.pending.seq + 1, requests };
    this.changes$.next(this.pending);
  }
}
