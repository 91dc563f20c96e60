import { defer, from, mergeMap, Observable, take, throwIfEmpty } from 'rxjs';
import { stableKey } from '../operators/stableKey.js';
import type { AttemptedCall } from './AttemptedCall.js';
import { sha256 } from './digest.js';
import { ApprovalDenied } from './error.js';
import { shorten } from './fault.js';
import { snapshot } from './json.js';
import type { Approvals } from './approvals.js';
import type { AnyTool, ApprovalRequest, Approve } from './tool.js';

/**
 * Asks before the source is begun. Errors with ApprovalDenied where the answer is no, there is none, or asking fails;
 * and where the arguments are not those any more that were asked about.
 */
export function approved<T>(
  approve: Approve,
  approvals: Approvals,
  call: AttemptedCall,
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
  call: AttemptedCall,
  request: ApprovalRequest,
): Observable<unknown> {
  return new Observable<unknown>((subscriber) => {
    const { digest } = request;
    call.waitsFor = 'an approval';
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
