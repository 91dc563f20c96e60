import { left, right } from 'fp-ts/Either';
import {
  ApprovalDenied,
  ChainFailed,
  CircuitOpen,
  InvalidArguments,
  InvalidFlow,
  InvalidResult,
  NotResumable,
  ParallelFailed,
  PlanFailed,
  RateLimitExceeded,
  ToolBusy,
  type ToolError,
  ToolFailed,
  ToolNotFound,
  ToolTimeout,
  UnresolvedReference,
} from '../../src/index.js';

const ids = { tool: 'search', callId: 'a' };
const faults = [{ path: 'query', expected: 'string', received: '7' }];
const failed = new ToolFailed({ ...ids, attempt: 1, cause: new Error('no connection') });

/** One error of each class, with what it says. */
export const anyErrors: readonly (readonly [error: ToolError, message: string])[] = [
  [
    new ToolNotFound({ ...ids, closest: ['research', 'fetch'] }),
    "no tool 'search' is registered; did you mean 'research' or 'fetch'?",
  ],
  [new InvalidArguments({ ...ids, faults }), "invalid arguments for 'search': query: expected string, got 7"],
  [
    new InvalidResult({ ...ids, attempt: 2, faults: [...faults, { path: '', expected: 'Page', received: 'null' }] }),
    "'search' gave an invalid result: query: expected string, got 7; expected Page, got null",
  ],
  [
    new ToolTimeout({ ...ids, attempt: 2, limit: 'timeoutMs', ms: 5, outstanding: 'the first value' }),
    "'search' exceeded its timeoutMs of 5 ms in attempt 2, waiting for the first value",
  ],
  [
    new RateLimitExceeded({ ...ids, reason: 'limit', retryAfterMs: 250 }),
    "'search' was not started: the rate limit is used up; retry after 250 ms",
  ],
  [
    new ToolBusy({ ...ids, reason: 'queueFull', running: 4, queued: 10 }),
    "'search' was not started: all slots are taken and the queue is full (4 running, 10 waiting)",
  ],
  [
    new CircuitOpen({ ...ids, reason: 'open', retryAfterMs: 900 }),
    "'search' was not started: the circuit is open; retry after 900 ms",
  ],
  [new ApprovalDenied({ ...ids, reason: 'too dear' }), "'search' was not started: not approved: too dear"],
  [failed, "'search' failed: no connection"],
  [
    new UnresolvedReference({ ...ids, step: 'page', reference: '$hits[0].url', nearest: '$hits', found: '[]' }),
    "step 'page': $hits[0].url leads nowhere; the nearest that exists is $hits: []",
  ],
  [
    new ChainFailed({ ...ids, runId: 'r', flow: 'research', step: 'hits', cause: failed, context: { topic: 'rxjs' } }),
    "chain 'research' failed at step 'hits': 'search' failed: no connection",
  ],
  [
    new PlanFailed({
      ...ids,
      runId: 'r',
      flow: 'report',
      step: 'hits',
      cause: failed,
      failures: [
        { step: 'hits', error: failed },
        { step: 'news', error: failed },
      ],
      skipped: ['text'],
      context: { topic: 'rxjs' },
    }),
    "plan 'report' failed at step 'hits', and 1 more: 'search' failed: no connection; 1 skipped for that",
  ],
  [
    new ParallelFailed({
      ...ids,
      runId: 'r',
      member: 'docs',
      cause: failed,
      results: { page: right('text'), docs: left(failed) },
    }),
    "parallel call 'docs' failed: 'search' failed: no connection",
  ],
  [
    new InvalidFlow({
      flow: 'research',
      faults: [
        { path: 'steps[0].tool', message: "no tool 'serch'" },
        { path: '', message: 'expected steps' },
      ],
    }),
    "flow 'research' is invalid: steps[0].tool: no tool 'serch'; expected steps",
  ],
  [
    new NotResumable({ flow: 'research', faults: [{ path: 'input', message: 'expected it as an option' }] }),
    "flow 'research' cannot be resumed: input: expected it as an option",
  ],
];
