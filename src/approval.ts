import { defer, from, map, mergeMap, Observable, type ObservableInput, take, throwIfEmpty } from 'rxjs';
import { catchUp, type Numbered } from '../operators/catchUp.js';
import { OrderedSubject } from '../operators/OrderedSubject.js';
import { stableKey } from '../operators/stableKey.js';
import type { CallState } from './callState.js';
import { sha256 } from './digest.js';
import { ApprovalDenied } from './error.js';
import { shorten } from './fault.js';
import { snapshot } from './json.js';
import type { AnyTool } from './tool.js';

/** A question: may this call be made? */
export interface ApprovalRequest {
  readonly callId: string;
  readonly tool: AnyTool;
  /** As `run` will get them. */
  readonly arguments: unknown;
  /** SHA-256 over the call's id, the tool's name and the arguments: the decision is for this and nothing else. */
  readonly digest: string;
}

/** The answer; `denied` says why. */
export type ApprovalDecision = 'approved' | { readonly denied: string };

/** Decides whether a call may be made; its first value counts. */
export type Approve = (request: ApprovalRequest) => ObservableInput<ApprovalDecision>;

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

/**
 * Asks before the source is begun. Errors with ApprovalDenied where the answer is no, there is none, or asking fails;
 * and where the arguments are not those any more that were asked about.
 */
export function approved<T>(
  approve: Approve,
  approvals: Approvals,
  call: CallState,
  tool: AnyTool,
  args: unknown,
  source$: Observable<T>,
): Observable<T> {
  const { callId } = call;
  const digestNow = (): string => digestOf(callId, tool.name, args);
  return defer(() => {
    const digest = digestNow();
    const decision$ = decisionOf(approve, approvals, call, { callId, tool, arguments: args, digest });
    return decision$.pipe(
      mergeMap((decision) => {
        const reason =
          reasonAgainst(decision) ?? (digestNow() === digest ? undefined : 'the arguments were changed meanwhile');
        const isApproved = reason === undefined;
        call.publish('approval.decided', () => ({ digest, approved: isApproved, ...(isApproved ? {} : { reason }) }));
        if (!isApproved) throw new ApprovalDenied({ tool: tool.name, callId, reason });
        return source$;
      }),
    );
  });
}

/** The first answer. While it is awaited the request is pending. */
function decisionOf(
  approve: Approve,
  approvals: Approvals,
  call: CallState,
  request: ApprovalRequest,
): Observable<unknown> {
  return new Observable<unknown>((subscriber) => {
    const { digest } = request;
    call.outstanding = 'an approval';
    approvals.add(request);
    subscriber.add(() => {
      approvals.remove(request);
    });
    call.publish('approval.requested', () => ({ args: call.shownArguments, digest }));
    if (subscriber.closed) return;
    const answer$ = defer(() => from(approve(request))).pipe(
      take(1),
      throwIfEmpty(() => new Error('there was no answer')),
    );
    subscriber.add(
      answer$.subscribe({
        next: (decision) => {
          approvals.remove(request);
          subscriber.next(decision);
          subscriber.complete();
        },
        error: (error: unknown) => {
          subscriber.next({ denied: `asking failed: ${error instanceof Error ? error.message : String(error)}` });
          subscriber.complete();
        },
      }),
    );
  });
}

/** Why the answer is no; undefined where it is yes. Anything that is neither is no. */
function reasonAgainst(decision: unknown): string | undefined {
  if (decision === 'approved') return undefined;
  const denied = (decision as { readonly denied?: unknown } | null | undefined)?.denied;
  return typeof denied === 'string' ? denied : `expected 'approved' or { denied: … }, got ${shorten(decision)}`;
}

function digestOf(callId: string, tool: string, args: unknown): string {
  return sha256(stableKey([callId, tool, snapshot(args, { maxLength: Infinity, maxDepth: 100 })]));
}
